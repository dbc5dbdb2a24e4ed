import { expect, it } from 'vitest';
import { createServerTestDatabase } from '../testing/server-test-database.ts';
import { migrate } from './migrate.ts';
import { databaseIdentity, servicesMigrations } from './shared-database.ts';

it('a copy of a database has an identity of its own, and each keeps its own', async () => {
  const database = await createServerTestDatabase({ migrated: false });
  const original = database.open();
  await migrate(original.longPool, servicesMigrations);
  const identity = await databaseIdentity(original.pool);
  expect(await databaseIdentity(original.pool)).toBe(identity);
  await original.close();

  const name = `${database.settings.database}_copy`;
  await database.admin(`create database ${name} template ${database.settings.database}`);
  const copy = database.open({ database: name });
  const copied = await Promise.all([databaseIdentity(copy.pool), databaseIdentity(copy.pool)]);
  expect(new Set(copied).size).toBe(1);
  expect(copied[0]).not.toBe(identity);
  expect(await databaseIdentity(copy.pool)).toBe(copied[0]);
  expect(await databaseIdentity(database.open().pool)).toBe(identity);
  await copy.close();
  await database.admin(`drop database ${name} with (force)`);
  await database.drop();
});
