import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServerTestDatabase, type ServerTestDatabase } from '../testing/server-test-database.ts';
import { coreMigrations } from './core-migrations.ts';
import { migrate } from './migrate.ts';

const program = fileURLToPath(new URL('../testing/migrate-once.ts', import.meta.url));
const run = promisify(execFile);

let database: ServerTestDatabase;
beforeEach(async () => {
  database = await createServerTestDatabase({ migrated: false });
});
afterEach(() => database.drop());

describe('migrations on a server', () => {
  it('are applied once each when several programs start at the same time', async () => {
    const env = { ...process.env, DATABASE_URL: database.url };
    const programs = await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, [program], { env })));
    const applied = programs.map(({ stdout }) => Number(stdout));
    expect(applied.reduce((sum, count) => sum + count, 0)).toBe(coreMigrations.migrations.length);
    const { rows } = await database.open().pool.query("select number from migration where family = 'core' order by 1");
    expect(rows.map((row) => row.number)).toEqual(coreMigrations.migrations.map((_, index) => index + 1));
  });

  it('that a newer program has made are refused when they break this one, and say so', async () => {
    const { longPool } = database.open();
    await migrate(longPool, coreMigrations);
    const next = coreMigrations.migrations.length + 1;
    await longPool.query("insert into migration values ('core', $1, 'something new', false)", [next]);
    expect(await migrate(longPool, coreMigrations)).toBe(0);
    await longPool.query("insert into migration values ('core', $1, 'something else', true)", [next + 1]);
    await expect(migrate(longPool, coreMigrations)).rejects.toMatchObject({
      code: 'newer_schema',
      message: expect.stringContaining('something else'),
    });
  });
});
