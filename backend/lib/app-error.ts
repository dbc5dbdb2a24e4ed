/** Closed set of error codes the console can meet; `canRetry` says whether the same call may succeed later. */
export const errorCodes = {
  bad_request: false,
  bad_question: false,
  bad_settings: false,
  not_available: true,
  no_data_source: false,
  data_folder_in_use: true,
  data_folder_unusable: false,
  data_folder_gone: false,
  data_folder_lost: false,
  data_damaged: false,
  disk_full: true,
  newer_schema: false,
  foreign_tables: false,
  database_failed: true,
  database_down: true,
  database_refused: false,
  log_failed: true,
  batch_unreadable: true,
  data_changed: true,
  log_closed: false,
  redis_down: true,
  redis_refused: true,
  kafka_down: true,
  kafka_refused: true,
  simulator_busy: false,
  simulation_not_allowed: false,
  history_present: false,
  consumed_elsewhere: false,
  cancelled: false,
  refused_sender: false,
  internal: false,
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** An error a person is told of: what happened, and in `hint` what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
  }

  get canRetry(): boolean {
    return errorCodes[this.code];
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  // A host with several addresses, none of which answered: the library gives the reasons, and no message of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** The machine code of anything thrown (errno name, SQLSTATE, or ours). */
export function codeOf(error: unknown): string | null {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return null;
}
