import type { Movie, Theater } from './question.ts';

/** The theatres and movies that events may name. */
export interface Catalogue {
  readonly theaters: readonly Theater[];
  readonly movies: readonly Movie[];
  readonly theaterById: ReadonlyMap<number, Theater>;
  readonly movieById: ReadonlyMap<number, Movie>;
}

/** A catalogue with its indexes. */
export function createCatalogue(theaters: readonly Theater[], movies: readonly Movie[]): Catalogue {
  return {
    theaters,
    movies,
    theaterById: new Map(theaters.map((theater) => [theater.id, theater])),
    movieById: new Map(movies.map((movie) => [movie.id, movie])),
  };
}

/** name, city, screens, seats of all screens (null: not told), showings per screen and day; the id is the position from 1. */
const houses: readonly (readonly [string, string, number, number | null, number])[] = [
  ['Tallow Lane', 'Aldermouth', 14, 2480, 5],
  ['Lantern Yard', 'Aldermouth', 9, 1526, 5],
  ['Meridian Halls', 'Brackwell', 12, 2214, 5],
  ['Quayside Nine', 'Port Ansell', 9, null, 5],
  ['Orchard Row', 'Hollinsea', 10, 1735, 5],
  ['Signal Box', 'Castlereeve', 8, 1388, 5],
  ['Gasworks', 'Brackwell', 7, 1162, 6],
  ['Northgate Ten', 'Eskbridge', 10, 1840, 5],
  ['Saltmarket', 'Port Ansell', 8, 1446, 5],
  ['The Weir House', 'Wexcombe', 5, 842, 6],
  ['Beacon Hill', 'Eskbridge', 9, null, 5],
  ['Copperfield Eight', 'Stonecross', 8, 1392, 5],
  ['Tannery Court', 'Marlow Heath', 6, 1048, 5],
  ['Foundry Gate', 'Stonecross', 6, 996, 5],
  ['Millrace', 'Wexcombe', 5, 812, 5],
  ['Ropewalk', 'Port Ansell', 6, 1014, 5],
  ['Halyard', 'Port Ansell', 7, 1204, 5],
  ['Marigold Arcade', 'Brackwell', 6, 1080, 5],
  ['Kiln Street', 'Thornaby', 5, 866, 5],
  ['Observatory', 'Eskbridge', 4, null, 5],
  ['Packhorse Yard', 'Dunmere', 5, 820, 5],
  ['Parade Six', 'Hollinsea', 6, 1092, 5],
  ['Westbrook Five', 'Castlereeve', 5, 905, 5],
  ['Lower Quay', 'Aldermouth', 4, 688, 5],
  ['Bellfounders', 'Dunmere', 4, 642, 5],
  ['Old Customs House', 'Port Ansell', 3, 478, 5],
  ['Corn Exchange', 'Marlow Heath', 4, 702, 4],
  ['Viaduct', 'Stonecross', 7, 1226, 4],
  ['Fenwick Gardens', 'Thornaby', 5, 894, 4],
  ['Harbour Lights', 'Hollinsea', 6, 1008, 4],
  ['Clocktower Four', 'Wexcombe', 4, 660, 5],
  ['Sable Street', 'Brackwell', 3, 452, 6],
  ['Drovers Inn', 'Dunmere', 2, 214, 4],
  ['Kingfisher', 'Castlereeve', 5, 838, 4],
  ['Priory Steps', 'Aldermouth', 3, 396, 5],
  ['Glasshouse', 'Marlow Heath', 6, 1120, 4],
  ['Ferry Landing', 'Thornaby', 3, 418, 4],
  ['Almond Court', 'Eskbridge', 4, 596, 4],
  ['Silver Spur', 'Stonecross', 2, 188, 5],
  ['The Little Wren', 'Wexcombe', 2, 156, 4],
];

const titles: readonly string[] = [
  'The Salt Meridian',
  'Paper Comets',
  'Bramblewick',
  'Kestrel Protocol',
  'Nineteen Lanterns',
  'The Glass Orchardist',
  'Undertow Station',
  'Tin Moon Rodeo',
  'Slow Thunder over Arden',
  'Eleven Doors Down',
  "Grandmother's Zeppelin",
  'A Map of Quiet Rivers',
  'The Cartographer Sleeps',
  'Hollow Crown Street',
  'Velvet Anchorage',
  'Last Tram to Ostrava Road',
  'Marrow and Vine',
  'Ordinary Meteorology',
  'The Winter Auditor',
  'Saffron Ledger',
  'Pelican Court',
  'Night Ferry Waltz',
  'The Understudy of Wexcombe',
  'Borrowed Thunder',
];

/** The catalogue of the built-in data: invented houses and titles. */
export const catalogue: Catalogue = createCatalogue(
  houses.map(([name, city, screens, seats, showingsPerScreen], index) => ({
    id: index + 1,
    name,
    city,
    screens,
    seats,
    showingsPerScreen,
  })),
  titles.map((title, index) => ({ id: index + 1, title })),
);
