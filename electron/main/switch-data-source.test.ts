import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../backend/lib/app-error.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import { isSource } from '../../backend/settings/profiles.ts';
import { type CreateRuntime, RuntimeHost } from './runtime-host.ts';
import { SettingsStore } from './settings-store.ts';
import { switchDataSource } from './switch-data-source.ts';

let folder: string;
let settings: SettingsStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switch-'));
  settings = await SettingsStore.open(join(folder, 'settings.json'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function makeRuntime(): Runtime {
  const parts = {
    status: () => ({ at: 0, marks: [], simulator: { state: 'stopped', backfill: null } }),
    close: async () => undefined,
  };
  return parts as unknown as Runtime;
}

function setUp(create: CreateRuntime) {
  const host = new RuntimeHost(create, silentLogger, (source) => (source === 'local' ? 'Local services' : source));
  const profiles = { isSource: (id: string) => isSource(id, settings.current.profiles) };
  return { host, use: (id: string) => switchDataSource({ host, settings, profiles }, id) };
}

const waiting = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new AppError('cancelled', 'The start was given up.')));
  });

describe('switching the data source', () => {
  it('keeps the choice once the new source runs', async () => {
    const { host, use } = setUp(async () => makeRuntime());
    await use('embedded');
    expect((await use('local')).dataSource).toBe('local');
    expect(host).toMatchObject({ source: 'local', state: { phase: 'running' } });
  });

  it('keeps the choice before when the new source cannot be used, by its name', async () => {
    const { host, use } = setUp(async (source) => {
      if (source === 'local') throw new AppError('bad_settings', 'The password is wrong.');
      return makeRuntime();
    });
    await use('embedded');
    await expect(use('local')).rejects.toMatchObject({
      message: 'Local services cannot be used: The password is wrong.',
      hint: 'embedded is in use again.',
    });
    expect(settings.current.dataSource).toBe('embedded');
    expect(host).toMatchObject({ source: 'embedded', state: { phase: 'running' } });
  });

  it('knows only sources that there are', async () => {
    const { host, use } = setUp(async () => makeRuntime());
    await expect(use('gone')).rejects.toMatchObject({ code: 'bad_settings' });
    expect(host.state.phase).toBe('no-source');
  });

  it('keeps a first choice whose services are away, and lets another be chosen meanwhile', async () => {
    const { host, use } = setUp((source, _tell, signal) =>
      source === 'local' ? waiting(signal) : Promise.resolve(makeRuntime()),
    );
    const first = expect(use('local')).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => host.state.phase).toBe('starting');
    expect(settings.current.dataSource).toBe('local');
    await use('embedded');
    await first;
    expect(settings.current.dataSource).toBe('embedded');
    expect(host).toMatchObject({ source: 'embedded', state: { phase: 'running' } });
  });

  it('starts the source in use again, with its settings of now', async () => {
    let starts = 0;
    const { host, use } = setUp(async () => {
      starts += 1;
      return makeRuntime();
    });
    await use('local');
    const before = host.current;
    await use('local');
    expect(starts).toBe(2);
    expect(host.current).not.toBe(before);
    expect(host.state.phase).toBe('running');
  });
});
