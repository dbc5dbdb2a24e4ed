import { AppError } from '../../backend/lib/app-error.ts';
import type { RequestFailure } from '../contract/signatures.ts';

/** What the window is told of an error. Only an AppError's words are meant for people; anything else stays in the log. */
export function toFailure(error: unknown): RequestFailure {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, hint: error.hint ?? null, canRetry: error.canRetry };
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside ReelMetrics.',
    hint: 'The log says what: Settings, About, Open log folder.',
    canRetry: false,
  };
}
