import type pg from 'pg';
import { type Catalogue, createCatalogue } from '../domain/catalogue.ts';
import { numberArray, sql, textArray } from '../lib/sql.ts';
import { select } from './select.ts';
import { inTransaction } from './transaction.ts';

/** Two programs that start on new data at once: the second waits, and then finds the catalogue. */
const holdCatalogue = sql`lock table theater, movie in share row exclusive mode`;
const holdsCatalogue = sql`select exists (select from theater) or exists (select from movie) as found`;

const insertTheaters = sql`
  insert into theater (id, name, city, screens, seats, showings_per_screen)
  select * from unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[])`;
const insertMovies = sql`insert into movie (id, title) select * from unnest($1::integer[], $2::text[])`;

const theaters = sql`
  select id, name, city, screens, seats, showings_per_screen as "showingsPerScreen" from theater order by id`;
const movies = sql`select id, title from movie order by id`;

/**
 * The theatres and movies of the data. Data that hold none get the sample first; what is there is the user's, and is
 * never written over.
 */
export async function readCatalogue(pool: pg.Pool, sample: Catalogue): Promise<Catalogue> {
  const found = await read(pool);
  if (found.theaters.length + found.movies.length > 0) return found;
  await inTransaction(pool, async (client) => {
    await client.query(holdCatalogue);
    const [held] = await select<{ found: boolean }>(client, holdsCatalogue);
    if (held?.found !== true) await write(client, sample);
  });
  return read(pool);
}

async function read(pool: pg.Pool): Promise<Catalogue> {
  return createCatalogue(
    await select<Catalogue['theaters'][number]>(pool, theaters),
    await select<Catalogue['movies'][number]>(pool, movies),
  );
}

async function write(client: pg.ClientBase, sample: Catalogue): Promise<void> {
  await client.query(insertTheaters, [
    numberArray(sample.theaters.map(({ id }) => id)),
    textArray(sample.theaters.map(({ name }) => name)),
    textArray(sample.theaters.map(({ city }) => city)),
    numberArray(sample.theaters.map(({ screens }) => screens)),
    textArray(sample.theaters.map(({ seats }) => (seats === null ? null : String(seats)))),
    numberArray(sample.theaters.map(({ showingsPerScreen }) => showingsPerScreen)),
  ]);
  await client.query(insertMovies, [
    numberArray(sample.movies.map(({ id }) => id)),
    textArray(sample.movies.map(({ title }) => title)),
  ]);
}
