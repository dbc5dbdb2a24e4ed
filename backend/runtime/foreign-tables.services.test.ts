import { expect, it } from 'vitest';
import { silentLogger } from '../ports/logger.ts';
import { createRuntime } from '../runtime.ts';
import { localServices } from '../settings/environment.ts';
import { defaultSettings } from '../settings/settings.ts';
import { createServerTestDatabase } from '../testing/server-test-database.ts';
import { testServices } from '../testing/test-services.ts';

it('refuses to start in a database that another program uses, once, and leaves nothing behind', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  const { pool } = database.open();
  await pool.query('create table movie (id serial primary key, name text)');
  await pool.query('create table sale (id serial primary key, total numeric)');
  const tables = 'select relname from pg_class where relnamespace = current_schema()::regnamespace order by relname';
  const before = (await pool.query(tables)).rows;
  const { kafkaBrokers, redisUrl } = testServices();
  const services = localServices({
    REELMETRICS_KAFKA_BROKERS: kafkaBrokers.join(','),
    REELMETRICS_DATABASE_URL: database.url,
    REELMETRICS_REDIS_URL: redisUrl,
    REELMETRICS_TOPIC: database.settings.database,
  });
  const start = createRuntime({
    source: { kind: 'services', ...services },
    ...{ calendar: null, currency: 'USD', backend: 'sql', fallback: false, consume: true },
    simulator: defaultSettings.simulator,
    logger: silentLogger,
  });
  await expect(start).rejects.toMatchObject({
    code: 'foreign_tables',
    message: expect.stringContaining('movie, sale'),
    hint: expect.stringContaining('create database'),
  });
  expect((await pool.query(tables)).rows).toEqual(before);
  await database.drop();
});
