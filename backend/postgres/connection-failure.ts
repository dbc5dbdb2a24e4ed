import { codeOf, messageOf } from '../lib/app-error.ts';

/** The client library has no codes for these. */
const lostConnection =
  /query read timeout|connection (terminated|ended|closed)|not queryable|timeout exceeded when trying to connect|timeout expired/i;

/** Whether the connection is of no use after this error: nothing more is asked of it, not even a rollback. */
export function isConnectionFailure(error: unknown): boolean {
  const code = codeOf(error);
  if (code === null) return lostConnection.test(messageOf(error));
  return /^(08|57P|25P03|E[A-Z]{3})/.test(code);
}
