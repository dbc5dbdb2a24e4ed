import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { steadyClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { startSourceWorker } from '../testing/embedded-test-database.ts';
import { runtimeOptions } from '../testing/runtime-conformance.ts';
import { Accounts } from './accounts.ts';
import { type Gateway, openGateway } from './gateway.ts';

const password = 'four plain words here';
const minute = 60_000;
let folder: string;
let runtime: Runtime;
let accounts: Accounts;
let gateway: Gateway;
/** Whether the users are out of reach. */
let away = false;
let later = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-accounts-'));
  runtime = await createRuntime({
    ...runtimeOptions,
    source: { kind: 'embedded', dataDir: folder, startWorker: startSourceWorker },
  });
  // The real store behind a line that can be cut.
  const store = new Proxy(runtime.accounts, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) =>
        away
          ? Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
          : (Reflect.apply(value, target, values) as unknown);
    },
  });
  const clock = { now: () => steadyClock.now() + later, sleep: async () => {} };
  accounts = new Accounts({ store, clock, logger: silentLogger });
  gateway = await openGateway({
    source: runtime,
    address: '127.0.0.1',
    ports: { sql: 0, materialized: 0 },
    hostNames: [],
    version: 'test',
    behindProxy: '127.0.0.0/8',
    accounts,
    logger: silentLogger,
  });
  await accounts.addUser('ada', 'admin', password);
});
afterAll(async () => {
  await gateway?.close();
  await runtime?.close();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => {
  away = false;
  later = 0;
  vi.restoreAllMocks();
});

interface Call {
  readonly token?: string;
  readonly body?: unknown;
  readonly from?: string;
  readonly method?: string;
}

async function call(path: string, { token, body, from, method = body === undefined ? 'GET' : 'POST' }: Call = {}) {
  const response = await fetch(`http://127.0.0.1:${gateway.ports.materialized}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : text,
  };
}

const signIn = async (from: string, word = password, name = 'ada') =>
  call('/auth/token', { body: { name, password: word }, from });
const tokensOf = async (from: string) => (await signIn(from)).body as { accessToken: string; refreshToken: string };

describe('while the users are out of reach', () => {
  it('signing in and refreshing are 503, and say when to come again', async () => {
    const { refreshToken } = await tokensOf('192.0.2.1');
    away = true;
    for (const answer of [
      await signIn('192.0.2.1'),
      await call('/auth/refresh', { body: { refreshToken } }),
      await call('/theaters', { token: `rmk_${'A'.repeat(43)}` }),
    ]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(answer.body).toMatchObject({ type: 'urn:reelmetrics:problem:users_unavailable' });
    }
    away = false;
    expect((await call('/auth/refresh', { body: { refreshToken } })).status).toBe(200);
  });

  it('a token that was good stays good for five minutes, and not longer', async () => {
    const { key } = await accounts.createKey('wall', 'viewer');
    expect((await call('/theaters', { token: key })).status).toBe(200);
    away = true;
    later = 4 * minute;
    expect((await call('/theaters', { token: key })).status).toBe(200);
    later = 6 * minute;
    const late = await call('/theaters', { token: key });
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1']);
    // Of sales it tells nothing: for the whole outage.
    later = 600 * minute;
    expect((await call('/metrics', { token: key })).status).toBe(200);
    expect((await call('/metrics', { token: `rmk_${'B'.repeat(43)}` })).status).toBe(503);
    away = false;
    expect((await call('/theaters', { token: key })).status).toBe(200);
  });

  it('a token of a session is not good beyond its end', async () => {
    const { accessToken } = await tokensOf('192.0.2.2');
    later = 9 * minute;
    expect((await call('/theaters', { token: accessToken })).status).toBe(200);
    away = true;
    later = 11 * minute;
    expect((await call('/theaters', { token: accessToken })).status).toBe(503);
  });

  it('what is revoked meanwhile is refused as soon as they are back', async () => {
    const { id, key } = await accounts.createKey('gone', 'viewer');
    expect((await call('/theaters', { token: key })).status).toBe(200);
    await runtime.accounts.revokeKey(id);
    later = 2_000;
    expect((await call('/theaters', { token: key })).status).toBe(401);
    away = true;
    later = 4_000;
    expect((await call('/theaters', { token: key })).status).toBe(503);
  });

  it('entries of the audit trail wait', async () => {
    const { key } = await accounts.createKey('night', 'operator');
    expect((await call('/theaters', { token: key })).status).toBe(200);
    away = true;
    expect((await call('/consumer/resume', { token: key, method: 'POST' })).status).toBe(200);
    expect(await runtime.accounts.auditTrail({ limit: 1, action: 'consumer.resume' })).toEqual([]);
    away = false;
    // The next one brings those that wait along.
    expect((await call('/consumer/resume', { token: key, method: 'POST' })).status).toBe(200);
    await expect
      .poll(async () => (await runtime.accounts.auditTrail({ limit: 9, action: 'consumer.resume' })).length)
      .toBe(2);
  });
});

describe('a wall clock that is set', () => {
  it.each([30, -30])('by %d days neither ends a token nor locks or unlocks a user', async (days) => {
    const name = days > 0 ? 'fay' : 'gil';
    await accounts.addUser(name, 'viewer', password);
    const { accessToken } = (await signIn('192.0.2.3', password, name)).body as { accessToken: string };
    for (let each = 0; each < 5; each += 1) await signIn('198.51.100.7', 'wrong wrong wrong', name);
    const real = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => real() + days * 24 * 60 * minute);
    expect((await call('/theaters', { token: accessToken })).status).toBe(200);
    expect((await signIn('198.51.100.7', password, name)).status).toBe(401);
    expect((await signIn('192.0.2.3', password, name)).status).toBe(200);
  });
});

describe('who guesses', () => {
  it('keeps no one out but the own network, and an admin can unlock', async () => {
    await accounts.addUser('hal', 'viewer', password);
    expect((await signIn('203.0.113.7', password, 'hal')).status).toBe(200);
    for (let each = 0; each < 6; each += 1) {
      // One subscriber of IPv6, with an address for each guess.
      expect((await signIn(`2001:db8:1:2::${each + 1}`, 'wrong wrong wrong', 'hal')).status).toBe(401);
    }
    expect((await signIn('2001:DB8:1:2:ffff::9', password, 'hal')).status).toBe(401);
    expect((await signIn('203.0.113.7', password, 'hal')).status).toBe(200);
    expect((await signIn('::ffff:203.0.113.8', password, 'hal')).status).toBe(200);
    const [hal] = (await accounts.users()).filter(({ name }) => name === 'hal');
    expect(hal?.locks.map(({ network }) => network)).toEqual(['2001:db8:1:2::/64']);
    await accounts.unlock('hal');
    expect((await signIn('2001:db8:1:2::1', password, 'hal')).status).toBe(200);
  });

  it('is slowed down by network on both ports together, and right passwords are not counted', {
    timeout: 120_000,
  }, async () => {
    const from = '198.51.100.50';
    for (let batch = 0; batch < 3; batch += 1) {
      const answers = await Promise.all(Array.from({ length: 7 }, () => signIn(from)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    }
    // Refused for its form, before a password is looked at: counted all the same.
    const malformed = () => call('/auth/token', { body: {}, from });
    let last = await malformed();
    for (let each = 0; each < 20; each += 1) last = await malformed();
    expect([last.status, Number(last.headers.get('retry-after')) > 0]).toEqual([429, true]);
    const other = await fetch(`http://127.0.0.1:${gateway.ports.sql}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({ name: 'nobody', password: 'x' }),
    });
    expect(other.status).toBe(429);
  });
});

describe('the audit trail', () => {
  const newest = async (action: string) => (await runtime.accounts.auditTrail({ limit: 1, action }))[0];

  it('tells who, from where, what, to what and how it ended', async () => {
    const { id, key } = await accounts.createKey('ada', 'operator');
    await call('/dead-letters/redrive', { token: key, body: { dryRun: true }, from: '::ffff:192.0.2.77' });
    await expect
      .poll(() => newest('dead-letters.redrive'))
      .toMatchObject({
        actor: { kind: 'key', name: 'ada', id, address: '192.0.2.77' },
        ...{ target: 'all', outcome: 'done', detail: 'dry run: 0 of 0 valid' },
      });
    const { accessToken } = await tokensOf('192.0.2.9');
    await call('/simulator/rate', { token: accessToken, body: { rate: 9e9 }, method: 'PUT', from: '192.0.2.9' });
    await expect
      .poll(() => newest('simulator.rate'))
      .toMatchObject({
        actor: { kind: 'user', name: 'ada', id: null, address: '192.0.2.9' },
        ...{ outcome: 'refused', detail: 'bad_request' },
      });
  });

  it('holds what is refused: roles, unknown names, people who are not signed in, counted where it repeats', async () => {
    const { key } = await accounts.createKey('looks only', 'viewer');
    for (let each = 0; each < 3; each += 1) await call('/consumer/pause', { token: key, method: 'POST' });
    await expect
      .poll(() => newest('consumer.pause'))
      .toMatchObject({ outcome: 'refused', detail: 'not_allowed', times: 3 });
    for (let each = 0; each < 3; each += 1) await call('/theaters', { from: '192.0.2.99' });
    await expect
      .poll(async () => (await runtime.accounts.auditTrail({ limit: 1, words: '192.0.2.99' }))[0])
      .toMatchObject({ actor: { kind: 'anonymous' }, action: 'request', target: 'GET /theaters', times: 3 });
    await signIn('192.0.2.98', 'x', 'mallory');
    await signIn('192.0.2.97', 'x', 'My Password 123');
    const targets = async () =>
      (await runtime.accounts.auditTrail({ limit: 2, action: 'sign-in', outcome: 'refused' })).map(
        ({ target }) => target,
      );
    await expect.poll(targets).toEqual(['no name, 15 bytes', 'mallory']);
    expect(await runtime.accounts.auditTrail({ limit: 9, words: 'My Password' })).toEqual([]);
  });

  it('holds changes of users and keys, and those that were refused', async () => {
    await expect(accounts.addUser('Bad Name', 'viewer', password)).rejects.toThrow(/no name/);
    expect(await newest('user.add')).toMatchObject({ actor: { kind: 'cli' }, target: 'Bad Name', outcome: 'refused' });
    await accounts.setDisabled('hal', true);
    expect(await newest('user.disable')).toMatchObject({ target: 'hal', outcome: 'done' });
  });
});

describe('names and passwords', () => {
  it.each(['\u001b]0;x\u0007\nada  admin', 'a\0', 'x\u202egnp', '\ud800', 'é'.repeat(61), '  '])(
    'a key is not called %j',
    async (name) => {
      await expect(accounts.createKey(name, 'viewer')).rejects.toMatchObject({ code: 'bad_request' });
    },
  );

  it.each([
    'twelve chars\0',
    'twelve chars\ud800',
    `twelve${'\u202e'.repeat(8)}`,
    'short',
    '😀'.repeat(11),
    'x'.repeat(201),
  ])('a password is not %j', async (word) => {
    await expect(accounts.addUser('kay', 'viewer', word)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('a name that no user can have is refused before the database is asked', async () => {
    expect((await signIn('192.0.2.1', password, 'a\0b')).status).toBe(400);
    expect((await signIn('192.0.2.1', '\ud800'.repeat(12), 'ada')).status).toBe(400);
    await expect(accounts.setDisabled('a\0b', true)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(accounts.revokeKey('\0')).rejects.toMatchObject({ code: 'bad_request' });
  });
});
