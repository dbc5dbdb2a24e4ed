import { AppError, messageOf } from '../lib/app-error.ts';

/** Anything that went wrong in the log, as an error a person can be told of. */
export function logFailed(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('log_failed', `The event log failed: ${messageOf(error)}`, {
    hint: 'It is tried again by itself. If this stays, restart ReelMetrics.',
    cause: error,
  });
}
