import { AppError } from '../../lib/app-error.ts';

/** What one record batch may unpack to, bytes: a megabyte of ticket sales packs to about a tenth. */
export const MOST_UNPACKED_BYTES = 64 * 1024 * 1024;

/** A batch that unpacks to more than is allowed. */
export function tooLarge(): AppError {
  return new AppError('batch_unreadable', `it unpacks to more than ${MOST_UNPACKED_BYTES / 1024 / 1024} MiB`);
}
