import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../backend/lib/app-error.ts';
import { silentLogger } from '../../../backend/ports/logger.ts';
import { localProfile } from '../../../backend/settings/profile.ts';
import { defaultSettings } from '../../../backend/settings/settings.ts';
import { type RequestName, requestNames } from '../../contract/names.ts';
import { requestSchemas } from '../../contract/schemas.ts';
import { type Door, type Handlers, handleRequest, type SenderInfo } from './request.ts';

const ours: SenderInfo = { isOurWindow: true, isMainFrame: true, url: 'app://reelmetrics/index.html' };
const day = '2026-11-22';

const { id: _, ...draft } = localProfile;

/** At least one well-formed message per channel: the mutations start from these. */
const wellFormed: Record<RequestName, readonly unknown[]> = {
  'app.info': [undefined],
  'app.state': [undefined],
  'app.startEmbedded': [{ history: true }],
  'app.quit': [undefined],
  'settings.get': [undefined],
  'settings.update': [
    { theme: 'dark' },
    { localApi: defaultSettings.localApi },
    { tickRate: 2, simulator: defaultSettings.simulator },
  ],
  'profiles.list': [undefined],
  'profiles.save': [
    { id: null, profile: draft, secrets: { postgres: 'pass', redis: null } },
    { id: 'staging', profile: draft, secrets: {} },
  ],
  'profiles.copy': [{ id: 'local' }],
  'profiles.delete': [{ id: 'staging' }],
  'profiles.export': [{ id: 'staging' }],
  'profiles.import': [undefined],
  'profiles.test': [{ id: null, settings: { redis: draft.redis, kafka: draft.kafka }, secrets: { redis: 'pass' } }],
  'dataSource.switch': [{ id: 'embedded' }],
  'catalogue.get': [undefined],
  'query.ask': [
    { name: 'theaters', params: {} },
    { name: 'theaterMovies', params: { theaterId: 3, day } },
    { name: 'topTheater', params: { day } },
    { name: 'theaterLeaderboard', params: { day, before: 900_000 } },
    { name: 'movieLeaderboard', params: { day } },
    { name: 'summary', params: { day } },
    { name: 'series', params: { day, bucket: 'quarter', theaterId: 3 } },
    { name: 'theaterHours', params: { day } },
  ],
  'query.compare': [{ name: 'summary', params: { day } }],
  'backend.switch': [{ backend: 'sql' }],
  'sales.recent': [{ limit: 50 }, { limit: 1, theaterId: 4 }],
  'live.snapshot': [undefined],
  'status.get': [undefined],
  'simulator.start': [undefined],
  'simulator.stop': [undefined],
  'simulator.pause': [undefined],
  'simulator.resume': [undefined],
  'simulator.update': [defaultSettings.simulator],
  'simulator.burst': [{ rate: 100, seconds: 5 }],
  'simulator.startBackfill': [{ days: 14 }],
  'simulator.cancelBackfill': [undefined],
  'consumer.retry': [undefined],
  'consumer.pause': [undefined],
  'consumer.resume': [undefined],
  'deadLetters.list': [
    { resent: false, limit: 50 },
    { resent: true, reason: 'bad_json', before: '1763800000000000:3:118402', limit: 1 },
  ],
  'deadLetters.redrive': [
    { dryRun: true, selection: 'all', reason: 'unknown_theater' },
    { dryRun: false, selection: ['3:118402'] },
  ],
  'data.rebuild': [{ what: 'rollups' }],
  'calendar.change': [{ zone: 'Europe/London', cutoverHour: 6 }],
  'currency.change': [{ currency: 'EUR' }],
  'data.reset': [{ confirmation: 'RESET' }],
  'reconcile.run': [null, { events: 4, grossCents: 12n }],
  'localApi.state': [undefined],
  'localApi.accounts': [undefined],
  'localApi.addUser': [{ name: 'ada', role: 'admin', password: 'four plain words here' }],
  'localApi.setUserDisabled': [{ name: 'ada', disabled: true }],
  'localApi.unlockUser': [{ name: 'ada' }],
  'localApi.createKey': [{ name: 'wall', role: 'viewer' }],
  'localApi.audit': [{}, { words: 'ada', outcome: 'refused', before: '120' }],
  'localApi.revokeKey': [{ id: '0badcafe' }],
  'file.save': [{ suggestedName: 'sales.csv', content: 'a,b\n' }],
  'link.open': [{ url: 'https://www.electronjs.org/' }],
  'folder.open': [{ which: 'logs' }],
  'window.fullscreen': [{ on: true }],
  'diagnostics.report': [
    {
      grossCents: '12',
      events: 1,
      firstPaintAt: 1,
      firstSaleAt: null,
      produceToRendererMs: null,
      frames: { count: 1, p95Ms: 16.6, longestTaskMs: 0 },
      versionsWentDown: 0,
      liveFrames: 1,
    },
  ],
};

/** A door whose handlers only note that they were reached. */
function openDoor(): { door: Door; reached: string[] } {
  const reached: string[] = [];
  const handlers = Object.fromEntries(
    requestNames.map((name) => [name, () => void reached.push(name)]),
  ) as unknown as Handlers;
  const audit = { around: async <T>(_name: string, _input: unknown, work: () => T | Promise<T>) => work() };
  return { door: { handlers, audit, devServer: null, logger: silentLogger }, reached };
}

type Json = { [key: string]: unknown };
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every path to a field of a message, the message itself included. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isObject(value)) return [path];
  return [path, ...Object.keys(value).flatMap((key) => pathsOf(value[key], [...path, key]))];
}

function replaceAt(value: unknown, path: readonly string[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isObject(value)) return change(value);
  return { ...value, [key]: replaceAt(value[key], rest, change) };
}

/** Values that are wrong for every field of every request (a boolean field gets `0`, never `true`). */
const wrongForAnything = fc.oneof(
  fc.constantFrom<unknown>(
    Number.NaN,
    Infinity,
    -Infinity,
    -0.5,
    -1,
    1e300,
    2 ** 60,
    '',
    '\0',
    '../../etc/passwd',
    '__proto__',
  ),
  fc.constantFrom<unknown>(
    [],
    [[]],
    {},
    new Date(0),
    new Map(),
    new Set([1]),
    new Uint8Array(3),
    /x/,
    10n ** 30n,
    Symbol.iterator,
  ),
  fc.constantFrom<unknown>('2026-02-30', '2026-1-1', '9'.repeat(40), 'x'.repeat(5000), "'; drop table sale; --"),
  fc.array(fc.anything(), { maxLength: 3 }),
);

const junk = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withObjectString: true,
});

/** Malformed messages for a channel: junk, one field spoiled, one taken away, or one too many. */
function malformed(name: RequestName): fc.Arbitrary<unknown> {
  const start = fc.constantFrom(...wellFormed[name]);
  const spoiled = fc.tuple(start, fc.nat(), wrongForAnything).map(([message, at, wrong]) => {
    const paths = pathsOf(message);
    return replaceAt(message, paths[at % paths.length] ?? [], () => wrong);
  });
  const unknownField = fc
    .tuple(start, fc.constantFrom('extra', 'constructor', 'toString', ' '), fc.nat())
    .map(([message, key, at]) => {
      const objects = pathsOf(message).filter((path) =>
        isObject(path.reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), message)),
      );
      const path = objects[at % Math.max(1, objects.length)] ?? [];
      return replaceAt(message, path, (old) => ({ ...(isObject(old) ? old : {}), [key]: 1 }));
    });
  return fc.oneof(junk, spoiled, unknownField).filter((message) => !isAcceptable(name, message));
}

/** Requests with fields whose spoiled value may be a text as good as any other: links, names, ids, passwords. */
const freeText: readonly RequestName[] = [
  'link.open',
  'file.save',
  'profiles.save',
  'profiles.copy',
  'profiles.delete',
  'profiles.export',
  'profiles.test',
  'dataSource.switch',
  'localApi.addUser',
  'localApi.setUserDisabled',
  'localApi.unlockUser',
  'localApi.createKey',
  'localApi.audit',
];

/** The few messages that the generators can make by chance and that are in order. */
function isAcceptable(name: RequestName, message: unknown): boolean {
  if (wellFormed[name].includes(undefined)) return message === undefined;
  if (name === 'reconcile.run' && message === null) return true;
  if (isObject(message) && freeText.includes(name)) return requestSchemas[name].safeParse(message).success;
  // An empty patch, an empty parameter list.
  if (name === 'settings.update' && isObject(message) && Object.keys(message).length === 0) return true;
  return (
    isObject(message) &&
    message.name === 'theaters' &&
    isObject(message.params) &&
    Object.keys(message.params).length === 0
  );
}

describe('the door', () => {
  it.each(requestNames)('lets well-formed %s through', async (name) => {
    const { door, reached } = openDoor();
    for (const message of wellFormed[name])
      expect(await handleRequest(door, name, ours, message)).toEqual({ ok: true, value: undefined });
    expect(reached).toHaveLength(wellFormed[name].length);
  });

  it.each(requestNames)(
    'refuses 10,000 malformed messages to %s, each with an error',
    { timeout: 60_000 },
    async (name) => {
      const { door, reached } = openDoor();
      for (const message of fc.sample(malformed(name), { numRuns: 10_000, seed: 4217 })) {
        const reply = await handleRequest(door, name, ours, message);
        if (reply.ok) throw new Error(`accepted: ${fc.stringify(message)}`);
        if (reply.error.code !== 'bad_request') throw new Error(`${reply.error.code} for ${fc.stringify(message)}`);
      }
      expect(reached).toEqual([]);
    },
  );

  it('refuses what cannot even be read', async () => {
    const { door, reached } = openDoor();
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
        get: () => {
          throw new Error('no');
        },
      },
    );
    for (const name of requestNames)
      expect(await handleRequest(door, name, ours, trap)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
    expect(reached).toEqual([]);
  });

  it('refuses names it does not know, those of every object included', async () => {
    const { door } = openDoor();
    for (const name of [
      '',
      'app.info ',
      'constructor',
      '__proto__',
      'toString',
      'request:app.info',
      'x'.repeat(100_000),
    ]) {
      expect(await handleRequest(door, name, ours, undefined)).toMatchObject({
        ok: false,
        error: { code: 'bad_request' },
      });
    }
  });

  it.each<[string, Partial<SenderInfo>]>([
    ['another window', { isOurWindow: false }],
    ['a frame inside the page', { isMainFrame: false }],
    ['a page from elsewhere', { url: 'https://evil.example/' }],
    ['a page that looks like ours', { url: 'app://reelmetrics.evil/' }],
    ['a local file', { url: 'file:///opt/reelmetrics/index.html' }],
    ['a development server that is not ours', { url: 'http://localhost:5173/' }],
    ['nobody', { url: '' }],
  ])('answers nothing to %s, on any channel, before looking at the message', async (_who, difference) => {
    const { door, reached } = openDoor();
    for (const name of requestNames) {
      for (const message of [wellFormed[name][0], { junk: true }]) {
        expect(await handleRequest(door, name, { ...ours, ...difference }, message)).toMatchObject({
          ok: false,
          error: { code: 'refused_sender' },
        });
      }
    }
    expect(reached).toEqual([]);
  });

  it('trusts the development server when there is one', async () => {
    const { door } = openDoor();
    const sender = { ...ours, url: 'http://localhost:5173/' };
    expect(
      await handleRequest({ ...door, devServer: 'http://localhost:5173/' }, 'app.info', sender, undefined),
    ).toMatchObject({ ok: true });
  });

  it('tells an AppError with code and hint, and keeps anything else to the log', async () => {
    const logged: unknown[] = [];
    const { door } = openDoor();
    const failing = (error: unknown): Door => ({
      ...door,
      logger: { ...silentLogger, error: (_message, fields) => void logged.push(fields) },
      handlers: { ...door.handlers, 'status.get': () => Promise.reject(error) },
    });
    const busy = new AppError('simulator_busy', 'It runs.', { hint: 'Stop it first.' });
    expect(await handleRequest(failing(busy), 'status.get', ours, undefined)).toEqual({
      ok: false,
      error: { code: 'simulator_busy', message: 'It runs.', hint: 'Stop it first.', canRetry: false },
    });
    const reply = await handleRequest(
      failing(new Error('password=secret at /home/ann')),
      'status.get',
      ours,
      undefined,
    );
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(logged).toHaveLength(1);
  });
});
