/**
 * Answers as bodies. None is more than `sharedMs` older than one that the backend would give at the same moment: callers
 * share an answer that was begun since then, and later a value that was written out before is used again only while the
 * backend's version of the day is still the one it was written at.
 */
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { currencyDigits } from '../domain/money.ts';
import type { Answer, AnswerSource, BackendName, Question } from '../domain/question.ts';
import { tooSlow } from './problem.ts';

/** How long after it was begun an answer is given out, ms: the age of what a client reads, which the answer tells. */
export const sharedMs = 10;
/** Most characters kept. */
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

interface Made extends Kept {
  readonly body: AnswerBody;
  /** On the clock that only goes forward, ms. */
  readonly begunAt: number;
}

export interface AnswerBodiesParts {
  readonly backend: BackendName;
  /** ISO 4217 code of the data. */
  readonly currency: () => string;
  readonly ask: (question: Question) => Promise<Answer<unknown>>;
  /** See `QueryBackend.versionOf`. */
  readonly versionOf: (day: string) => Promise<number | null>;
  /** Epoch ms. */
  readonly now: () => number;
  /** Most time for an answer, ms. */
  readonly longest: number;
}

export class AnswerBodies {
  readonly #parts: AnswerBodiesParts;
  /** In order of use: the first is the next to go. */
  readonly #kept = new Map<string, Made>();
  #keptSize = 0;
  /** Answers that were asked for and are not begun yet. */
  readonly #due = new Map<string, Promise<AnswerBody>>();

  constructor(parts: AnswerBodiesParts) {
    this.#parts = parts;
  }

  /**
   * @param shape the value as it is told over HTTP
   * Errors: those of the backend; `HttpProblem` 503 when it takes too long.
   */
  answer(question: Question, shape: (value: never) => unknown): AnswerBody | Promise<AnswerBody> {
    const key = JSON.stringify(question);
    const kept = this.#kept.get(key);
    if (kept && performance.now() - kept.begunAt < sharedMs) return kept.body;
    const due = this.#due.get(key);
    if (due) return due;
    // Once all requests that have arrived by now were read from their sockets: they share it.
    const answer = setImmediate().then(() => {
      this.#due.delete(key);
      return this.#inTime(this.#make(key, question, shape));
    });
    this.#due.set(key, answer);
    return answer;
  }

  /** One timer for all who share the answer. */
  #inTime(answer: Promise<AnswerBody>): Promise<AnswerBody> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(tooSlow()), this.#parts.longest);
      answer.then(resolve, reject).finally(() => clearTimeout(late));
    });
  }

  async #make(key: string, question: Question, shape: (value: never) => unknown): Promise<AnswerBody> {
    const { ask, versionOf, now } = this.#parts;
    const started = performance.now();
    const asOf = now();
    const kept = this.#kept.get(key);
    if (kept && 'day' in question.params && (await versionOf(question.params.day)) === kept.version) {
      return this.#body(key, kept, started, 'read-model', asOf, performance.now() - started);
    }
    const { value, source, watermark, tookMs } = await ask(question);
    const { version } = watermark;
    const same = kept?.version === version ? kept : this.#write(shape(value as never), version);
    return this.#body(key, same, started, source, watermark.asOf, tookMs);
  }

  #write(value: unknown, version: number): Kept {
    const json = JSON.stringify(value);
    // The catalogue has no version, and a new database counts its versions anew: the value tells those apart.
    const digest = createHash('sha256').update(json).digest('base64url').slice(0, 12);
    return { version, etag: `W/"${this.#parts.backend}.${version}.${digest}"`, json };
  }

  #body(key: string, kept: Kept, begunAt: number, source: AnswerSource, asOf: number, tookMs: number): AnswerBody {
    const { backend, currency } = this.#parts;
    const { version, etag, json } = kept;
    const code = currency();
    const about = JSON.stringify({
      ...{ currency: code, currencyDigits: currencyDigits(code), backend, source },
      watermark: { version, asOf: new Date(asOf).toISOString() },
      tookMs: Math.round(tookMs * 1000) / 1000,
    });
    const body = { text: `{"value":${json},${about.slice(1)}`, etag };
    this.#keep(key, { version, etag, json, body, begunAt });
    return body;
  }

  #keep(key: string, made: Made): void {
    this.#keptSize += sizeOf(made) - sizeOf(this.#kept.get(key));
    this.#kept.delete(key);
    this.#kept.set(key, made);
    for (const [oldest, each] of this.#kept) {
      if (this.#keptSize <= mostKept) return;
      this.#kept.delete(oldest);
      this.#keptSize -= sizeOf(each);
    }
  }
}

function sizeOf(made: Made | undefined): number {
  return made === undefined ? 0 : made.json.length + made.body.text.length;
}
