import { expect, it } from 'vitest';
import type { PartStatus } from '../domain/status.ts';
import { createRuntime } from '../runtime.ts';
import { localServices } from '../settings/environment.ts';
import { runtimeOptions } from '../testing/runtime-conformance.ts';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { testServices } from '../testing/test-services.ts';
import type { RuntimeOptions } from './types.ts';

function optionsFor(database: ServerTestDatabase): RuntimeOptions {
  const { kafkaBrokers, redisUrl } = testServices();
  const services = localServices({
    REELMETRICS_KAFKA_BROKERS: kafkaBrokers.join(','),
    REELMETRICS_DATABASE_URL: database.url,
    REELMETRICS_REDIS_URL: redisUrl,
    REELMETRICS_TOPIC: database.settings.database,
  });
  return { ...runtimeOptions, source: { kind: 'services', ...services } };
}

it('refuses to start in a database that another program uses, once, and leaves nothing behind', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  const { pool } = database.open();
  await pool.query('create table movie (id serial primary key, name text)');
  await pool.query('create table sale (id serial primary key, total numeric)');
  const tables = 'select relname from pg_class where relnamespace = current_schema()::regnamespace order by relname';
  const before = (await pool.query(tables)).rows;
  await expect(createRuntime(optionsFor(database))).rejects.toMatchObject({
    code: 'foreign_tables',
    message: expect.stringContaining('movie, sale'),
    hint: expect.stringContaining('create database'),
  });
  expect((await pool.query(tables)).rows).toEqual(before);
  await database.drop();
});

it('says what PostgreSQL refuses while it waits, although it answers', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  const { database: name, user } = database.settings;
  await database.admin(`alter role ${user} in database ${name} set search_path = nowhere`);
  const stop = new AbortController();
  let told: PartStatus | undefined;
  const start = createRuntime({
    ...optionsFor(database),
    signal: stop.signal,
    onProgress: ({ services }) => {
      told = services?.find(({ service }) => service === 'postgres')?.status;
    },
  });
  start.catch(() => undefined);
  await expect.poll(() => told?.reason).toContain('no schema in which the user');
  expect(told?.state).toBe('down');
  stop.abort();
  await expect(start).rejects.toMatchObject({ code: 'cancelled' });
  await database.drop();
});
