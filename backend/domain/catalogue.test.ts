import { expect, test } from 'vitest';
import { catalogue } from './catalogue.ts';

test('the built-in catalogue has 40 theatres and 24 movies with ids from 1 and names of their own', () => {
  expect(catalogue.theaters.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(catalogue.movies.map(({ id }) => id)).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  expect(new Set(catalogue.theaters.map(({ name }) => name)).size).toBe(40);
  expect(new Set(catalogue.movies.map(({ title }) => title)).size).toBe(24);
  expect(catalogue.theaterById.get(5)?.name).toBe('Orchard Row');
  expect(catalogue.movieById.get(4)?.title).toBe('Kestrel Protocol');
});

test('theatres have 2 to 14 screens, 4 to 6 showings and, but for three, seats', () => {
  for (const { screens, showingsPerScreen, seats } of catalogue.theaters) {
    expect(screens).toBeGreaterThanOrEqual(2);
    expect(screens).toBeLessThanOrEqual(14);
    expect([4, 5, 6]).toContain(showingsPerScreen);
    if (seats !== null) expect(seats).toBeGreaterThan(50 * screens);
  }
  expect(catalogue.theaters.filter(({ seats }) => seats === null)).toHaveLength(3);
});
