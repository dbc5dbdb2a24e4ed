/*
 * Loaded before the electron package's own installer: a request that has no answer after a few seconds is given up, so
 * that a host that cannot be reached does not hold up the start. The download itself may take its time.
 */
const patienceMs = 5000;
const request = globalThis.fetch;

/** @param {string | URL | Request} input @param {RequestInit} [options] */
globalThis.fetch = async (input, options) => {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), patienceMs);
  try {
    return await request(input, { ...options, signal: giveUp.signal });
  } catch (error) {
    const { host } = new URL(input instanceof Request ? input.url : input);
    const cause = error instanceof Error ? error.cause : undefined;
    const code = cause instanceof Error && 'code' in cause ? cause.code : error;
    const reason = giveUp.signal.aborted ? `no answer within ${patienceMs / 1000} s` : code;
    throw new Error(`${host}: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
};
