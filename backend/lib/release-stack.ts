/**
 * Who acquires pushes a releaser. `release` runs them last-in-first-out, awaits each, attempts all,
 * rethrows the first error, and happens once (later calls await the first).
 */
export class ReleaseStack {
  #releasers: { name: string; release: () => unknown }[] = [];
  #released: Promise<void> | undefined;

  push(name: string, release: () => unknown): void {
    this.#releasers.push({ name, release });
  }

  release(onStep?: (name: string) => void): Promise<void> {
    this.#released ??= this.#run(onStep);
    return this.#released;
  }

  async #run(onStep?: (name: string) => void): Promise<void> {
    const errors: unknown[] = [];
    for (let top = this.#releasers.pop(); top; top = this.#releasers.pop()) {
      onStep?.(top.name);
      try {
        await top.release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
