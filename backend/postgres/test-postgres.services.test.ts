import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresSettings } from '../settings/profile.ts';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { testPostgres } from './test-postgres.ts';

let database: ServerTestDatabase;
beforeAll(async () => {
  database = await createServerTestDatabase();
});
afterAll(() => database.drop());

function test(over: Partial<PostgresSettings> = {}, password: string | null = database.password) {
  return testPostgres({ ...database.settings, ...over }, password);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the test of a profile', () => {
  it('tells version and contents', async () => {
    const { version, detail, tookMs } = await test();
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(15);
    expect(detail).toContain('holds ReelMetrics data');
    expect(tookMs).toBeLessThan(5_000);
    expect((await test({ database: 'postgres' })).detail).toContain('is empty');
  });

  it.each([
    ['a wrong password', {}, 'wrong', 'database_refused', /does not let the user/, /password/],
    ['no password', {}, null, 'database_refused', /does not let the user/, /password/],
    ['an unknown user', { user: 'nobody-of-that-name' }, 'x', 'database_refused', /does not let the user/, /user/],
    ['an unknown host', { host: 'no-such-host.invalid' }, 'x', 'database_down', /host name/, /host name/],
    [
      'a missing database',
      { database: 'not-there' },
      undefined,
      'database_refused',
      /no database not-there/,
      /create database/,
    ],
    [
      'TLS that is not offered',
      { tls: { enabled: true, ca: null } },
      'x',
      'database_refused',
      /does not offer TLS/,
      /TLS/,
    ],
  ] as const)('names %s', async (_name, over, password, code, message, hint) => {
    await expect(test(over, password === undefined ? database.password : password)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('names a port at which nothing listens', async () => {
    await expect(test({ port: await freePort() })).rejects.toMatchObject({
      code: 'database_down',
      message: expect.stringContaining('connection refused'),
    });
    await expect(test({ host: 'localhost', port: await freePort() })).rejects.toMatchObject({
      message: expect.stringContaining('connection refused'),
    });
  });

  it('gives up a server that says nothing within 5 s', async () => {
    const proxy = await TcpProxy.open(database.settings.port);
    proxy.stall();
    const started = Date.now();
    await expect(test({ host: '127.0.0.1', port: proxy.port })).rejects.toMatchObject({
      code: 'database_down',
      message: expect.stringContaining('does not answer'),
    });
    expect(Date.now() - started).toBeLessThan(5_000);
    await proxy.close();
  });

  it('names a database that takes no writes', async () => {
    await database.admin(`alter database ${database.settings.database} set default_transaction_read_only = on`);
    await expect(test()).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('takes no writes'),
    });
    await database.admin(`alter database ${database.settings.database} reset default_transaction_read_only`);
  });

  it('names rights that the user lacks', async () => {
    const { database: name } = database.settings;
    const user = `${name}_guest`;
    await database.admin(`create role ${user} login password 'guest'`);
    await database.admin(`revoke temporary on database ${name} from public`);
    await expect(test({ user }, 'guest')).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringMatching(/temporary tables.*own the table sale.*sale: INSERT/),
    });
    await database.admin(`drop role ${user}`);
  });

  it.each([
    [
      'a table of sales',
      [
        'create table movie (id serial primary key, name text)',
        'create table sale (id serial primary key, total numeric)',
      ],
      /movie, sale/,
    ],
    [
      'a ledger of migrations',
      ['create table migration (version varchar(180) primary key, apply_time integer)'],
      /: migration\./,
    ],
    ['a view', ['create view theater as select 1 as id'], /: theater\./],
    [
      'tables beside what a start of before has left',
      [
        'create table migration (family text, number integer, name text, breaking boolean)',
        'create table sale (id integer)',
      ],
      /: sale\./,
    ],
  ])('names %s of another program, and leaves nothing there', async (_name, statements, message) => {
    const shared = await createServerTestDatabase({ migrated: false });
    const { pool } = shared.open();
    for (const statement of statements) await pool.query(statement);
    const tables = 'select relname from pg_class where relnamespace = current_schema()::regnamespace order by relname';
    const before = (await pool.query(tables)).rows;
    await expect(testPostgres(shared.settings, shared.password)).rejects.toMatchObject({
      code: 'foreign_tables',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('create database'),
    });
    expect((await pool.query(tables)).rows).toEqual(before);
    await shared.drop();
  });

  it('passes beside another program that keeps its tables in another schema, and names the schema of ours', async () => {
    const shared = await createServerTestDatabase({ migrated: false });
    const { pool } = shared.open();
    await pool.query('create table public.sale (id serial primary key)');
    await pool.query('create schema box');
    await shared.admin(
      `alter role ${shared.settings.user} in database ${shared.settings.database} set search_path = box, public`,
    );
    expect((await testPostgres(shared.settings, shared.password)).detail).toContain('in the schema box');
    await shared.drop();
  });

  it('names a user without a schema for tables', async () => {
    const shared = await createServerTestDatabase({ migrated: false });
    await shared.admin(
      `alter role ${shared.settings.user} in database ${shared.settings.database} set search_path = nowhere`,
    );
    await expect(testPostgres(shared.settings, shared.password)).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('create tables'),
    });
    await shared.drop();
  });
});
