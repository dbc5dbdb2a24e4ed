import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedExecutable, packedResources } from './lib/packed.mjs';
import { inRepository, requireToolchainNode } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError } from './lib/say.mjs';
import { sandboxFlags, setUp } from './setup/index.mjs';

/* Packs the application (npm run dist:dir), starts it packed, and holds its own report to account. */
await runMain(async () => {
  const { environment } = await setUp();
  const packed = await run(requireToolchainNode(), [inRepository('scripts', 'dist.mjs'), '--dir']);
  if (packed !== 0) throw new SetupError(`The application was not packed: exit code ${packed}.`);

  const folder = await mkdtemp(join(tmpdir(), 'reelmetrics-packed-'));
  try {
    const file = join(folder, 'report.json');
    const screenshot = join(folder, 'screen.png');
    const args = ['--smoke', '10', '--rate', '200', '--report', file, '--screenshot', screenshot];
    const code = await run(packedExecutable(), [...sandboxFlags(), ...args], {
      cwd: folder,
      env: { ...process.env, ...environment },
      timeoutMs: 120_000,
    });
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) throw new SetupError(`The packed application wrote no report; its exit code is ${code}.`);
    const report = JSON.parse(text);
    process.stdout.write(
      `packed: exit code ${code}, ok ${report.ok}, packaged ${report.packaged}, stored ${report.stored}\n`,
    );
    const refused = await run(packedExecutable(), [...sandboxFlags(), '--remote-debugging-port=0'], {
      cwd: folder,
      env: { ...process.env, ...environment },
      timeoutMs: 30_000,
    });
    const outside = await codeOutsideTheArchive();
    process.stdout.write(
      `packed: --remote-debugging-port ends it with ${refused} (2 is right), code outside of the archive: ${outside.join(', ') || 'none'}\n`,
    );
    if (refused !== 2 || outside.length > 0) return 1;
    const good = code === 0 && report.ok === true && report.packaged === true && report.stored > 0;
    if (!good) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return good ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Files that are not PostgreSQL's WASM or data: what lies beside the archive can be changed without its fuse noticing. */
async function codeOutsideTheArchive() {
  const unpacked = join(packedResources(), 'app.asar.unpacked');
  const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !/\.(wasm|data)$/.test(entry.name)).map(({ name }) => name);
}
