/** What an operator began and that takes longer than a connection can be trusted to live: it can be asked about. */
import { randomUUID } from 'node:crypto';
import { AppError } from '../lib/app-error.ts';

const mostKept = 50;

export interface Job<R> {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Epoch ms. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly result: R | null;
  readonly error: string | null;
}

export class Jobs<R> {
  /** The oldest first. */
  readonly #jobs = new Map<string, Job<R>>();

  get(id: string): Job<R> | null {
    return this.#jobs.get(id) ?? null;
  }

  /** Newest first. */
  list(): readonly Job<R>[] {
    return [...this.#jobs.values()].reverse();
  }

  /**
   * Begins it. Resolves with its result, or with the job once it has taken so long that the client should ask again.
   * Errors: those of `work` that come meanwhile.
   */
  async begin(waitMs: number, work: () => Promise<R>): Promise<{ readonly result: R } | { readonly job: Job<R> }> {
    const id = randomUUID();
    const begun = { id, startedAt: Date.now() };
    this.#keep({ ...begun, state: 'running', endedAt: null, result: null, error: null });
    const ended = work().then(
      (result) => {
        this.#keep({ ...begun, state: 'done', endedAt: Date.now(), result, error: null });
        return { result };
      },
      (error: unknown) => {
        // What is told of an error that is not ours stays in the log.
        const told = error instanceof AppError ? error.message : 'It could not be done; the log says why.';
        this.#keep({ ...begun, state: 'failed', endedAt: Date.now(), result: null, error: told });
        throw error;
      },
    );
    let late: NodeJS.Timeout | undefined;
    const longer = new Promise<null>((resolve) => {
      late = setTimeout(() => resolve(null), waitMs);
    });
    try {
      const first = await Promise.race([ended, longer]);
      if (first !== null) return first;
    } finally {
      clearTimeout(late);
    }
    ended.catch(() => {});
    const job = this.#jobs.get(id);
    if (job === undefined) throw new AppError('not_available', 'Too many began meanwhile.');
    return { job };
  }

  #keep(job: Job<R>): void {
    this.#jobs.set(job.id, job);
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= mostKept) return;
      if (state !== 'running') this.#jobs.delete(id);
    }
  }
}
