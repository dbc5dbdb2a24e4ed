/**
 * Seeded random numbers: sfc32 ("small fast counter", Chris Doty-Humphrey, PractRand), 128 bits of state, period at
 * least 2^32. The same words give the same numbers on every machine. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(a: number, b: number, c: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    // The author's seeding: a few rounds until every bit of the words has reached all of the state.
    for (let round = 0; round < 20; round++) this.uint32();
  }

  /** 0..2^32-1. */
  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 <= x < 1. */
  unit(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** Integer 0..count-1. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** Exponentially distributed with mean 1: the gap between the arrivals of a Poisson process of rate 1. */
  exponential(): number {
    return -Math.log(1 - this.unit());
  }

  /** Index into running sums of weights, each with its weight's probability. */
  weighted(runningSums: readonly number[]): number {
    const wanted = this.unit() * (runningSums[runningSums.length - 1] ?? 0);
    let low = 0;
    let high = runningSums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((runningSums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Running sums of weights, for `Random.weighted`. */
export function runningSums(weights: readonly number[]): readonly number[] {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** A fixed number 0 <= x < 1 for these integers (finalizer of MurmurHash3 after each). */
export function hashUnit(...words: readonly number[]): number {
  let hash = 0x9e37_79b9;
  for (const word of words) {
    hash ^= word | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 0x1_0000_0000;
}

/** How the id of every event of the simulator ends: "sim" in ASCII. By it invented sales are known wherever they are kept. */
const simulatedIdEnd = '73696d';

/** UUID version 7 (RFC 9562, 5.7): 48 bits of epoch ms, 50 random bits, and the simulator's ending. */
export function uuidV7(ms: number, random: Random): string {
  const time = hex(ms, 12);
  const first = random.uint32();
  const version = 0x7000 | (first & 0xfff);
  const variant = 0x8000 | ((first >>> 12) & 0x3fff);
  const tail = hex(random.uint32() >>> 8, 6) + simulatedIdEnd;
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex(version, 4)}-${hex(variant, 4)}-${tail}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
