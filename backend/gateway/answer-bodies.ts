/**
 * Answers as bodies. None is older than one that the backend would give at the same moment: callers share an answer only
 * when all of them asked before it was begun, and a value that was written out before is used again only while the
 * backend's version of the day is still the one it was written at.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Answer, AnswerSource, BackendName, Question } from '../domain/question.ts';

/** Most characters of JSON kept. */
const mostKept = 32 * 1024 * 1024;

export interface AnswerBody {
  readonly text: string;
  /** Weak: equal tags have equal values, whatever the time and the source. */
  readonly etag: string;
}

interface Kept {
  readonly version: number;
  readonly etag: string;
  /** The value as JSON. */
  readonly json: string;
}

export interface AnswerBodiesParts {
  readonly backend: BackendName;
  readonly currency: string;
  readonly ask: (question: Question) => Promise<Answer<unknown>>;
  /** See `QueryBackend.versionOf`. */
  readonly versionOf: (day: string) => Promise<number | null>;
  /** Epoch ms. */
  readonly now: () => number;
}

export class AnswerBodies {
  readonly #parts: AnswerBodiesParts;
  /** In order of use: the first is the next to go. */
  readonly #kept = new Map<string, Kept>();
  #keptSize = 0;
  /** Answers that were asked for and are not begun yet. */
  readonly #due = new Map<string, Promise<AnswerBody>>();

  constructor(parts: AnswerBodiesParts) {
    this.#parts = parts;
  }

  /**
   * @param shape the value as it is told over HTTP
   * Errors: those of the backend.
   */
  answer(question: Question, shape: (value: never) => unknown): Promise<AnswerBody> {
    const key = JSON.stringify(question);
    const due = this.#due.get(key);
    if (due) return due;
    // Once all requests that have arrived by now were read from their sockets: they share it.
    const answer = setImmediate().then(() => {
      this.#due.delete(key);
      return this.#make(key, question, shape);
    });
    this.#due.set(key, answer);
    return answer;
  }

  async #make(key: string, question: Question, shape: (value: never) => unknown): Promise<AnswerBody> {
    const { ask, versionOf, now } = this.#parts;
    const started = performance.now();
    const asOf = now();
    const kept = this.#kept.get(key);
    if (kept && 'day' in question.params && (await versionOf(question.params.day)) === kept.version) {
      return this.#body(key, kept, 'read-model', asOf, performance.now() - started);
    }
    const { value, source, watermark, tookMs } = await ask(question);
    const { version } = watermark;
    const same = kept?.version === version ? kept : this.#write(shape(value as never), version);
    return this.#body(key, same, source, watermark.asOf, tookMs);
  }

  #write(value: unknown, version: number): Kept {
    const json = JSON.stringify(value);
    // The catalogue has no version, and a new database counts its versions anew: the value tells those apart.
    const digest = createHash('sha256').update(json).digest('base64url').slice(0, 12);
    return { version, etag: `W/"${this.#parts.backend}.${version}.${digest}"`, json };
  }

  #body(key: string, kept: Kept, source: AnswerSource, asOf: number, tookMs: number): AnswerBody {
    this.#keep(key, kept);
    const { backend, currency } = this.#parts;
    const about = JSON.stringify({
      ...{ currency, backend, source },
      watermark: { version: kept.version, asOf: new Date(asOf).toISOString() },
      tookMs: Math.round(tookMs * 1000) / 1000,
    });
    return { text: `{"value":${kept.json},${about.slice(1)}`, etag: kept.etag };
  }

  #keep(key: string, kept: Kept): void {
    this.#keptSize += kept.json.length - (this.#kept.get(key)?.json.length ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const [oldest, { json }] of this.#kept) {
      if (this.#keptSize <= mostKept) return;
      this.#kept.delete(oldest);
      this.#keptSize -= json.length;
    }
  }
}
