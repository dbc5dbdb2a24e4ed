import type { Answer, BackendName, Comparison, Question, Verdict } from '../domain/question.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import { ask } from './ask.ts';
import { differencesOf } from './differences.ts';

export interface ComparisonOptions {
  readonly sql: QueryBackend;
  readonly materialized: QueryBackend;
  readonly clock: Clock;
  /** Of all amounts. */
  readonly currency: string;
}

/** Tries for two answers of one version before giving up, and the wait between them in ms (growing). */
const attempts = 6;
const waitMs = 20;

type Asked = { readonly answer: Answer<unknown> } | { readonly reason: string };

/**
 * Puts one question to both backends and judges the answers. Answers of different versions cannot be compared: a batch
 * was stored and not projected yet, so both are asked again a few times. Throws `AppError` bad_question only.
 */
export async function compareBackends(options: ComparisonOptions, question: Question): Promise<Comparison> {
  for (let attempt = 1; ; attempt += 1) {
    const [sql, materialized] = await Promise.all([
      tryToAsk(options.sql, question),
      tryToAsk(options.materialized, question),
    ]);
    const verdict = judge(question, sql, materialized, options.currency);
    if (verdict.kind !== 'not-comparable' || attempt === attempts) {
      return {
        question,
        sql: 'answer' in sql ? sql.answer : null,
        materialized: 'answer' in materialized ? materialized.answer : null,
        verdict,
      };
    }
    await options.clock.sleep(waitMs * attempt);
  }
}

async function tryToAsk(backend: QueryBackend, question: Question): Promise<Asked> {
  try {
    return { answer: await ask(backend, question) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'bad_question') throw error;
    return { reason: messageOf(error) };
  }
}

function judge(question: Question, sql: Asked, materialized: Asked, currency: string): Verdict {
  if ('reason' in sql) {
    const both = 'reason' in materialized ? ` The materialized backend failed too: ${materialized.reason}` : '';
    return { kind: 'failed', backend: 'sql', reason: `${sql.reason}${both}` };
  }
  if ('reason' in materialized) return { kind: 'failed', backend: 'materialized', reason: materialized.reason };
  const versions = sql.answer.watermark.version - materialized.answer.watermark.version;
  if (versions !== 0) {
    const behind: BackendName = versions < 0 ? 'sql' : 'materialized';
    return { kind: 'not-comparable', behind, versions: Math.abs(versions) };
  }
  const differences = differencesOf(question.name, sql.answer.value, materialized.answer.value, currency);
  return differences.length === 0 ? { kind: 'equal' } : { kind: 'differs', differences };
}
