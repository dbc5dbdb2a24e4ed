import type { Mark } from '../domain/status.ts';

const kept = 50;

/** Moments that charts mark, newest last, at most 50. */
export class Marks {
  #marks: readonly Mark[];

  /** `before`: those of a life of the same source that has ended. */
  constructor(before: readonly Mark[] = []) {
    this.#marks = before.slice(-kept);
  }

  add(mark: Mark): void {
    this.#marks = [...this.#marks, mark].slice(-kept);
  }

  list(): readonly Mark[] {
    return this.#marks;
  }
}
