/** The list of profiles: which sources there are, and ids and names for new ones. */
import { localProfile, type Profile } from './profile.ts';

/** The source that needs no profile. */
export const embeddedSource = 'embedded';

/** Whether an id belongs to a source that is built in, and so to no profile of the user's. */
export function isReservedId(id: string): boolean {
  return id === embeddedSource || id === localProfile.id;
}

/** Whether there is a source of this id: built in or among the profiles. */
export function isSource(id: string, profiles: readonly Profile[]): boolean {
  return isReservedId(id) || profiles.some((profile) => profile.id === id);
}

/** Longest part of an id that a name gives; the rest is for a number. */
const nameCharacters = 34;

/** An id made from the name of a new profile, unlike those taken and the reserved ones. */
export function newProfileId(name: string, taken: readonly string[]): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, nameCharacters)
    .replace(/^-+|-+$/g, '');
  return firstFree(slug || 'profile', '-', (id) => isReservedId(id) || taken.includes(id));
}

const longestName = 60;

/** `Staging copy`, `Staging copy 2`, … */
export function copyName(name: string, taken: readonly string[]): string {
  const stem = name.replace(/ copy( \d+)?$/, '').slice(0, longestName - ' copy 99'.length);
  return firstFree(`${stem} copy`, ' ', (candidate) => taken.includes(candidate));
}

function firstFree(wanted: string, separator: string, isTaken: (candidate: string) => boolean): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? wanted : `${wanted}${separator}${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}
