import type { Catalogue } from '../domain/catalogue.ts';
import type { Movie, Theater } from '../domain/question.ts';
import { AppError } from '../lib/app-error.ts';
import { hashUnit, type Random, runningSums } from './random.ts';

interface House {
  readonly theater: Theater;
  readonly movies: readonly Movie[];
  readonly movieSums: readonly number[];
}

/** Share of a premiere's sales that go to its title. */
const premiereShare = 0.7;

/**
 * Who goes where to see what. Popularity falls with the rank like Zipf's law with an offset, so the leader is clear
 * and the houses behind it are close; which house has which rank is the seed's choice, large houses sell more than small
 * ones, and each has its good and bad days.
 */
export class Demand {
  readonly #houses: readonly House[];
  readonly #weights: readonly number[];
  readonly #seed: number;
  readonly #premiere: Movie;
  #day = Number.NaN;
  #sums: readonly number[] = [];

  constructor(catalogue: Catalogue, seed: number) {
    const movies = ranked(catalogue.movies, seed, 2);
    const premiere = movies[0];
    if (premiere === undefined) throw nothingToSell('movies');
    const theaters = ranked(catalogue.theaters, seed, 1);
    if (theaters.length === 0) throw nothingToSell('theatres');
    this.#seed = seed;
    this.#premiere = premiere;
    this.#weights = theaters.map((theater, rank) => (rank + 4) ** -0.6 * roomOf(theater));
    this.#houses = theaters.map((theater) => houseOf(theater, movies, seed));
  }

  /** A theatre and a movie that plays there. `day` is any number that tells days apart. */
  pick(random: Random, day: number, scenario: { readonly premiere: boolean }): { theater: Theater; movie: Movie } {
    if (day !== this.#day) {
      this.#day = day;
      this.#sums = runningSums(
        this.#weights.map((weight, index) => weight * (0.86 + 0.28 * hashUnit(this.#seed, day, index))),
      );
    }
    const house = this.#houses[random.weighted(this.#sums)];
    if (house === undefined) throw new RangeError('The catalogue has no theatres.');
    const movie = house.movies[random.weighted(house.movieSums)] ?? this.#premiere;
    const draw = random.unit();
    return { theater: house.theater, movie: scenario.premiere && draw < premiereShare ? this.#premiere : movie };
  }
}

function nothingToSell(what: 'movies' | 'theatres'): AppError {
  return new AppError('bad_request', `The catalogue has no ${what}: the simulator has no tickets to sell.`, {
    hint: `Add ${what} to the catalogue, and start ReelMetrics again.`,
  });
}

/** Seats on offer in a day. */
const usualSeats = 5000;

/** How much a house's size helps it: less than in proportion, and nothing where its seats are not told. */
function roomOf({ seats, showingsPerScreen }: Theater): number {
  return seats === null ? 1 : Math.sqrt(Math.max(0, seats * showingsPerScreen) / usualSeats);
}

function ranked<T extends { readonly id: number }>(items: readonly T[], seed: number, salt: number): readonly T[] {
  const key = (item: T) => hashUnit(seed, salt, item.id);
  return [...items].sort((a, b) => key(a) - key(b));
}

/** More screens, more titles; every house leans towards some of them. */
function houseOf(theater: Theater, movies: readonly Movie[], seed: number): House {
  const playing = movies
    .map((movie, rank) => ({ movie, weight: (rank + 2) ** -0.8 * (0.5 + 1 * hashUnit(seed, 3, theater.id, movie.id)) }))
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 6 + Math.max(0, theater.screens));
  return {
    theater,
    movies: playing.map(({ movie }) => movie),
    movieSums: runningSums(playing.map(({ weight }) => weight)),
  };
}
