import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RedriveReport } from '../domain/dead-letters.ts';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime, type Runtime } from '../runtime.ts';
import { startSourceWorker } from '../testing/embedded-test-database.ts';
import { runtimeOptions } from '../testing/runtime-conformance.ts';
import { type Gateway, type GatewayOptions, openGateway } from './gateway.ts';
import { openProbes } from './probes.ts';

let folder: string;
let runtime: Runtime;
let gateway: Gateway;

const options = {
  address: '127.0.0.1',
  ports: { sql: 0, materialized: 0 },
  hostNames: [],
  version: 'test',
  accounts: null,
  logger: silentLogger,
};

const open = (more: Partial<GatewayOptions> = {}) => openGateway({ ...options, source: runtime, ...more });

/** What a connection says until it is closed from the other side, byte for byte. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data.toString('latin1');
  });
  socket.on('error', () => {});
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return heard;
}

const host = 'Host: localhost\r\n';
const close = 'Connection: close\r\n';
const upgrade = (protocol: string, more = '') => `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}`;
const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
const json = (body: string) =>
  `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-wire-'));
  runtime = await createRuntime({
    ...runtimeOptions,
    source: { kind: 'embedded', dataDir: folder, startWorker: startSourceWorker },
  });
  gateway = await open();
});
afterAll(async () => {
  await gateway?.close();
  await runtime?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('every refusal is a problem', () => {
  it.each([
    ['no request at all', 'hello\r\n\r\n', 400, 'bad_request'],
    ['an unknown method', `FOO / HTTP/1.1\r\n${host}\r\n`, 400, 'bad_request'],
    [
      'two lengths',
      `POST /consumer/pause HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
      400,
      'bad_request',
    ],
    [
      'header lines too long',
      `GET /theaters HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'header_too_large',
    ],
    ['an address too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, 431, 'header_too_large'],
    [
      'a part of it too long',
      `GET /theaters/${'9'.repeat(200)}/movies HTTP/1.1\r\n${host}${close}\r\n`,
      414,
      'address_too_long',
    ],
    ['no host', `GET /health/live HTTP/1.1\r\n${close}\r\n`, 421, 'unknown_host'],
    ['HTTP/1.0 without a host', 'GET /health/live HTTP/1.0\r\n\r\n', 421, 'unknown_host'],
    [
      'an unknown expectation',
      `PUT /simulator/rate HTTP/1.1\r\n${host}Expect: cake\r\nContent-Length: 2\r\n\r\n{}`,
      417,
      'expectation_failed',
    ],
    ['a tunnel', `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`, 405, 'method_not_allowed'],
    [
      'another method of a path with a name in it',
      `DELETE /theaters/1/movies HTTP/1.1\r\n${host}${close}\r\n`,
      405,
      'method_not_allowed',
    ],
    ['OPTIONS', `OPTIONS /theaters HTTP/1.1\r\n${host}${close}\r\n`, 405, 'method_not_allowed'],
    ['a page part that is not there', `GET /docs/static/nothing.js HTTP/1.1\r\n${host}${close}\r\n`, 404, 'not_found'],
    [
      'text as a body',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}`,
      415,
      'media_type_not_supported',
    ],
    ['an empty body', `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('')}`, 400, 'bad_request'],
    [
      'a body that is not UTF-8',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('{"a":"\xff"}')}`,
      400,
      'bad_request',
    ],
    [
      'a body nested without end',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('['.repeat(30_000) + ']'.repeat(30_000))}`,
      400,
      'bad_request',
    ],
    [
      'NUL in a body',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('{"x":[{"y":"a\\u0000"}]}')}`,
      400,
      'unfit_text',
    ],
    [
      'NUL in the name of a field',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('{"\\u0000":1}')}`,
      400,
      'unfit_text',
    ],
    [
      'half of a surrogate pair',
      `POST /dead-letters/redrive HTTP/1.1\r\n${host}${close}${json('{"x":"\\ud800"}')}`,
      400,
      'unfit_text',
    ],
    ['NUL in a query', `GET /theaters?x=%00 HTTP/1.1\r\n${host}${close}\r\n`, 400, 'unfit_text'],
    [
      'a mark of text direction in a path',
      `GET /summary/%E2%80%AE2026 HTTP/1.1\r\n${host}${close}\r\n`,
      400,
      'unfit_text',
    ],
    ['a WebSocket without its upgrade', `GET /live HTTP/1.1\r\n${host}${close}\r\n`, 426, 'upgrade_required'],
    [
      'a WebSocket of an old version',
      `GET /live HTTP/1.1\r\n${host}${upgrade('websocket', `Sec-WebSocket-Version: 7\r\n${key}`)}\r\n`,
      426,
      'upgrade_required',
    ],
    [
      'a WebSocket with a wrong key',
      `GET /live HTTP/1.1\r\n${host}${upgrade('websocket', 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n')}\r\n`,
      400,
      'bad_request',
    ],
    [
      'a WebSocket with a wrong protocol',
      `GET /live HTTP/1.1\r\n${host}${upgrade('websocket', `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a b\r\n${key}`)}\r\n`,
      400,
      'bad_request',
    ],
    [
      'a WebSocket of a foreign page',
      `GET /live HTTP/1.1\r\n${host}Origin: http://evil.example\r\n${upgrade('websocket', `Sec-WebSocket-Version: 13\r\n${key}`)}\r\n`,
      403,
      'foreign_origin',
    ],
  ])('%s', async (_name, text, status, code) => {
    const heard = await say(gateway.ports.sql, text);
    const [head = '', body = ''] = heard.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, type: `urn:reelmetrics:problem:${code}` });
  });

  it('a request that does not come to its end, too', async () => {
    expect(await say(gateway.ports.sql, 'GET /health/live HTTP/1.1\r\nHo')).toMatch(
      /^HTTP\/1\.1 408 [\s\S]*problem\+json[\s\S]*urn:reelmetrics:problem:request_timeout/,
    );
  });
});

describe('an upgrade to anything but a WebSocket', () => {
  const rate = '{"rate":7}';
  it.each([
    [
      'h2c',
      `GET /health/live HTTP/1.1\r\n${host}${upgrade('h2c', 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n')}\r\n`,
    ],
    ['h2c with a body', `PUT /simulator/rate HTTP/1.1\r\n${host}${upgrade('h2c')}${json(rate)}`],
    ['TLS', `GET /health/live HTTP/1.1\r\n${host}${upgrade('TLS/1.0')}\r\n`],
    ['a list', `GET /health/live HTTP/1.1\r\n${host}${upgrade('h2c, websocket')}\r\n`],
    [
      'a WebSocket elsewhere',
      `GET /health/live HTTP/1.1\r\n${host}${upgrade('websocket', `Sec-WebSocket-Version: 13\r\n${key}`)}\r\n`,
    ],
  ])('is ignored, and the connection goes on: %s', async (_name, text) => {
    const socket = connect(gateway.ports.sql, '127.0.0.1');
    let heard = '';
    socket.on('data', (data: Buffer) => {
      heard += data.toString('latin1');
    });
    socket.write(text, 'latin1');
    await expect.poll(() => heard.match(/HTTP\/1\.1 200 /g)?.length).toBe(1);
    socket.write(`GET /health/live HTTP/1.1\r\n${host}\r\n`);
    await expect.poll(() => heard.match(/HTTP\/1\.1 200 /g)?.length).toBe(2);
    socket.destroy();
  });
});

describe('connections', () => {
  it('that only stand there give way to those that ask, on both ports', async () => {
    const small = await open({ mostConnections: 20 });
    const idle: Socket[] = [];
    let ended = 0;
    for (let each = 0; each < 60; each += 1) {
      const socket = connect(each % 2 === 0 ? small.ports.sql : small.ports.materialized, '127.0.0.1');
      socket.on('error', () => {});
      socket.on('close', () => {
        ended += 1;
      });
      await once(socket, 'connect');
      idle.push(socket);
    }
    await expect.poll(() => ended).toBeGreaterThanOrEqual(40);
    for (const port of Object.values(small.ports)) {
      expect(await say(port, `GET /health/live HTTP/1.1\r\n${host}${close}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    }
    for (const socket of idle) socket.destroy();
    await small.close();
  });

  it('with a request on its way stay', async () => {
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    let begun = 0;
    const source = {
      ...pieces(),
      ask: async () => {
        begun += 1;
        await asked;
        return runtime.ask('sql', { name: 'theaters', params: {} });
      },
    };
    const small = await open({ mostConnections: 16, source });
    const slow = say(small.ports.sql, `GET /theaters HTTP/1.1\r\n${host}${close}\r\n`);
    await expect.poll(() => begun).toBe(1);
    const idle = Array.from({ length: 40 }, () => connect(small.ports.sql, '127.0.0.1').on('error', () => {}));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    answer();
    expect(await slow).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of idle) socket.destroy();
    await small.close();
  });
});

describe('what takes an operator long', () => {
  const report: RedriveReport = {
    dryRun: false,
    checked: 5,
    valid: 4,
    alreadyStored: 0,
    stillBad: 1,
    letters: [],
  } as never;

  it('is a job that can be asked about, and its outcome is told', async () => {
    let finish = (_report: RedriveReport) => {};
    const done = new Promise<RedriveReport>((resolve) => {
      finish = resolve;
    });
    const slow = await open({ source: { ...pieces(), redrive: () => done }, answerMs: 250 });
    const url = `http://127.0.0.1:${slow.ports.sql}`;
    const begun = await fetch(`${url}/dead-letters/redrive`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"dryRun":false}',
    });
    expect(begun.status).toBe(202);
    const where = begun.headers.get('location') ?? '';
    expect(await begun.json()).toMatchObject({ state: 'running', report: null });
    // Either port knows of it.
    const other = `http://127.0.0.1:${slow.ports.materialized}${where}`;
    expect(await (await fetch(other)).json()).toMatchObject({ jobs: [{ state: 'running' }] });
    finish(report);
    await expect
      .poll(async () => (await (await fetch(other)).json()) as unknown)
      .toMatchObject({
        jobs: [{ state: 'done', report: { dryRun: false, checked: 5, valid: 4, alreadyStored: 0, stillBad: 1 } }],
      });
    expect((await fetch(`${url}/dead-letters/redrive?id=${randomUUID()}`)).status).toBe(404);
    expect((await fetch(`${url}/dead-letters/redrive?id=nothing`)).status).toBe(400);
    await slow.close();
  });
});

describe('probes', () => {
  it('are for addresses and localhost only, and refuse with problems', async () => {
    let port = 0;
    const logger = {
      ...silentLogger,
      info: (_message: string, fields?: Record<string, unknown>) => {
        port = Number(new URL(String(fields?.where)).port);
      },
    };
    const probes = await openProbes({ address: '127.0.0.1', port: 0, source: () => runtime, logger });
    const ask = (path: string, name: string) => say(port, `GET ${path} HTTP/1.1\r\nHost: ${name}\r\n${close}\r\n`);
    for (const name of ['localhost', '10.1.2.3:9090', '[fd00::1]']) {
      expect(await ask('/metrics', name)).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(await ask('/metrics', 'evil.example')).toMatch(/^HTTP\/1\.1 421 [\s\S]*problem\+json/);
    expect(await ask('/nothing', 'localhost')).toMatch(/^HTTP\/1\.1 404 [\s\S]*problem\+json/);
    await probes.close();
  });
});

function pieces() {
  const { ask, versionOf, businessDay, currency, catalogue, status, live, simulator, deadLetters, redrive } = runtime;
  return {
    ...{ catalogue, live, simulator },
    ask: ask.bind(runtime),
    versionOf: versionOf.bind(runtime),
    businessDay: businessDay.bind(runtime),
    currency: currency.bind(runtime),
    status: status.bind(runtime),
    deadLetters: deadLetters.bind(runtime),
    redrive: redrive.bind(runtime),
    pauseConsumer: () => {},
    resumeConsumer: () => {},
  };
}
