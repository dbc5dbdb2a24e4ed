import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SystemStatus } from '../backend/domain/status.ts';
import { openTestDatabase } from '../backend/testing/embedded-test-database.ts';
import { ask, goTo, launchApp, type RunningApp, temporaryFolder, until } from './harness.ts';

/*
 * The Pipeline screen, in order: each test goes on where the one before has stopped.
 */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;

const status = (): Promise<SystemStatus> => ask(page, 'status.get', undefined);
const table = () => page.getByRole('table', { name: 'Dead letters' });

async function axe(where: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(
    ({ id, nodes }) => `${where}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
  );
  expect(found).toEqual([]);
}

async function setTheme(theme: 'dark' | 'light'): Promise<void> {
  await goTo(page, 'Settings');
  await page.getByText(theme === 'dark' ? 'Dark' : 'Light', { exact: true }).click();
  await goTo(page, 'Pipeline');
}

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page } = running);
  const settings = await ask(page, 'settings.get', undefined);
  const faults = { duplicates: 0.05, late: 0, outOfOrder: 0, malformed: 0 };
  await ask(page, 'simulator.update', { ...settings.simulator, rate: 200, faults });
  await ask(page, 'app.startEmbedded', { history: false });
  await until(
    'sales are stored',
    30_000,
    async () => (await ask(page, 'live.snapshot', undefined)).ledger.events > 100,
  );
});
afterAll(async () => {
  await running?.close();
  await folder?.remove();
});

describe('the pipeline', () => {
  it('shows each station with its rate, and the lag of each partition', async () => {
    await page.keyboard.press('Control+3');
    await page.getByRole('heading', { name: 'Pipeline', level: 1 }).waitFor();
    const flow = page.getByRole('region', { name: 'Flow' });
    for (const station of ['Simulator', 'Topic', 'Consumer', 'PostgreSQL', 'Read model', 'Query', 'Window']) {
      await flow.getByRole('heading', { name: station, exact: true }).waitFor();
    }
    await until('every station tells its rate', 60_000, async () => {
      const words = (await flow.textContent()) ?? '';
      return !words.includes('unknown') && /ticks\/s/.test(words);
    });
    const { partitions } = (await status()).consumer;
    expect(await page.getByRole('region', { name: 'Lag of each partition' }).getByRole('row').count()).toBe(
      partitions.length + 2,
    );
    await page.getByText('No dead letters: every event', { exact: false }).waitFor();
    await until('duplicates were dropped', 60_000, async () => ((await status()).consumer.duplicates ?? 0) > 0);
  });

  it('lists malformed events with their reasons, and filters by reason', async () => {
    const { simulator } = await ask(page, 'settings.get', undefined);
    await ask(page, 'simulator.update', { ...simulator, faults: { ...simulator.faults, malformed: 0.2 } });
    await until('dead letters come', 60_000, async () => ((await status()).consumer.deadLettered ?? 0) >= 30);
    await ask(page, 'simulator.update', simulator);
    await ask(page, 'simulator.pause', undefined);
    await until('no more come', 60_000, async () => (await status()).consumer.lagEvents === 0);
    // What was under way is stored, and the lag was looked at since.
    await page.waitForTimeout(2000);
    const { deadLettered } = (await status()).consumer;
    await page
      .getByText(`${deadLettered?.toLocaleString('en-US')} waiting`, { exact: true })
      .waitFor({ timeout: 60_000 });
    const chip = page.getByRole('list', { name: 'Reasons' }).getByRole('button', { name: /^unknown_theater/ });
    await chip.click();
    const shown = (await chip.textContent()) ?? '';
    await until('the filter holds', 5000, async () => {
      const reasons = await table().locator('tbody tr td:nth-child(3)').allTextContents();
      return reasons.length > 0 && reasons.every((reason) => reason === 'unknown_theater');
    });
    expect(await table().locator('tbody tr').count()).toBe(Number(/\d+/.exec(shown)?.[0]));
    await chip.click();
  });

  it('shows the bytes of one, and refuses to send it again while it is still bad', async () => {
    await table().locator('tbody tr').first().click();
    const message = page.getByRole('region', { name: 'Message' });
    await message.waitFor();
    await page.getByText('Hex', { exact: true }).click();
    expect(await message.textContent()).toContain('00007b 22 76');
    expect(await page.getByRole('button', { name: 'Send again', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Dry run', exact: true }).click();
    await page.getByText('would be refused again', { exact: false }).waitFor();
    expect(await page.getByRole('button', { name: 'Send again', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Close the message' }).click();
    await page.getByRole('button', { name: /^Dry run all/ }).click();
    await page.getByText(/all \d+ would be refused again/).waitFor();
    expect(await page.getByRole('button', { name: 'Send all again' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Dismiss' }).click();
  });

  it('sends one again that is valid by now, after a dry run and a question', async () => {
    const before = await ask(page, 'deadLetters.list', { resent: false, limit: 200, reason: 'unknown_theater' });
    expect(before.rows.length).toBeGreaterThan(1);
    await running.close();
    // The theatres open: events that were refused for naming them are valid from the next start on.
    const database = await openTestDatabase(join(folder.path, 'data'));
    await database.pool.query(
      `insert into theater select distinct (convert_from(raw, 'UTF8')::json ->> 'theaterId')::integer, 'New', 'Bonn', 1, 9, 1
       from dead_letter where reason = 'unknown_theater'`,
    );
    await database.close();
    running = await launchApp(folder.path);
    ({ page } = running);
    await until('it runs again', 60_000, async () => (await ask(page, 'app.state', undefined)).phase === 'running');
    await goTo(page, 'Pipeline');
    await page.getByRole('button', { name: /^unknown_theater/ }).click();
    await table().locator('tbody tr').first().click();
    await page.getByRole('button', { name: 'Dry run', exact: true }).click();
    await page.getByText('Dry run: would be accepted').waitFor();
    await page.getByRole('button', { name: 'Send again', exact: true }).click();
    await page.getByRole('button', { name: 'Send it again' }).click();
    await page.getByText('1 sent again').waitFor();
    await page.getByRole('button', { name: 'sent again 1', exact: true }).waitFor();
    const stored = (await ask(page, 'live.snapshot', undefined)).ledger.events;
    await page.getByRole('button', { name: 'Close the message' }).click();
    await page.getByRole('button', { name: /^Dry run all/ }).click();
    await page.getByText(`${before.rows.length - 1} of ${before.rows.length - 1} would be accepted`).waitFor();
    await page.getByRole('button', { name: 'Send all again' }).click();
    await page.getByRole('button', { name: /^Send \d+ again$/ }).click();
    await page.getByRole('button', { name: `sent again ${before.rows.length}`, exact: true }).waitFor();
    await until('they are stored', 60_000, async () => {
      const { ledger } = await ask(page, 'live.snapshot', undefined);
      return ledger.events >= stored + before.rows.length - 1;
    });
    const { verdict, differences } = await ask(page, 'reconcile.run', null);
    expect({ verdict, differences }).toEqual({ verdict: 'reconciled', differences: [] });
  });

  it('says that the consumer is paused and how the lag grows, and is at 0 after it goes on', async () => {
    await ask(page, 'simulator.start', undefined);
    await page.getByRole('button', { name: 'Pause consumer' }).click();
    await page.getByText('The consumer has been paused since', { exact: false }).waitFor();
    await until('the lag grows', 60_000, async () => ((await status()).consumer.lagEvents ?? 0) > 300);
    await page.getByText('not falling').first().waitFor({ timeout: 60_000 });
    await page.keyboard.press('Control+1');
    await page.getByText('so no new sale is stored', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Open Pipeline' }).click();
    await page.getByRole('heading', { name: 'Pipeline', level: 1 }).waitFor();
    await ask(page, 'simulator.stop', undefined);
    await page.getByRole('button', { name: 'Resume consumer' }).click();
    await until('nothing waits', 60_000, async () => (await status()).consumer.lagEvents === 0);
    const total = page.getByRole('region', { name: 'Lag of each partition' }).getByRole('row').last();
    await until('the total says so', 5000, async () => {
      const cells = await total.getByRole('cell').allTextContents();
      return cells.join('|').endsWith('||0||0 s|0 s');
    });
  });

  it('rebuilds the rollups and the read model after a question', async () => {
    for (const name of ['Rebuild rollups', 'Rebuild read model']) {
      await page.getByRole('button', { name }).click();
      await page.getByRole('button', { name: 'Rebuild now' }).click();
      await page
        .getByText(/Rebuilt at/)
        .nth(name === 'Rebuild rollups' ? 0 : 1)
        .waitFor({ timeout: 60_000 });
    }
    expect((await ask(page, 'reconcile.run', null)).differences).toEqual([]);
  });

  it('is found in the palette, with pausing the consumer', async () => {
    await page.keyboard.press('Control+1');
    await page.keyboard.press('Control+K');
    await page.getByRole('dialog').getByRole('textbox').fill('consumer');
    await page.keyboard.press('Enter');
    await until('it is paused', 5000, async () => (await status()).consumer.paused);
    await page
      .getByRole('contentinfo')
      .getByRole('button', { name: /Consumer paused/ })
      .click();
    await page.getByRole('heading', { name: 'Pipeline', level: 1 }).waitFor();
  });

  it('is accessible, light and dark, with a message opened', async () => {
    for (const theme of ['dark', 'light'] as const) {
      await setTheme(theme);
      await table().locator('tbody tr').first().click();
      await page.getByText('Hex', { exact: true }).click();
      await page.waitForTimeout(400);
      await axe(`Pipeline, ${theme}`);
    }
  });
});
