import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../lib/sql.ts';
import { silentLogger } from '../ports/logger.ts';
import { migrate } from '../postgres/migrate.ts';
import { makeDataFolder, startSourceWorker } from '../testing/embedded-test-database.ts';
import type { EmbeddedDatabase } from './embedded-database.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';

let dataDir: string;
let open: EmbeddedDatabase[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-test-'));
  open = [];
});

afterEach(async () => {
  for (const database of open) await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function openDatabase(startWorker: () => Worker = startSourceWorker): Promise<EmbeddedDatabase> {
  const database = await openEmbeddedDatabase({ dataDir, startWorker, onProgress: () => {}, logger: silentLogger });
  open.push(database);
  return database;
}

describe('embedded database', () => {
  it('is made once, for this user only, and holds its data over a restart', async () => {
    await chmod(dataDir, 0o755);
    const first = await openDatabase();
    expect(first.created).toBe(true);
    // The folder is not ours to close; the one of the database in it is.
    expect((await stat(dataDir)).mode & 0o777).toBe(0o755);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
    await first.pool.query('create table kept (value bigint)');
    await first.pool.query('insert into kept values (9007199254740993)');
    await first.close();
    const second = await openDatabase();
    expect(second.created).toBe(false);
    expect((await second.pool.query('select value from kept')).rows).toEqual([{ value: 9_007_199_254_740_993n }]);
    expect(await readdir(dataDir)).not.toContain('postgres.unfinished');
  });

  it('is made anew when an earlier start was killed while making it', async () => {
    await mkdir(join(dataDir, 'postgres.unfinished', 'base'), { recursive: true });
    await writeFile(join(dataDir, 'postgres.unfinished', 'PG_VERSION'), '18');
    expect((await openDatabase()).created).toBe(true);
  });

  it('refuses a folder that is in use, and takes it once it is free', async () => {
    await makeDataFolder(dataDir);
    const first = await openDatabase();
    await expect(openDatabase()).rejects.toMatchObject({
      code: 'data_folder_in_use',
      hint: expect.stringContaining('Close'),
    });
    expect((await first.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await first.close();
    await openDatabase();
  });

  it('takes over at once from a program that was killed', async () => {
    await makeDataFolder(dataDir);
    const script = fileURLToPath(new URL('../testing/hold-data-folder.ts', import.meta.url));
    const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(openDatabase()).rejects.toMatchObject({ code: 'data_folder_in_use' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const started = performance.now();
    const database = await openDatabase();
    expect(performance.now() - started).toBeLessThan(4_000);
    expect((await database.pool.query('select count(*)::integer as rows from held')).rows).toEqual([{ rows: 1_000 }]);
  });

  it('lets only one of several that start at once after a kill have the folder', async () => {
    await makeDataFolder(dataDir);
    await writeFile(join(dataDir, 'lock'), join(tmpdir(), 'reelmetrics-Gone42', 'lock'));
    const results = await Promise.allSettled([openDatabase(), openDatabase(), openDatabase()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('opens again when its worker ends, and queries meanwhile fail instead of waiting', async () => {
    await makeDataFolder(dataDir);
    const workers: Worker[] = [];
    const database = await openDatabase(() => {
      const worker = startSourceWorker();
      workers.push(worker);
      return worker;
    });
    await database.pool.query('create table kept as select 1 as value');
    const states: string[] = [];
    database.onStatus(() => states.push(database.status().state));
    const failing = expect(database.pool.query('select pg_sleep(0.2)')).rejects.toThrow();
    await workers[0]!.terminate();
    await failing;
    await expect.poll(() => states).toEqual(['down', 'up']);
    expect((await database.pool.query('select value from kept')).rows).toEqual([{ value: 1 }]);
    expect(workers).toHaveLength(2);
  });

  it('goes on with a new connection after one broke in the middle of a transaction', async () => {
    await makeDataFolder(dataDir);
    const { pool } = await openDatabase();
    await pool.query({ name: 'named', text: 'select 1 as one' });
    await pool.query('create table t (value integer)');
    const client = await pool.connect();
    await client.query('begin');
    await client.query('insert into t values (1)');
    client.release(new Error('given up'));
    expect((await pool.query({ name: 'named', text: 'select 1 as one' })).rows).toEqual([{ one: 1 }]);
    expect((await pool.query('select count(*)::integer as rows from t')).rows).toEqual([{ rows: 0 }]);
  });

  it('says what to do about a page that cannot be read, and answers the rest', async () => {
    await makeDataFolder(dataDir);
    const first = await openDatabase();
    await first.pool.query("create table torn as select g, repeat('x', 500) as x from generate_series(1, 100) as g");
    const { rows } = await first.pool.query<{ path: string }>("select pg_relation_filepath('torn') as path");
    await first.close();
    const file = join(dataDir, 'postgres', rows[0]!.path);
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0x5a, 8192, 16_384));
    const { pool } = await openDatabase();
    const damaged = {
      code: 'data_damaged',
      hint: expect.stringContaining('copy'),
      message: expect.stringContaining('invalid page'),
    };
    await expect(pool.query('select count(x) from torn')).rejects.toMatchObject(damaged);
    const client = await pool.connect();
    await expect(client.query('select count(x) from torn')).rejects.toMatchObject(damaged);
    client.release();
    await expect.poll(() => open[1]!.status()).toMatchObject({ state: 'degraded', code: 'data_damaged' });
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it.each([
    ['global/pg_control', 'pg_control'],
    ['postgresql.conf', 'configuration file'],
    ['pg_xact/0000', 'pg_xact'],
  ])('names what is damaged when %s is missing', async (path, words) => {
    await makeDataFolder(dataDir);
    await rm(join(dataDir, 'postgres', path));
    await expect(openDatabase()).rejects.toMatchObject({
      code: 'data_damaged',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('copy'),
    });
  });

  it('refuses a folder that cannot be made', async () => {
    await writeFile(join(dataDir, 'file'), '');
    const attempt = openEmbeddedDatabase({
      dataDir: join(dataDir, 'file', 'inside'),
      startWorker: startSourceWorker,
      onProgress: () => {},
      logger: silentLogger,
    });
    await expect(attempt).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });
});

describe('migrations', () => {
  const step = (name: string, breaking: boolean, text = sql`select 1`) => ({ name, breaking, text });
  const one = step('one', true, sql`create table one (value integer)`);
  const two = step('two', false, sql`insert into one values (2)`);

  it('are each applied once, in order; a failing one leaves nothing behind', async () => {
    await makeDataFolder(dataDir);
    const { pool } = await openDatabase();
    expect(await migrate(pool, { name: 'test', migrations: [one] })).toBe(1);
    const broken = step('broken', false, sql`insert into one values (7); select 1 / 0`);
    await expect(migrate(pool, { name: 'test', migrations: [one, broken] })).rejects.toThrow('division by zero');
    expect(await migrate(pool, { name: 'test', migrations: [one, two] })).toBe(1);
    expect(await migrate(pool, { name: 'test', migrations: [one, two] })).toBe(0);
    expect((await pool.query('select value from one')).rows).toEqual([{ value: 2 }]);

    // An older program: goes on after a change that does not break it, and refuses one that does.
    expect(await migrate(pool, { name: 'test', migrations: [one] })).toBe(0);
    await migrate(pool, { name: 'test', migrations: [one, two, step('three', true)] });
    await expect(migrate(pool, { name: 'test', migrations: [one, two] })).rejects.toMatchObject({
      code: 'newer_schema',
      hint: expect.stringContaining('Update'),
    });
  });
});
