import type pg from 'pg';
import type { Movie, Theater } from '../domain/question.ts';
import { numberArray, sql, textArray } from '../lib/sql.ts';

const upsertTheaters = sql`
  insert into theater as t (id, name, city, screens, seats, showings_per_screen)
  select * from unnest($1::integer[], $2::text[], $3::text[], $4::integer[], $5::integer[], $6::integer[])
  on conflict (id) do update set name = excluded.name, city = excluded.city, screens = excluded.screens,
    seats = excluded.seats, showings_per_screen = excluded.showings_per_screen
  where (t.name, t.city, t.screens, t.seats, t.showings_per_screen)
    is distinct from (excluded.name, excluded.city, excluded.screens, excluded.seats, excluded.showings_per_screen)`;

const upsertMovies = sql`
  insert into movie as m (id, title) select * from unnest($1::integer[], $2::text[])
  on conflict (id) do update set title = excluded.title where m.title is distinct from excluded.title`;

/** Brings the tables `theater` and `movie` in line with the catalogue; what it no longer holds stays (sales refer to it). */
export async function writeCatalogue(
  pool: pg.Pool,
  catalogue: { readonly theaters: readonly Theater[]; readonly movies: readonly Movie[] },
): Promise<void> {
  const { theaters, movies } = catalogue;
  await pool.query(upsertTheaters, [
    numberArray(theaters.map((theater) => theater.id)),
    textArray(theaters.map((theater) => theater.name)),
    textArray(theaters.map((theater) => theater.city)),
    numberArray(theaters.map((theater) => theater.screens)),
    textArray(theaters.map((theater) => (theater.seats === null ? null : String(theater.seats)))),
    numberArray(theaters.map((theater) => theater.showingsPerScreen)),
  ]);
  await pool.query(upsertMovies, [
    numberArray(movies.map((movie) => movie.id)),
    textArray(movies.map((movie) => movie.title)),
  ]);
}
