/** The services as programs of this machine, through the command, from the first start to the last stop. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, portsFrom } from './addresses.mjs';
import { isFree } from './connections.mjs';
import { startServices } from './native.mjs';

const program = join(import.meta.dirname, '..', 'services.mjs');

let folder = '';
let offset = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-services-test-'));
  for (;;) {
    offset = 15_000 + Math.floor(Math.random() * 8_000);
    if ((await Promise.all(Object.values(portsFrom(offset)).map(isFree))).every(Boolean)) return;
  }
});
afterAll(async () => {
  await services('down');
  await rm(folder, { recursive: true, force: true });
});

function services(words: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; said: string }> {
  const { KAFKA_BROKERS: _k, DATABASE_URL: _d, REDIS_URL: _r, ...rest } = process.env;
  const args = [program, ...words.split(' '), '--folder', folder];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...rest, ...env } }, (error, out, said) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, said });
    });
  });
}

const pidOf = async (name: string) => Number(JSON.parse(await readFile(join(folder, `${name}.pid`), 'utf8')).pid);

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe('the command', { timeout: 120_000 }, () => {
  it('names a port that is taken, and leaves nothing behind', async () => {
    const port = portsFrom(offset).postgres;
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { code, said } = await services(`up --port-offset ${offset}`);
    await new Promise((resolve) => server.close(resolve));
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`Port ${port} .*PostgreSQL.*--port-offset`));
    expect((await services('status')).out.match(/down$/gm)).toHaveLength(3);
  });

  it('starts what does not run, and says where it is', async () => {
    const first = await services('up');
    expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^(.*up, process \d+\n){3}$/) });
    expect(first.said).toContain('starting Kafka, PostgreSQL, Redis in');
    expect(await services('up')).toEqual({ code: 0, out: first.out, said: '' });
    expect((await services('status')).out).toBe(first.out);
    const expected = environmentOf(portsFrom(offset), 'reelmetrics');
    const lines = Object.entries(expected).map(([name, value]) => `${name}=${value}\n`);
    expect((await services('env')).out).toBe(lines.join(''));
    expect(await services(`up --port-offset ${offset + 1}`)).toMatchObject({ code: 1 });
    const rights = 'select rolsuper, rolcreatedb from pg_roles where rolname = current_user';
    expect(await ask(expected.DATABASE_URL, rights)).toEqual([{ rolsuper: false, rolcreatedb: true }]);
  });

  it('brings back what was killed, with its data', async () => {
    const { DATABASE_URL } = environmentOf(portsFrom(offset), 'reelmetrics');
    await ask(DATABASE_URL, 'create table kept as select 1 as one');
    const kafka = await pidOf('kafka');
    process.kill(await pidOf('postgres'), 'SIGKILL');
    expect(await services('status')).toMatchObject({ code: 1, out: expect.stringMatching(/^PostgreSQL .* down$/m) });
    expect(await services('env')).toMatchObject({ code: 1, out: '' });
    const again = await services('up');
    expect(again).toMatchObject({ code: 0, said: expect.stringContaining('starting PostgreSQL in') });
    expect(await ask(DATABASE_URL, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(await pidOf('kafka')).toBe(kafka);
  });

  it('shows the logs', async () => {
    expect((await services('logs postgres')).out).toContain('database system is ready to accept connections');
  });

  it('stops everything that it has started, also for one who has read `env`', async () => {
    const env = environmentOf(portsFrom(offset), 'reelmetrics');
    expect((await services('up', env)).said).toBe('');
    expect(await services('down', env)).toMatchObject({ code: 0, said: expect.stringContaining('stopping Kafka') });
    expect((await services('status')).out.match(/down$/gm)).toHaveLength(3);
    expect((await services('down')).said).toContain('nothing that up has started is running');
  });

  it('says what is missing, and how it is had', async () => {
    const { code, said } = await services('up', {
      PATH: '/nowhere',
      JAVA_HOME: '',
      REELMETRICS_NO_SYSTEM_INSTALL: '1',
    });
    expect(code).toBe(1);
    for (const words of ['Java 17 or newer', 'Redis 7 or newer', 'Elsewhere:']) expect(said).toContain(words);
  });
});

describe('services of a test', { timeout: 120_000 }, () => {
  it('are stopped, killed and started one by one', async () => {
    const own = await mkdtemp(join(tmpdir(), 'reelmetrics-services-test-'));
    const names = ['postgres', 'redis'] as const;
    const { env, postgres, redis, kafka, stop } = await startServices({ folder: own, names });
    try {
      expect(kafka.pid).toBeNull();
      expect(await ask(env.DATABASE_URL, 'select 1 as one')).toEqual([{ one: 1 }]);
      const before = postgres.pid;
      await postgres.kill();
      expect(postgres.pid).toBeNull();
      await expect(ask(env.DATABASE_URL, 'select 1')).rejects.toThrow();
      await postgres.start();
      await postgres.start();
      expect(postgres.pid).not.toBe(before);
      expect(await ask(env.DATABASE_URL, 'select 1 as one')).toEqual([{ one: 1 }]);
      await redis.stop();
      expect(redis.pid).toBeNull();
      await redis.start();
      expect(await isFree(redis.port)).toBe(false);
    } finally {
      await stop();
      await rm(own, { recursive: true, force: true });
    }
    expect([postgres.pid, redis.pid]).toEqual([null, null]);
  });

  it.runIf(process.platform === 'linux')('end with the program that started them, however it ends', async () => {
    const own = await mkdtemp(join(tmpdir(), 'reelmetrics-services-test-'));
    const module = JSON.stringify(new URL('./native.mjs', import.meta.url).href);
    const text = `import { startServices } from ${module};
      const { redis } = await startServices({ folder: ${JSON.stringify(own)}, names: ['redis'] });
      console.log(redis.port); process.kill(process.pid, 'SIGKILL');`;
    const port = await new Promise<number>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', text], (_error, out) => resolve(Number(out)));
    });
    expect(port).toBeGreaterThan(0);
    await expect.poll(() => isFree(port), { timeout: 5_000 }).toBe(true);
    await rm(own, { recursive: true, force: true });
  });
});
