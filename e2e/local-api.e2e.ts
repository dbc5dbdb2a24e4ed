import { createServer } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, goTo, launchApp, type RunningApp, temporaryFolder, until } from './harness.ts';

/*
 * Settings, Local API, in order: each test goes on where the one before has stopped.
 */

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;
let ports: { readonly sql: number; readonly materialized: number };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function openLocalApi(): Promise<void> {
  await goTo(page, 'Settings');
  await page.getByRole('button', { name: 'Local API', exact: true }).click();
  await page.getByRole('heading', { name: 'Local API', level: 2 }).waitFor();
}

const chip = (words: string) =>
  page.getByRole('region', { name: 'Local API' }).getByText(words, { exact: true }).first();

async function answer(port: number, path: string, key?: string) {
  const response = await fetch(
    `http://127.0.0.1:${port}${path}`,
    key ? { headers: { authorization: `Bearer ${key}` } } : {},
  );
  return {
    status: response.status,
    body: (await response.json()) as { value: { grossCents: number; sales: number; refunds: number } },
  };
}

beforeAll(async () => {
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page } = running);
  page.setDefaultTimeout(10_000);
  ports = { sql: await freePort(), materialized: await freePort() };
  const { localApi, simulator } = await ask(page, 'settings.get', undefined);
  await ask(page, 'settings.update', {
    localApi: { ...localApi, sqlPort: ports.sql, materializedPort: ports.materialized },
    simulator: { ...simulator, rate: 50 },
  });
  await page.reload();
  await ask(page, 'app.startEmbedded', { history: false });
});
afterAll(async () => {
  await running?.close();
  await folder?.remove();
});

describe('the local API', () => {
  it('is off, and nothing listens', async () => {
    await openLocalApi();
    await chip('Off').waitFor();
    for (const port of Object.values(ports)) await expect(answer(port, '/theaters')).rejects.toThrow('fetch failed');
  });

  it('listens when it is switched on, and lets nobody in without a key', async () => {
    await page.getByLabel('Answer over HTTP').press('Space');
    await chip('Listening').waitFor();
    for (const port of Object.values(ports)) expect((await answer(port, '/theaters')).status).toBe(401);
    await page.getByText('Nobody can sign in yet').waitFor();
    await page.getByLabel('What the key is for').fill('wall display');
    await page.getByRole('button', { name: 'Create key' }).click();
    const key = (await page.getByText(/^rmk_/).textContent()) ?? '';
    expect((await answer(ports.sql, '/theaters', key)).status).toBe(200);
    await page.getByRole('button', { name: 'Revoke wall display' }).click();
    await until('the key is refused', 60_000, async () => (await answer(ports.sql, '/theaters', key)).status === 401);
    await until('the key is gone from the page', 60_000, async () => (await page.getByText(key).count()) === 0);
  });

  it('has users who are added, disabled, and told what is wrong', async () => {
    await page.getByLabel('Name of the user').fill('ada');
    await page.getByLabel('Password, 12 characters or more').fill('short');
    await page.getByText('A password has 12 to 200 characters').waitFor();
    expect(await page.getByRole('button', { name: 'Add user' }).isDisabled()).toBe(true);
    await page.getByLabel('Password, 12 characters or more').fill('four plain words here');
    await page.getByRole('button', { name: 'Add user' }).click();
    const signIn = (password = 'four plain words here') =>
      fetch(`http://127.0.0.1:${ports.sql}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'ada', password }),
      });
    await page.getByRole('button', { name: 'Disable ada' }).waitFor();
    for (let guess = 0; guess < 5; guess += 1) expect((await signIn('wrong wrong wrong')).status).toBe(401);
    await page.getByText(/locked from 127\.0\.0\.1 until \d\d:\d\d:\d\d/).waitFor();
    expect((await signIn()).status).toBe(401);
    await page.getByRole('button', { name: 'Unlock ada' }).click();
    await page.getByText(/locked from/).waitFor({ state: 'detached' });
    expect((await signIn()).status).toBe(200);
    await page.getByRole('button', { name: 'Disable ada' }).click();
    await page.getByRole('button', { name: 'Enable ada' }).waitFor();
    expect((await signIn()).status).toBe(401);
  });

  it('tells who did what, and what was refused', async () => {
    const trail = page.getByRole('region', { name: 'Audit trail' });
    const row = (...words: readonly string[]) =>
      words.reduce((rows, word) => rows.filter({ hasText: word }), trail.getByRole('row'));
    await row('user.add', 'window', 'ada', 'done').first().waitFor();
    await row('key.revoke', 'window').first().waitFor();
    // Equal refusals of a moment are one row: how many moments five guesses take is the machine's affair.
    await row('sign-in', 'not signed in', '127.0.0.1', 'refused').first().waitFor();
    await ask(page, 'consumer.pause', undefined);
    await ask(page, 'consumer.resume', undefined);
    await page.getByLabel('Words in the audit trail').fill('consumer.pause');
    await row('consumer.pause', 'window', 'done').first().waitFor();
    await until('others are filtered out', 60_000, async () => (await row('user.add').count()) === 0);
    await page.getByLabel('Words in the audit trail').fill('');
  });

  it('keeps its two ports apart', async () => {
    const field = page.getByLabel('Port of the materialized backend');
    await field.fill(String(ports.sql));
    await field.press('Enter');
    await page.getByText(`Both backends cannot listen on one port: ${ports.sql}`).waitFor();
    expect(await field.inputValue()).toBe(String(ports.materialized));
    expect((await ask(page, 'settings.get', undefined)).localApi.materializedPort).toBe(ports.materialized);
    expect((await answer(ports.materialized, '/theaters')).status).toBe(401);
  });

  it('shows the same totals as the console on both ports, and how much it is asked', async () => {
    await page.getByLabel('Ask for sign-in').press('Space');
    await until(
      'it is open',
      5_000,
      async () => (await answer(ports.sql, '/theaters').catch(() => null))?.status === 200,
    );
    await ask(page, 'simulator.stop', undefined);
    const { businessDay } = await ask(page, 'status.get', undefined);
    await until('all agree', 60_000, async () => {
      const { ledger } = await ask(page, 'live.snapshot', undefined);
      const answers = await Promise.all(Object.values(ports).map((port) => answer(port, `/summary/${businessDay}`)));
      return answers.every(
        ({ body: { value } }) =>
          BigInt(value.grossCents) === ledger.grossCents && value.sales + value.refunds === ledger.events,
      );
    });
    await page.getByText(/[1-9]\d* in all/).waitFor();
  });

  it('is accessible, light and dark', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await goTo(page, 'Settings');
      await page.getByRole('button', { name: 'General', exact: true }).click();
      await page.getByText(theme, { exact: true }).click();
      await openLocalApi();
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(
        violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
        theme,
      ).toEqual([]);
    }
  });

  it('says why it cannot listen, and closes when it is switched off', async () => {
    const blocker = createServer();
    const taken = await freePort();
    await new Promise<void>((resolve) => blocker.listen(taken, '127.0.0.1', resolve));
    const field = page.getByLabel('Port of the sql backend');
    await field.fill(String(taken));
    await field.press('Enter');
    await chip('Failed').waitFor();
    await page.getByText(`Another program listens on 127.0.0.1:${taken}`).waitFor();
    await new Promise((resolve) => blocker.close(resolve));
    await page.getByLabel('Answer over HTTP').press('Space');
    await chip('Off').waitFor();
    for (const port of Object.values(ports)) await expect(answer(port, '/theaters')).rejects.toThrow('fetch failed');
  });
});
