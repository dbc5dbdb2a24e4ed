import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, cli, goTo, launchApp, type RunningApp, temporaryFolder, until, waitForState } from './harness.ts';

/*
 * One user's first evening with the console, in order: each test goes on where the one before has stopped.
 */

const screens = ['Live', 'Theatres', 'Pipeline', 'Simulator', 'Settings'] as const;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page } = running);
});
afterAll(async () => {
  await running?.close();
  await folder?.remove();
});

/** The gross tile's exact figure, in cents. */
async function shownGross(): Promise<bigint> {
  const tile = page.locator('section, div').filter({ has: page.getByText('Gross', { exact: true }) });
  const label = await tile.locator('[aria-label*="$"]').first().getAttribute('aria-label');
  const figure = /-?\$[\d,]+\.\d\d/.exec(label ?? '')?.[0];
  if (!figure) throw new Error(`the gross tile says "${label}"`);
  return BigInt(figure.replace(/[^\d-]/g, ''));
}

async function axe(where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(
    ({ id, nodes }) => `${where}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
  );
  expect(found).toEqual([]);
}

describe('the first evening', () => {
  it('starts with a choice', async () => {
    await page.getByRole('heading', { name: 'Choose where ticket sales come from' }).waitFor();
    await page.getByRole('button', { name: 'Connect to my services' }).waitFor();
    await axe('first run');
  });

  it('is live in seconds on built-in data, with a fortnight of history', async () => {
    await page.getByRole('button', { name: 'Try with built-in data' }).click();
    await waitForState(page, 'History is being made', 60_000);
    await until('the history is there', 90_000, async () => {
      const status = await ask(page, 'status.get', undefined);
      return status.simulator.backfill === null && status.consumer.lagEvents !== null && status.consumer.lagEvents < 50;
    });
    await waitForState(page, 'Receiving', 20_000);
    const { value } = await ask(page, 'query.ask', {
      name: 'summary',
      params: { day: (await ask(page, 'status.get', undefined)).businessDay },
    });
    expect((value as { sales: number }).sales).toBeGreaterThan(0);
  });

  it('shows the gross rising while sales come in', async () => {
    await page.keyboard.press('Control+1');
    const before = await shownGross();
    await until('the gross rises', 60_000, async () => (await shownGross()) > before);
  });

  it('holds the picture while paused and says how much waits', async () => {
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page
      .locator('main')
      .getByText(/[1-9]\d* waiting/)
      .waitFor({ timeout: 60_000 });
    const held = await shownGross();
    await page.waitForTimeout(1500);
    expect(await shownGross()).toBe(held);
    await page
      .locator('main')
      .getByRole('button', { name: /^Resume/ })
      .click();
    await until('the gross rises again', 60_000, async () => (await shownGross()) > held);
  });

  it('switches the backend with a key, and both give equal answers', async () => {
    const before = await ask(page, 'status.get', undefined);
    await page.keyboard.press('Control+Shift+B');
    const other = before.backend === 'sql' ? 'materialized' : 'sql';
    await until(
      'the other backend answers',
      5000,
      async () => (await ask(page, 'status.get', undefined)).backend === other,
    );
    await ask(page, 'simulator.pause', undefined);
    for (const name of ['theaterLeaderboard', 'movieLeaderboard', 'summary', 'topTheater', 'theaterHours'] as const) {
      const { verdict } = await ask(page, 'query.compare', { name, params: { day: before.businessDay } });
      expect(verdict, name).toEqual({ kind: 'equal' });
    }
    await ask(page, 'simulator.resume', undefined);
  });

  it('names the top theatre, and opens a theatre beside the table', async () => {
    await goTo(page, 'Theatres');
    await page
      .getByText(/Top theatre on/)
      .first()
      .waitFor();
    await page.getByRole('row').nth(2).click();
    await page.getByText('Gross by hour').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Gross by hour').waitFor({ state: 'detached' });
  });

  it('finds commands in the palette and lists the shortcuts', async () => {
    await page.keyboard.press('Control+K');
    await page.getByRole('dialog').getByRole('textbox').fill('simulator');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Simulator', level: 1 }).waitFor();
    await page.locator('body').click({ position: { x: 2, y: 2 } });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('greys out in the palette what a screen does not offer', async () => {
    await goTo(page, 'Settings');
    await page.keyboard.press('Control+K');
    const command = (name: RegExp) => page.getByRole('dialog').getByRole('button', { name });
    await command(/^Export as CSV/).waitFor();
    expect(await command(/^Export as CSV/).isDisabled()).toBe(true);
    expect(await command(/^Next day/).isDisabled()).toBe(true);
    expect(await command(/^Previous day/).isDisabled()).toBe(false);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('ends wall mode when the system leaves full screen', async () => {
    const wall = page.locator('[data-wall]');
    await page.keyboard.press('F11');
    await wall.waitFor();
    await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setFullScreen(false));
    await wall.waitFor({ state: 'detached' });
  });

  it('proves its totals once the simulator has stopped', async () => {
    await goTo(page, 'Simulator');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Stopped').waitFor();
    await page.getByText('Reconciled', { exact: true }).waitFor({ timeout: 60_000 });
  });

  it('is accessible on every screen, light and dark', async () => {
    for (const theme of ['dark', 'light'] as const) {
      await goTo(page, 'Settings');
      await page.getByText(theme === 'dark' ? 'Dark' : 'Light', { exact: true }).click();
      for (const screen of screens) {
        await goTo(page, screen);
        await page.waitForTimeout(400);
        await axe(`${screen}, ${theme}`);
      }
    }
  });

  it('keeps everything over quit and restart', async () => {
    const before = await ask(page, 'live.snapshot', undefined);
    await running.close();
    const report = JSON.parse(await cli('check', '--data-dir', `${folder.path}/data`, '--json')) as {
      ok: boolean;
      stored: number;
    };
    expect(report).toMatchObject({ ok: true, stored: before.ledger.events });
    running = await launchApp(folder.path);
    ({ page } = running);
    await until('it runs again', 60_000, async () => (await ask(page, 'app.state', undefined)).phase === 'running');
    const after = await ask(page, 'live.snapshot', undefined);
    expect(after.ledger).toEqual(before.ledger);
    expect((await ask(page, 'settings.get', undefined)).theme).toBe('light');
  });

  it('stores what is under way when it is closed in full swing', async () => {
    const settings = await ask(page, 'settings.get', undefined);
    await ask(page, 'simulator.update', { ...settings.simulator, rate: 500 });
    await ask(page, 'simulator.start', undefined);
    await page.waitForTimeout(2000);
    await running.close();
    const report = JSON.parse(await cli('check', '--data-dir', `${folder.path}/data`, '--json')) as {
      ok: boolean;
      problems: string[];
      inFlight: number;
    };
    expect(report).toMatchObject({ ok: true, problems: [], inFlight: 0 });
    running = await launchApp(folder.path);
    ({ page } = running);
  });
});
