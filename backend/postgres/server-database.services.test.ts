import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import type { PostgresServer } from './server-database.ts';

let database: ServerTestDatabase;
let proxy: TcpProxy;

beforeEach(async () => {
  database = await createServerTestDatabase();
  proxy = await TcpProxy.open(database.settings.port);
});
afterEach(async () => {
  await database.drop();
  await proxy.close();
});

async function becomes(server: PostgresServer, state: string, withinMs = 5_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (server.status().state !== state) {
    if (Date.now() > deadline) throw new Error(`not ${state} but ${JSON.stringify(server.status())}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const one = 'select 1 as one';

describe('a PostgreSQL server', () => {
  it('is connecting, then up, and tells of each change', async () => {
    const server = database.open();
    const states: string[] = [server.status().state];
    server.onStatus(() => states.push(server.status().state));
    await becomes(server, 'up');
    expect(states).toEqual(['connecting', 'up']);
    expect(server.status()).toMatchObject({ reason: null, code: null, nextAttemptAt: null });
  });

  it('that goes away is down within 5 s with the cause, and comes back by itself', async () => {
    const server = database.open({ host: '127.0.0.1', port: proxy.port });
    await becomes(server, 'up');
    proxy.redirect(1);
    await becomes(server, 'down');
    await expect(server.pool.query(one)).rejects.toThrow();
    expect(server.status().reason).toMatch(/Nothing listens|was lost/);
    expect(server.status().nextAttemptAt).not.toBeNull();
    proxy.redirect(database.settings.port);
    await becomes(server, 'up');
    expect((await server.pool.query(one)).rows).toEqual([{ one: 1 }]);
  });

  it('whose connections hang without closing is down within 5 s; what waits on them fails, and later questions are answered', async () => {
    const server = database.open({ host: '127.0.0.1', port: proxy.port });
    await becomes(server, 'up');
    await server.pool.query(one);
    proxy.stall();
    const started = Date.now();
    const hanging = server.pool.query(one).then(
      () => 'answered',
      () => Date.now() - started,
    );
    await becomes(server, 'down');
    expect(server.status().reason).toContain('does not answer');
    expect(await hanging).toBeLessThan(11_000);
    proxy.resume();
    await becomes(server, 'up');
    expect((await server.pool.query(one)).rows).toEqual([{ one: 1 }]);
  });

  it('that ends every connection, also those in use, ends nothing else', async () => {
    const server = database.open();
    await becomes(server, 'up');
    const sleeping = Promise.allSettled([1, 2, 3].map(() => server.pool.query('select pg_sleep(5)')));
    const checkedOut = await server.pool.connect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await database.endConnections();
    for (const outcome of await sleeping) expect(outcome.status).toBe('rejected');
    await expect(checkedOut.query(one)).rejects.toThrow();
    checkedOut.release(true);
    expect((await server.pool.query(one)).rows).toEqual([{ one: 1 }]);
    await becomes(server, 'up');
  });

  it('that takes no writes is degraded, is read from, and is up when it takes them again', async () => {
    const { database: name } = database.settings;
    const server = database.open();
    await becomes(server, 'up');
    await database.admin(`alter database ${name} set default_transaction_read_only = on`);
    await database.endConnections();
    await becomes(server, 'degraded');
    expect(server.status()).toMatchObject({ code: '25006', reason: expect.stringContaining('takes no writes') });
    expect((await server.pool.query(one)).rows).toEqual([{ one: 1 }]);
    await expect(server.pool.query('delete from sale')).rejects.toMatchObject({ code: '25006' });
    await database.admin(`alter database ${name} reset default_transaction_read_only`);
    await database.endConnections();
    await server.pool.query('begin; commit');
    await becomes(server, 'up');
  });

  it('that runs out of something while writing is degraded until a commit goes through', async () => {
    const server = database.open();
    await becomes(server, 'up');
    const full = "do $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$";
    await expect(server.pool.query(full)).rejects.toMatchObject({ code: '53100' });
    expect(server.status()).toMatchObject({ state: 'degraded', code: '53100' });
    expect(server.status().reason).toContain('disk');
    const client = await server.pool.connect();
    await client.query('begin');
    await client.query('commit');
    client.release();
    await becomes(server, 'up');
  });

  it('refuses a statement that takes too long and goes on; long work has its own connections', async () => {
    const server = database.open();
    const { rows } = await server.pool.query("select current_setting('statement_timeout') as limit");
    expect(rows).toEqual([{ limit: '8s' }]);
    const long = await server.longPool.query("select current_setting('statement_timeout') as limit");
    expect(long.rows).toEqual([{ limit: '0' }]);
  });

  it('is closed within seconds also while it hangs', async () => {
    const server = database.open({ host: '127.0.0.1', port: proxy.port });
    await becomes(server, 'up');
    const hanging = Promise.allSettled([server.pool.query('select pg_sleep(30)')]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    proxy.stall();
    const started = Date.now();
    await server.close();
    expect(Date.now() - started).toBeLessThan(4_000);
    expect((await hanging)[0]?.status).toBe('rejected');
  });
});
