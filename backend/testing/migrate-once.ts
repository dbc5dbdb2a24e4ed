/** A program that brings the database of DATABASE_URL up to date and prints how many migrations it applied. */
import pg from 'pg';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL ?? '' });
process.stdout.write(`${await migrate(pool, coreMigrations)}\n`);
await pool.end();
