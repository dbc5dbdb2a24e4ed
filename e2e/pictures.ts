import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, goTo, launchApp, temporaryFolder, until } from './harness.ts';

/*
 * Takes the pictures of docs/images: every screen, light and dark, on built-in data with a fortnight of history. Run it
 * through `npm run pictures`. With `pngquant` on the PATH they come out at a third of the size.
 */

const images = join(import.meta.dirname, '../docs/images');
const screens = ['Live', 'Theatres', 'Pipeline', 'Simulator', 'Settings'] as const;
const themes = ['dark', 'light'] as const;

const folder = await temporaryFolder();
const running = await launchApp(folder.path);
const { app, page } = running;

async function picture(name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForTimeout(900);
  const file = join(images, `${name}.png`);
  await writeFile(file, await page.screenshot({ type: 'png' }));
  spawnSync('pngquant', ['--force', '--ext', '.png', '--quality', '80-98', file]);
}

async function setTheme(theme: (typeof themes)[number]): Promise<void> {
  await goTo(page, 'Settings');
  await page.getByText(theme === 'dark' ? 'Dark' : 'Light', { exact: true }).click();
}

try {
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900));
  await page.getByRole('heading', { name: 'Choose where ticket sales come from' }).waitFor();
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme });
    await picture(`first-run-${theme}`);
  }
  // An evening somewhere, at the pace of the history, so that today and last week are of one kind.
  await ask(page, 'calendar.change', { zone: process.env.PICTURES_ZONE ?? 'America/Los_Angeles', cutoverHour: 6 });
  const settings = await ask(page, 'settings.get', undefined);
  await ask(page, 'simulator.update', { ...settings.simulator, rate: 0.4 });
  await page.getByRole('button', { name: 'Try with built-in data' }).click();
  await until('it runs', 60_000, async () => (await ask(page, 'app.state', undefined)).phase === 'running');
  await until(
    'the history is there',
    120_000,
    async () => (await ask(page, 'status.get', undefined)).simulator.backfill === null,
  );
  // Some minutes of sales for the live chart.
  await page.waitForTimeout(Number(process.env.PICTURES_LIVE_SECONDS ?? 150) * 1000);
  for (const theme of themes) {
    await setTheme(theme);
    for (const screen of screens) {
      await goTo(page, screen);
      if (screen === 'Theatres') await page.getByRole('row').nth(5).click();
      if (screen === 'Simulator') await page.waitForTimeout(3500);
      await picture(`${screen.toLowerCase()}-${theme}`);
      if (screen === 'Theatres') await page.keyboard.press('Escape');
    }
  }
} finally {
  await running.close();
  await folder.remove();
}
