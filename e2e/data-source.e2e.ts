import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NativeServices, startServices } from '../scripts/services/native.mjs';
import {
  ask,
  goTo,
  launchApp,
  type RunningApp,
  recordStates,
  temporaryFolder,
  until,
  waitForState,
} from './harness.ts';

/*
 * Settings, Data source, on real services, in order: each test goes on where the one before has stopped.
 */

let services: NativeServices;
let servicesFolder: string;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let running: RunningApp;
let page: Page;
let password: string;

const sources = () => page.getByRole('region', { name: 'Sources' });
const card = (name: string) => page.getByRole('region', { name, exact: true });
const phase = async () => (await ask(page, 'app.state', undefined)).phase;
const inUse = async () => {
  const state = await ask(page, 'app.state', undefined);
  return state.phase === 'running' ? state.source : null;
};

/** Every place agrees once nothing is under way. */
const reconciled = () =>
  until('all places agree', 60_000, async () => {
    const { verdict, differences } = await ask(page, 'reconcile.run', null);
    expect(differences).toEqual([]);
    return verdict === 'reconciled';
  });

async function openDataSource(): Promise<void> {
  await goTo(page, 'Settings');
  await page
    .getByRole('tab', { name: 'Data source' })
    .or(page.getByText('Data source', { exact: true }))
    .first()
    .click();
  await sources().waitFor();
}

/** Fills the form of a new profile with the services' addresses. */
async function fillProfile(name: string, port: number): Promise<void> {
  await sources().getByRole('button', { name: 'New', exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await card('Kafka').getByLabel('Brokers').fill(services.env.KAFKA_BROKERS);
  const database = new URL(services.env.DATABASE_URL);
  await card('PostgreSQL').getByLabel('Host').fill(database.hostname);
  await card('PostgreSQL').getByLabel('Port').fill(String(port));
  await card('PostgreSQL').getByLabel('Database').fill(database.pathname.slice(1));
  await card('PostgreSQL').getByLabel('User').fill(database.username);
  await card('Redis').getByLabel('Host').fill('127.0.0.1');
  await card('Redis').getByLabel('Port').fill(String(services.redis.port));
}

beforeAll(async () => {
  servicesFolder = await mkdtemp(join(tmpdir(), 'reelmetrics-e2e-services-'));
  services = await startServices({ folder: servicesFolder });
  password = new URL(services.env.DATABASE_URL).password;
  folder = await temporaryFolder();
  running = await launchApp(folder.path);
  ({ page } = running);
  page.setDefaultTimeout(10_000);
});
afterAll(async () => {
  await running?.close();
  await services?.stop();
  await folder?.remove();
  await rm(servicesFolder, { recursive: true, force: true });
});

describe('the data source', () => {
  it('is reached from the first run, with the preset in view', async () => {
    await page.getByRole('button', { name: 'Connect to my services' }).click();
    await sources()
      .getByRole('button', { name: /^Local services/ })
      .waitFor();
    expect(await page.getByRole('heading', { name: 'Local services' }).count()).toBe(1);
    expect(await phase()).toBe('no-source');
  });

  it('tells what is wrong with each service of a new profile', async () => {
    await fillProfile('Wrong', services.postgres.port);
    await card('PostgreSQL')
      .getByLabel(/^Password/)
      .fill('not the password');
    await card('Redis').getByLabel('Port').fill('1');
    await card('Kafka').getByLabel('Brokers').fill('no-such-host.invalid:9092');
    await page.getByRole('button', { name: 'Test all' }).click();
    await card('PostgreSQL').getByText('Failed', { exact: true }).waitFor({ timeout: 60_000 });
    await card('PostgreSQL').getByText('does not let the user reelmetrics in').waitFor();
    await card('Redis').getByText('nothing listens there').waitFor();
    await card('Kafka').getByText('the host is not known').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Discard' }).click();
  });

  it('saves a profile that passes its tests, and the password in no file in clear', async () => {
    await fillProfile('Staging', services.postgres.port);
    await page.getByLabel('Allow invented sales').click();
    await card('PostgreSQL')
      .getByLabel(/^Password/)
      .fill(password);
    await page.getByRole('button', { name: 'Test all' }).click();
    for (const name of ['Kafka', 'PostgreSQL', 'Redis']) {
      await card(name).getByText('Passed', { exact: true }).waitFor({ timeout: 60_000 });
    }
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await sources()
      .getByRole('button', { name: /^Staging/ })
      .waitFor();
    const { profiles } = await ask(page, 'profiles.list', undefined);
    expect(JSON.stringify(profiles)).not.toContain(password);
    for (const name of await readdir(folder.path)) {
      if (!name.endsWith('.json')) continue;
      expect(await readFile(join(folder.path, name), 'utf8'), name).not.toContain(password);
    }
  });

  it('exports a profile without its password', async () => {
    const path = join(folder.path, 'exported.profile');
    await running.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, path);
    await card('Profile').getByRole('button', { name: 'Export' }).click();
    await page.getByText('without passwords', { exact: false }).waitFor();
    const text = await readFile(path, 'utf8');
    expect(text).toContain('Staging');
    expect(text).not.toContain(password);
  });

  it('takes services into use, live: the simulator sells through Kafka, PostgreSQL and Redis', async () => {
    await page.getByRole('button', { name: 'Use this source' }).click();
    await until('the services are in use', 40_000, async () => (await inUse()) === 'staging');
    const settings = await ask(page, 'settings.get', undefined);
    await ask(page, 'simulator.update', { ...settings.simulator, rate: 200 });
    // No key and no button puts invented sales into the topic: the name of the profile has to be typed.
    await expect(ask(page, 'simulator.start', undefined)).rejects.toThrow('bad_request');
    await expect(ask(page, 'simulator.startBackfill', { days: 1 })).rejects.toThrow('bad_request');
    await expect(ask(page, 'data.reset', { confirmation: 'RESET' })).rejects.toThrow('bad_request');
    await page.keyboard.press('Control+Shift+S');
    const typed = page.getByRole('textbox', { name: 'Type Staging to confirm' });
    await typed.fill('Stagin');
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    expect((await ask(page, 'status.get', undefined)).simulator.state).toBe('stopped');
    await typed.fill('Staging');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Invented sales go into Staging').waitFor();
    await until('sales arrive', 60_000, async () => {
      return (await ask(page, 'live.snapshot', undefined)).ledger.events > 200;
    });
    const status = await ask(page, 'status.get', undefined);
    expect(status).toMatchObject({ profile: 'staging', readModel: { state: 'up' }, log: { state: 'up' } });
    await ask(page, 'simulator.stop', undefined);
    await reconciled();
    await page.getByText('Invented sales go into Staging').waitFor({ state: 'detached' });
    await openDataSource();
  });

  it('asks before it leaves a source for one whose tests failed', async () => {
    await fillProfile('Refused', 1);
    await page.getByRole('button', { name: 'Test all' }).click();
    await card('PostgreSQL').getByText('Failed', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Save and use' }).click();
    const question = page.getByRole('alertdialog');
    await question.getByText(/1 of \d tests failed/).waitFor();
    await question.getByRole('button', { name: 'Stay on Staging' }).click();
    await question.waitFor({ state: 'detached' });
    expect(await inUse()).toBe('staging');
  });

  it('goes back to the source before when the new one cannot be used, and says why wherever the user is', async () => {
    await page.getByRole('button', { name: 'Save and use' }).click();
    const states = await recordStates(page);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Use it anyway' }).click();
    const refused = page.getByText('Refused is not in use').waitFor({ timeout: 60_000 });
    await states.passed('Starting Refused', refused);
    await refused;
    await page.keyboard.press('Control+1');
    await page.getByText('Refused is not in use').waitFor({ timeout: 60_000 });
    await until('the source before is in use', 60_000, async () => (await inUse()) === 'staging');
    expect((await ask(page, 'status.get', undefined)).profile).toBe('staging');
    await page.getByRole('heading', { name: 'Live', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await openDataSource();
  });

  it('says which service is down and for how long, and is whole again by itself when it returns', async () => {
    await sources()
      .getByRole('button', { name: /^Staging/ })
      .click();
    await services.redis.kill();
    await card('Connection')
      .getByText(/Redis at 127.0.0.1/)
      .waitFor({ timeout: 60_000 });
    await sources()
      .getByText(/Redis (down|degraded)/)
      .waitFor();
    await services.redis.start();
    await sources()
      .getByText(/^Connected/)
      .waitFor({ timeout: 60_000 });
  });

  it('waits at the start for services that are all away, names each, and opens when they return', async () => {
    await running.close();
    await Promise.all([services.kafka.kill(), services.postgres.kill(), services.redis.kill()]);
    running = await launchApp(folder.path);
    ({ page } = running);
    page.setDefaultTimeout(10_000);
    await page.getByText('Not all services answer').waitFor({ timeout: 60_000 });
    for (const name of ['Kafka', 'PostgreSQL', 'Redis']) {
      await page.getByRole('listitem').filter({ hasText: name }).getByText('Down').waitFor({ timeout: 60_000 });
    }
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await Promise.all([services.kafka.start(), services.postgres.start(), services.redis.start()]);
    // Where there is no keyring the password was kept for the session only, and is asked for again.
    const { profiles } = await ask(page, 'profiles.list', undefined);
    const staging = profiles.find(({ profile }) => profile.id === 'staging');
    if (staging?.secrets.postgres === 'none') {
      await page.getByText('does not let the user', { exact: false }).waitFor({ timeout: 60_000 });
      await page.getByRole('button', { name: 'Data source settings' }).click();
      await card('PostgreSQL')
        .getByLabel(/^Password/)
        .fill(password);
      await page.getByRole('button', { name: 'Save and reconnect' }).click();
    }
    await until('it is in use', 40_000, async () => (await inUse()) === 'staging');
    await until('all is up', 60_000, async () => {
      const { database, log, readModel, consumer } = await ask(page, 'status.get', undefined);
      return [database, log, readModel, consumer].every(({ state }) => state === 'up');
    });
    await reconciled();
  });

  it('labels a profile that only observes', async () => {
    await openDataSource();
    await card('Profile').getByRole('button', { name: 'Copy' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Lobby');
    await page.getByLabel('Observe only').click();
    await card('PostgreSQL')
      .getByLabel(/^Password/)
      .fill(password);
    await page.getByRole('button', { name: 'Save and use' }).click();
    await until('it observes', 40_000, async () => (await inUse()) !== 'staging' && (await phase()) === 'running');
    expect((await ask(page, 'status.get', undefined)).consumer.observeOnly).toBe(true);
    await page
      .getByRole('contentinfo')
      .getByText(/observ/i)
      .first()
      .waitFor();
    await goTo(page, 'Live');
    await waitForState(page, 'Observing', 20_000);
    await page.getByRole('main').getByText('stored by others').waitFor();
  });

  it('is accessible, light and dark', async () => {
    for (const theme of ['Light', 'Dark'] as const) {
      await goTo(page, 'Settings');
      await page.getByText('General', { exact: true }).click();
      await page.getByText(theme, { exact: true }).click();
      await openDataSource();
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      const found = violations.map(
        ({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      );
      expect(found, theme).toEqual([]);
    }
  });

  it('goes back to the embedded source', async () => {
    await sources()
      .getByRole('button', { name: /^Embedded/ })
      .click();
    await page.getByRole('button', { name: 'Use this source' }).click();
    await until('embedded data are in use', 60_000, async () => (await inUse()) === 'embedded');
  });
});
