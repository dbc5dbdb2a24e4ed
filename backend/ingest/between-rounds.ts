/**
 * Work that must see nothing stored while it runs. While rounds are run it is queued and done before the next one;
 * otherwise it begins at once, and the first round of the next session waits for it.
 */
export class BetweenRounds {
  /** Set while a session runs rounds. */
  #queue: (() => Promise<void>)[] | undefined;
  readonly #running = new Set<Promise<unknown>>();

  /** Whether such work is under way. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    const queue = this.#queue;
    if (!queue) return this.#begin(work);
    return new Promise<T>((resolve, reject) => {
      queue.push(() => this.#begin(work).then(resolve, reject));
    });
  }

  /** A session begins: from now on work is queued. */
  open(): void {
    this.#queue = [];
  }

  /** Does what is queued and waits for what was begun before. */
  async settle(): Promise<void> {
    await this.#drain(this.#queue);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** The session is over: does what is still queued. */
  async close(): Promise<void> {
    const queue = this.#queue;
    this.#queue = undefined;
    await this.#drain(queue);
  }

  async #drain(queue: (() => Promise<void>)[] | undefined): Promise<void> {
    for (let work = queue?.shift(); work; work = queue?.shift()) await work();
  }

  #begin<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.add(running);
    const done = () => this.#running.delete(running);
    running.then(done, done);
    return running;
  }
}
