/**
 * Answers as bodies. What was asked a moment ago (100 ms) is answered with the same bytes: they say for
 * which version of the day and which moment they hold, as every answer does. It also joins equal questions that are asked
 * at the same time, so that many clients cost the database what one does.
 */
import { createHash } from 'node:crypto';
import type { Answer, BackendName, Question } from '../domain/question.ts';
import { shapes } from './shapes.ts';

const mostKept = 2_000;

export interface AnswerBody {
  readonly text: string;
  /** Weak: equal versions have equal values, whatever the time and the source. */
  readonly etag: string;
}

interface Kept {
  readonly at: number;
  readonly body: Promise<AnswerBody>;
}

export interface AnswerBodiesParts {
  readonly backend: BackendName;
  readonly currency: string;
  readonly ask: (question: Question) => Promise<Answer<unknown>>;
  /** How long an answer is given to others who ask the same, ms. */
  readonly sharedMs: number;
}

export class AnswerBodies {
  readonly #parts: AnswerBodiesParts;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: AnswerBodiesParts) {
    this.#parts = parts;
  }

  /**
   * @param key the same for equal questions
   * @param questionOf called only where no answer is at hand
   * Errors: those of the backend.
   */
  answer(key: string, questionOf: () => Question): Promise<AnswerBody> {
    const now = performance.now();
    const kept = this.#kept.get(key);
    if (kept && now - kept.at < this.#parts.sharedMs) return kept.body;
    const body = this.#make(questionOf());
    this.#kept.delete(key);
    this.#kept.set(key, { at: now, body });
    body.catch(() => this.#kept.delete(key));
    if (this.#kept.size > mostKept) this.#forget(now);
    return body;
  }

  async #make(question: Question): Promise<AnswerBody> {
    const { backend, currency, ask } = this.#parts;
    const { value, source, watermark, tookMs } = await ask(question);
    const shape = shapes[question.name];
    const text = JSON.stringify({
      value: shape(value as never),
      currency,
      backend,
      source,
      watermark: { version: watermark.version, asOf: new Date(watermark.asOf).toISOString() },
      tookMs: Math.round(tookMs * 1000) / 1000,
    });
    // The catalogue has no version: there the value itself is one.
    const version =
      source === 'catalogue'
        ? createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)
        : watermark.version;
    return { text, etag: `W/"${backend}.${version}"` };
  }

  /** The oldest come first. */
  #forget(now: number): void {
    for (const [key, { at }] of this.#kept) {
      if (this.#kept.size <= mostKept / 2 && now - at < this.#parts.sharedMs) return;
      this.#kept.delete(key);
    }
  }
}
