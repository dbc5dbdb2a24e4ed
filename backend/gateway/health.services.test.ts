import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../testing/own-redis.ts';
import { openServicesSource, type ServicesSource } from '../testing/services-source.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { testServices } from '../testing/test-services.ts';

const program = fileURLToPath(new URL('../cli.ts', import.meta.url));
let services: ServicesSource;
let database: TcpProxy;
let running: ChildProcess | undefined;

beforeEach(async () => {
  services = await openServicesSource();
  database = await TcpProxy.open(services.source.profile.postgres.port);
});
afterEach(async () => {
  if (running) {
    const exit = once(running, 'exit');
    running.kill('SIGTERM');
    await exit;
    running = undefined;
  }
  await database.close();
  await services.dispose();
});

const take = async () => {
  database.redirect(await freePort());
  database.cut();
};
const giveBack = () => database.redirect(services.source.profile.postgres.port);

/** Starts a command on the services of the test, with the way to PostgreSQL that the test may close. */
function start(...words: string[]): void {
  const { profile, secrets } = services.source;
  const { database: name, user } = profile.postgres;
  const { kafkaBrokers, redisUrl } = testServices();
  running = spawn(process.execPath, [program, ...words, '--profile', 'local'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      REELMETRICS_KAFKA_BROKERS: kafkaBrokers.join(','),
      REELMETRICS_DATABASE_URL: `postgres://${user}:${secrets.postgres ?? ''}@127.0.0.1:${database.port}/${name}`,
      REELMETRICS_REDIS_URL: redisUrl,
      REELMETRICS_TOPIC: profile.kafka.topic,
      REELMETRICS_GROUP: profile.kafka.group,
      REELMETRICS_KEY_PREFIX: profile.redis.keyPrefix,
    },
  });
}

async function get(port: number, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await response.text();
  const { headers, status } = response;
  return { status, text, retryAfter: headers.get('retry-after'), database: headers.get('reelmetrics-database') };
}

/** The status, once there is one: the program takes a moment to listen. */
async function statusOf(port: number, path: string): Promise<number | null> {
  return get(port, path).then(
    ({ status }) => status,
    () => null,
  );
}

const soon = { timeout: 30_000 };

describe('while PostgreSQL is away at the start', () => {
  it('a worker is alive, not ready, and tells its figures; it is ready once it stores', async () => {
    await take();
    const port = await freePort();
    start('consume', '--probe-port', String(port));
    await expect.poll(() => statusOf(port, '/health/live'), soon).toBe(200);
    expect(await get(port, '/health/ready')).toMatchObject({ status: 503, text: expect.stringContaining('starting') });
    expect((await get(port, '/metrics')).text).toContain('reelmetrics_part_up{part="database"} 0');
    giveBack();
    await expect.poll(() => statusOf(port, '/health/ready'), soon).toBe(200);
    await take();
    await expect.poll(() => statusOf(port, '/health/ready'), soon).toBe(503);
    expect((await get(port, '/metrics')).text).toContain('reelmetrics_part_up{part="database"} 0');
  });

  it('what answers questions is alive, not ready, and answers nothing else but 503; later each port as it can', async () => {
    await take();
    const [sql, materialized] = [await freePort(), await freePort()];
    start('serve', '--no-auth', '--sql-port', String(sql), '--materialized-port', String(materialized));
    for (const port of [sql, materialized]) {
      await expect.poll(() => statusOf(port, '/health/live'), soon).toBe(200);
      expect(await get(port, '/health/ready')).toMatchObject({
        status: 503,
        text: expect.stringContaining('starting'),
      });
      for (const path of ['/theaters', '/top-theater/2026-11-22', '/metrics', '/openapi.json']) {
        expect(await get(port, path), path).toMatchObject({
          status: 503,
          text: expect.stringContaining('urn:reelmetrics:problem:starting'),
          retryAfter: '2',
        });
      }
    }
    giveBack();
    for (const port of [sql, materialized]) await expect.poll(() => statusOf(port, '/health/ready'), soon).toBe(200);

    expect((await get(materialized, '/theaters')).database).toBeNull();

    // What Redis holds is answered while PostgreSQL is away; what only PostgreSQL has is not.
    const today = new Date().toISOString().slice(0, 10);
    await expect.poll(() => statusOf(materialized, `/summary/${today}`), soon).toBe(200);
    await take();
    await expect.poll(() => statusOf(sql, '/health/ready'), soon).toBe(503);
    const marked = async () => (await get(materialized, `/summary/${today}`)).database;
    await expect.poll(marked, soon).toBe('away');
    expect(await get(materialized, `/summary/${today}`)).toMatchObject({
      status: 200,
      text: expect.stringContaining('"source":"read-model"'),
    });
    expect((await get(materialized, '/health/ready')).status).toBe(200);
    expect((await get(sql, '/theaters')).database).toBe('away');
    const lastYear = await get(materialized, '/summary/2025-01-01');
    expect(lastYear).toMatchObject({ status: 503, retryAfter: '1' });
    expect((await get(sql, '/metrics')).text).toContain('reelmetrics_part_up{part="database"} 0');
  });
});
