import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AppError } from '../lib/app-error.ts';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { startSourceWorker } from '../testing/embedded-test-database.ts';
import { runtimeOptions, sell } from '../testing/runtime-conformance.ts';
import { Accounts } from './accounts.ts';
import { type Gateway, openGateway } from './gateway.ts';

const password = 'four plain words here';
let folder: string;
let runtime: Runtime;
let open: Gateway;
let closed: Gateway;
let accounts: Accounts;
/** Added to the clock by which tokens expire, ms. */
let later = 0;

const options = {
  address: '127.0.0.1',
  ports: { sql: 0, materialized: 0 },
  hostNames: [],
  version: 'test',
  logger: silentLogger,
};

async function call(port: number, path: string, init: RequestInit & { token?: string } = {}) {
  const { token, ...rest } = init;
  const headers = {
    ...(init.headers as Record<string, string>),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...rest, headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

const post = (port: number, path: string, body: unknown, token?: string) =>
  call(port, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    ...(token === undefined ? {} : { token }),
  });

/** fetch sets Host by itself. */
function statusWithHost(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest({ port, host: '127.0.0.1', path: '/theaters', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-gateway-'));
  runtime = await createRuntime({
    ...runtimeOptions,
    source: { kind: 'embedded', dataDir: folder, startWorker: startSourceWorker },
  });
  await sell(runtime, 1_000);
  const clock = { now: () => Date.now() + later, sleep: async () => {} };
  accounts = new Accounts({ store: runtime.accounts, clock, logger: silentLogger });
  open = await openGateway({ ...options, source: runtime, accounts: null });
  closed = await openGateway({ ...options, source: runtime, accounts });
});
afterAll(async () => {
  await open?.close();
  await closed?.close();
  await runtime?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('answers', () => {
  it('agree on both ports with what the console shows', async () => {
    const { businessDay } = runtime.status();
    const { ledger } = runtime.live.snapshot();
    for (const port of Object.values(open.ports)) {
      const { body } = await call(port, `/summary/${businessDay}`);
      expect(body.value.sales + body.value.refunds).toBe(ledger.events);
      expect(BigInt(body.value.grossCents)).toBe(ledger.grossCents);
      expect(body).toMatchObject({ currency: 'USD', backend: port === open.ports.sql ? 'sql' : 'materialized' });
      expect(Date.parse(body.watermark.asOf)).toBeGreaterThan(Date.now() - 5_000);
    }
  });

  it('have a tag of the version, and are not sent twice', async () => {
    const path = `/leaderboards/theaters?day=${runtime.status().businessDay}`;
    const first = await call(open.ports.sql, path);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toContain(String(first.body.watermark.version));
    expect(await call(open.ports.sql, path, { headers: { 'if-none-match': etag } })).toMatchObject({
      status: 304,
      body: null,
    });
    await sell(runtime, 300);
    await expect
      .poll(async () => (await call(open.ports.sql, path, { headers: { 'if-none-match': etag } })).status)
      .toBe(200);
  });

  it.each([
    ['/nothing', 404, 'not_found'],
    ['/theaters/9999/movies', 404, 'unknown_theater'],
    ['/theaters/x/movies', 400, 'bad_request'],
    ['/summary/2026-02-30', 400, 'bad_request'],
    ['/series/2026-11-22?bucket=week', 400, 'bad_request'],
    ['/series/2026-11-22?bucket=minute&theaterId=1', 400, 'bad_question'],
    ['/leaderboards/theaters?before=2026-11-22T10:01:00Z', 400, 'bad_question'],
    [`/theaters/${'9'.repeat(200)}/movies`, 414, 'address_too_long'],
    ['/%ff', 400, 'bad_request'],
  ])('refuse %s with %d %s as a problem', async (path, status, code) => {
    const answer = await call(open.ports.materialized, path);
    expect(answer).toMatchObject({ status, body: { status, type: `urn:reelmetrics:problem:${code}` } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('refuse another method, a large body, a broken body, another media type', async () => {
    const { sql } = open.ports;
    const deleted = await call(sql, '/theaters', { method: 'DELETE' });
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET']);
    const json = { 'content-type': 'application/json' };
    const large = await call(sql, '/simulator/rate', {
      method: 'PUT',
      headers: json,
      body: JSON.stringify({ rate: 1, x: 'x'.repeat(70_000) }),
    });
    expect(large.status).toBe(413);
    expect((await call(sql, '/simulator/rate', { method: 'PUT', headers: json, body: '{' })).status).toBe(400);
    expect(
      (await call(sql, '/simulator/rate', { method: 'PUT', headers: { 'content-type': 'text/xml' }, body: '<x/>' }))
        .status,
    ).toBe(415);
    expect((await call(sql, '/simulator/rate', { method: 'PUT', headers: json, body: '{"rate":"many"}' })).status).toBe(
      400,
    );
  });

  it('are for its own names only, and for no page of elsewhere', async () => {
    const { sql } = open.ports;
    expect(await statusWithHost(sql, `localhost:${sql}`)).toBe(200);
    for (const host of ['evil.example', `evil.example:${sql}`, '127.0.0.1.evil.example']) {
      expect(await statusWithHost(sql, host), host).toBeGreaterThanOrEqual(400);
    }
    const before = runtime.status().simulator.state;
    const foreign = await call(sql, '/simulator/start', { method: 'POST', headers: { origin: 'http://evil.example' } });
    expect([foreign.status, runtime.status().simulator.state]).toEqual([403, before]);
    const reading = await call(sql, '/theaters', { headers: { origin: 'null' } });
    expect([reading.status, reading.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it('are described, and measured', async () => {
    const { body } = await call(open.ports.sql, '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toContain('/theaters/{id}/movies');
    const metrics = await (await fetch(`http://127.0.0.1:${open.ports.sql}/metrics`)).text();
    expect(metrics).toMatch(/^reelmetrics_consumer_lag_events 0$/m);
    expect(metrics).toMatch(
      /reelmetrics_http_request_seconds_count\{backend="sql",method="GET",route="\/theaters\/:id\/movies",status="404"\} 0|route="\/summary\/:date"/,
    );
    const stored = [...metrics.matchAll(/^reelmetrics_stored_offset\{partition="\d+"\} (\d+)$/gm)].map(([, at]) =>
      Number(at),
    );
    expect(stored.reduce((sum, at) => sum + at)).toBe(runtime.live.snapshot().ledger.events);
    expect((await call(open.ports.sql, '/health/ready')).body).toEqual({ ready: true, reason: null });
  });

  it('are measured in all that the dashboard draws', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${open.ports.sql}/metrics`)).text();
    const dashboard = await readFile(new URL('../../deploy/grafana/reelmetrics.json', import.meta.url), 'utf8');
    const drawn = new Set(dashboard.match(/\b(reelmetrics|nodejs|process)_\w+/g));
    expect(drawn.size).toBeGreaterThan(8);
    for (const name of drawn) expect(metrics).toMatch(new RegExp(`^${name}[ {]`, 'm'));
  });

  it('do not leave this computer without sign-in', async () => {
    await expect(
      openGateway({ ...options, address: '0.0.0.0', source: runtime, accounts: null }),
    ).rejects.toMatchObject({ code: 'bad_settings' });
    const taken = { sql: open.ports.sql, materialized: 0 };
    await expect(openGateway({ ...options, ports: taken, source: runtime, accounts: null })).rejects.toThrow(
      /listens on/,
    );
  });
});

describe('a backend that does not answer', () => {
  const source = () => ({
    ask: () => new Promise<never>(() => {}),
    catalogue: runtime.catalogue,
    businessDay: () => runtime.businessDay(),
    currency: () => runtime.currency(),
    versionOf: async () => null,
    status: () => runtime.status(),
    live: runtime.live,
    simulator: runtime.simulator,
    pauseConsumer: () => {},
    resumeConsumer: () => {},
    deadLetters: () => Promise.reject(new Error('unused')),
    redrive: () => Promise.reject(new Error('unused')),
  });

  it('is told of in time, and does not keep the gateway from closing', async () => {
    const gateway = await openGateway({ ...options, source: source(), accounts: null, answerMs: 300 });
    const answer = await call(gateway.ports.sql, '/leaderboards/theaters');
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:reelmetrics:problem:too_slow' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    await gateway.close();
  });

  it('loses its connections when the gateway has waited long enough', async () => {
    const gateway = await openGateway({ ...options, source: source(), accounts: null });
    const asked = call(gateway.ports.sql, '/leaderboards/theaters').catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = Date.now();
    await gateway.close();
    expect(Date.now() - begin).toBeLessThan(5_000);
    expect(await asked).toBe('cut');
  });
});

describe('operators', () => {
  it('start, pace and stop the simulator, and pause the consumer', async () => {
    const { sql } = open.ports;
    expect((await call(sql, '/simulator/start?rate=40', { method: 'POST' })).body).toMatchObject({
      state: 'running',
      rate: 40,
    });
    expect(
      (
        await call(sql, '/simulator/rate', {
          method: 'PUT',
          body: '{"rate":80}',
          headers: { 'content-type': 'application/json' },
        })
      ).body.rate,
    ).toBe(80);
    expect((await call(sql, '/consumer/pause', { method: 'POST' })).body.paused).toBe(true);
    expect((await call(sql, '/consumer/resume', { method: 'POST' })).body.paused).toBe(false);
    expect((await call(sql, '/simulator/stop', { method: 'POST' })).body.state).toBe('stopped');
    await runtime.drain();
  });

  it('make a history once: days that have sales are a conflict, or stay as they are', async () => {
    const { sql } = open.ports;
    const ask = (query: string) => call(sql, `/simulator/backfill?${query}`, { method: 'POST' });
    expect((await ask('days=1')).status).toBe(202);
    await runtime.drain();
    const [first] = await runtime.days();
    const { events } = runtime.live.snapshot().ledger;
    const again = await ask('days=1');
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      type: 'urn:reelmetrics:problem:history_present',
      detail: 'This day is there already.',
    });
    expect((await ask('days=2')).body.detail).toBe('1 of these 2 days is there already, 1 is missing.');
    expect((await ask('days=2&extend=true')).status).toBe(202);
    await runtime.drain();
    expect((await runtime.days())[0]! < first!).toBe(true);
    expect(runtime.live.snapshot().ledger.events).toBeGreaterThan(events);
    expect((await ask('days=0')).status).toBe(400);
  });

  it('are told of a conflict where others store: there is nothing here to pause', async () => {
    const { ask, versionOf, businessDay, currency, catalogue, status, live, simulator, deadLetters, redrive } = runtime;
    const pauseConsumer = () => {
      throw new AppError('consumed_elsewhere', 'Others store.', { hint: 'Pause it there.' });
    };
    const own = { ask, versionOf, businessDay, currency, catalogue, status, live, simulator, deadLetters, redrive };
    const gateway = await openGateway({
      ...options,
      source: { ...own, status: () => runtime.status(), pauseConsumer, resumeConsumer: () => {} },
      accounts: null,
    });
    try {
      const refused = await call(gateway.ports.sql, '/consumer/pause', { method: 'POST' });
      expect(refused.status).toBe(409);
      expect(refused.body).toMatchObject({
        type: 'urn:reelmetrics:problem:consumed_elsewhere',
        hint: 'Pause it there.',
      });
    } finally {
      await gateway.close();
    }
  });

  it('page through dead letters and send them again', async () => {
    const { sql } = open.ports;
    runtime.simulator.update({
      ...runtimeOptions.simulator,
      faults: { duplicates: 0, late: 0, outOfOrder: 0, malformed: 0.3 },
    });
    await sell(runtime, 800);
    runtime.simulator.update(runtimeOptions.simulator);
    const first = await call(sql, '/dead-letters?limit=3');
    expect(first.body.rows).toHaveLength(3);
    const second = await call(sql, `/dead-letters?limit=3&before=${encodeURIComponent(first.body.next)}`);
    expect(second.body.rows[0].id).not.toBe(first.body.rows[0].id);
    const report = await post(sql, '/dead-letters/redrive', {});
    expect(report.body).toMatchObject({ dryRun: true, checked: first.body.waiting });
    expect((await call(sql, '/dead-letters?before=nonsense')).status).toBe(400);
  });
});

describe('signing in', () => {
  const signIn = async (name: string) => (await post(closed.ports.sql, '/auth/token', { name, password })).body;

  beforeAll(async () => {
    await accounts.addUser('ada', 'admin', password);
    await accounts.addUser('vic', 'viewer', password);
  });

  it('is wanted for everything but liveness and the description', async () => {
    for (const path of ['/theaters', '/metrics', '/dead-letters', '/summary/2026-11-22', '/auth/me']) {
      const answer = await call(closed.ports.sql, path);
      expect([path, answer.status, answer.headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
    }
    for (const path of ['/health/live', '/health/ready', '/openapi.json'])
      expect((await call(closed.ports.sql, path)).status).toBe(200);
  });

  it('is not wanted for the pages of the description, which a browser loads without a token and which load nothing else', async () => {
    const page = await fetch(`http://127.0.0.1:${closed.ports.sql}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const parts = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(parts.length).toBeGreaterThan(4);
    for (const path of parts) {
      const part = await fetch(new URL(path ?? '', page.url));
      expect([path, part.status, (await part.arrayBuffer()).byteLength > 100]).toEqual([path, 200, true]);
    }
  });

  it('gives tokens that hold on both ports, until they expire', async () => {
    const { accessToken, role } = await signIn('ada');
    expect(role).toBe('admin');
    for (const port of Object.values(closed.ports))
      expect((await call(port, '/theaters', { token: accessToken })).status).toBe(200);
    later = 11 * 60_000;
    expect((await call(closed.ports.sql, '/theaters', { token: accessToken })).status).toBe(401);
    later = 0;
  });

  it('refuses tokens that it has not given', async () => {
    const { accessToken } = await signIn('vic');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: 'ada', role: 'admin' })}.`;
    for (const token of [
      unsigned,
      'rma_',
      `${accessToken}x`,
      accessToken.slice(0, -1),
      `rmk_${'A'.repeat(43)}`,
      'x'.repeat(5_000),
    ]) {
      expect((await call(closed.ports.sql, '/theaters', { token })).status, token.slice(0, 20)).toBeGreaterThanOrEqual(
        400,
      );
    }
    expect(
      (
        await call(closed.ports.sql, '/theaters', {
          headers: { authorization: `Basic ${Buffer.from(`ada:${password}`).toString('base64')}` },
        })
      ).status,
    ).toBe(401);
  });

  it('lets each role do what it may', async () => {
    const { accessToken: viewer } = await signIn('vic');
    expect((await call(closed.ports.sql, '/auth/me', { token: viewer })).body).toEqual({ name: 'vic', role: 'viewer' });
    const refused = await call(closed.ports.sql, '/consumer/pause', { method: 'POST', token: viewer });
    expect([refused.status, runtime.status().consumer.paused]).toEqual([403, false]);
    const { id, key } = await accounts.createKey('night shift', 'operator');
    expect((await call(closed.ports.sql, '/consumer/resume', { method: 'POST', token: key })).status).toBe(200);
    await accounts.revokeKey(id);
    expect((await call(closed.ports.sql, '/consumer/resume', { method: 'POST', token: key })).status).toBe(401);
    expect((await runtime.accounts.auditTrail({ limit: 20 })).map(({ action }) => action)).toContain('consumer.resume');
  });

  it('rotates refresh tokens, and ends the session of one that is used twice', async () => {
    const first = await signIn('vic');
    const second = (await post(closed.ports.sql, '/auth/refresh', { refreshToken: first.refreshToken })).body;
    expect((await call(closed.ports.sql, '/theaters', { token: first.accessToken })).status).toBe(401);
    expect((await call(closed.ports.sql, '/theaters', { token: second.accessToken })).status).toBe(200);
    expect((await post(closed.ports.sql, '/auth/refresh', { refreshToken: first.refreshToken })).status).toBe(401);
    expect((await call(closed.ports.sql, '/theaters', { token: second.accessToken })).status).toBe(401);
    expect((await post(closed.ports.sql, '/auth/refresh', { refreshToken: second.refreshToken })).status).toBe(401);
  });

  it('ends with signing out, and with being disabled', async () => {
    const { accessToken } = await signIn('vic');
    expect((await call(closed.ports.sql, '/auth/sign-out', { method: 'POST', token: accessToken })).status).toBe(204);
    expect((await call(closed.ports.sql, '/theaters', { token: accessToken })).status).toBe(401);
    const again = await signIn('vic');
    await accounts.setDisabled('vic', true);
    expect((await call(closed.ports.sql, '/theaters', { token: again.accessToken })).status).toBe(401);
    expect((await post(closed.ports.sql, '/auth/token', { name: 'vic', password })).status).toBe(401);
    await accounts.setDisabled('vic', false);
    expect((await post(closed.ports.sql, '/auth/token', { name: 'vic', password })).status).toBe(200);
  });

  it('locks a user after wrong passwords sent at once, tells an unknown name nothing else, and slows guessing down', async () => {
    await accounts.addUser('bob', 'viewer', password);
    const guess = (name: string, word: string) =>
      post(closed.ports.materialized, '/auth/token', { name, password: word });
    const wrong = await Promise.all(Array.from({ length: 5 }, () => guess('bob', 'wrong wrong wrong')));
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    const bob = await runtime.accounts.findUser('bob');
    const tokens = {
      accessHash: Buffer.from('a'),
      accessUntil: 9e12,
      refreshHash: Buffer.from('r'),
      refreshUntil: 9e12,
    };
    // A right guess that was on its way when the lock came.
    expect(bob && (await runtime.accounts.openSession(bob, '127.0.0.1', tokens, Date.now()))).toBe(false);
    const locked = await guess('bob', password);
    const unknown = await guess('nobody', password);
    expect([locked.status, locked.body]).toEqual([unknown.status, unknown.body]);
    later = 16 * 60_000;
    expect((await guess('bob', password)).status).toBe(200);
    later = 0;
    const statuses: number[] = [];
    for (let round = 0; round < 25; round += 1) statuses.push((await guess('x', 'y')).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it('counts attempts by the address that the load balancer tells, whatever the client says before it', async () => {
    const behind = await openGateway({ ...options, source: runtime, accounts, behindProxy: '127.0.0.0/8' });
    const statuses = async ({ ports }: Gateway, address: (round: number) => string) => {
      let last = 0;
      for (let round = 0; round < 21; round += 1) {
        const headers = { 'x-forwarded-for': address(round) };
        // Refused for its form, before a password is looked at: counted all the same.
        last = (await call(ports.sql, '/auth/refresh', { method: 'POST', headers })).status;
      }
      return last;
    };
    expect(await statuses(behind, (round) => `198.51.100.${round}, 203.0.113.7`)).toBe(429);
    expect(await statuses(behind, (round) => `203.0.113.7, 198.51.100.${round}`)).toBe(400);
    await behind.close();
    const elsewhere = await openGateway({ ...options, source: runtime, accounts, behindProxy: '10.0.0.0/8' });
    expect(await statuses(elsewhere, (round) => `198.51.100.${round}`)).toBe(429);
    await elsewhere.close();
    for (const behindProxy of ['', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/8/8', 'x/8'])
      await expect(openGateway({ ...options, source: runtime, accounts, behindProxy })).rejects.toThrow(
        /range of addresses/,
      );
  });

  it('wants good names and passwords', async () => {
    await expect(accounts.addUser('ada', 'viewer', password)).rejects.toThrow(/already/);
    await expect(accounts.addUser('A b', 'viewer', password)).rejects.toThrow(/no name/);
    await expect(accounts.addUser('eve', 'viewer', 'short')).rejects.toThrow(/characters/);
  });
});

describe('live', () => {
  interface Frame {
    readonly sequence: number;
    readonly place: string;
    readonly kind: 'snapshot' | 'tick';
    readonly ledger: { readonly events: number; readonly grossCents: number };
  }
  const listen = (path = '/live', headers: Record<string, string> = {}, port = open.ports.sql) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    const frames: Frame[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    return { socket, frames };
  };

  it('begins with everything, goes on with what changes, numbered, and agrees with the console', async () => {
    const { socket, frames } = listen();
    await sell(runtime, 1_500);
    await expect.poll(() => frames.at(-1)?.ledger.events).toBe(runtime.live.snapshot().ledger.events);
    expect(frames[0]).toMatchObject({ sequence: 1, kind: 'snapshot' });
    expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_frame, index) => index + 1));
    expect(frames.filter(({ kind }) => kind === 'tick').length).toBeGreaterThan(2);
    expect(frames.length).toBeLessThan(12);
    expect(BigInt(frames.at(-1)?.ledger.grossCents ?? 0)).toBe(runtime.live.snapshot().ledger.grossCents);
    socket.terminate();
  });

  it('goes on where a connection has ended, and begins anew where that place is unknown', async () => {
    const before = listen();
    await expect.poll(() => before.frames.length).toBeGreaterThan(0);
    before.socket.terminate();
    await sell(runtime, 500);
    const after = listen(`/live?place=${before.frames.at(-1)?.place}`);
    await expect.poll(() => after.frames[0]?.kind).toBe('tick');
    expect(after.frames[0]?.ledger.events).toBe(runtime.live.snapshot().ledger.events);
    const unknown = listen('/live?place=deadbeef.3');
    await expect.poll(() => unknown.frames[0]?.kind).toBe('snapshot');
    after.socket.terminate();
    unknown.socket.terminate();
  });

  it('is for who may look', async () => {
    const refusal = (path: string, headers: Record<string, string>, port: number) =>
      new Promise<number | undefined>((resolve) => {
        const { socket } = listen(path, headers, port);
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
        socket.on('open', () => resolve(101));
        socket.on('error', () => {});
      });
    expect(await refusal('/live', {}, closed.ports.sql)).toBe(401);
    expect(await refusal('/live', { origin: 'http://evil.example' }, open.ports.sql)).toBe(403);
    const { key } = await accounts.createKey('wall', 'viewer');
    expect(await refusal('/live', { authorization: `Bearer ${key}` }, closed.ports.sql)).toBe(101);
  });
});
