import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain } from './lib/say.mjs';
import { setUp } from './setup/index.mjs';

/* npm run icon: draws build/icon.svg into build/icon.png, by the Electron that is there anyway. */
const painter = `
import { readFile, writeFile } from 'node:fs/promises';
import { app, BrowserWindow } from 'electron';
app.disableHardwareAcceleration();
app.commandLine.appendSwitch('force-device-scale-factor', '1');
const [svg, png] = process.argv.slice(-2);
app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1024, height: 1024, show: false, frame: false, transparent: true, webPreferences: { offscreen: true } });
  const painted = new Promise((resolve) => window.webContents.on('paint', (_event, _area, image) => {
    if (image.getSize().width === 1024) resolve(image);
  }));
  const body = '<style>body{margin:0;overflow:hidden}svg{display:block}</style>' + (await readFile(svg, 'utf8'));
  await window.loadURL('data:text/html;base64,' + Buffer.from(body).toString('base64'));
  await painted;
  await new Promise((resolve) => setTimeout(resolve, 500));
  await writeFile(png, (await window.webContents.capturePage()).toPNG());
  app.exit(0);
});
`;

await runMain(async () => {
  const { electron, flags, environment } = await setUp();
  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-icon-'));
  try {
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'painter', main: 'main.mjs' }));
    await writeFile(join(folder, 'main.mjs'), painter);
    const files = [inRepository('build', 'icon.svg'), inRepository('build', 'icon.png')];
    return await run(electron.executable, [...flags, folder, ...files], {
      env: { ...process.env, ...environment },
      timeoutMs: 60_000,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
