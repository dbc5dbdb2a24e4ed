import { describe, expect, it } from 'vitest';
import { failurePolicyFor } from './failure-policy.ts';

const policyOf = (code: string | null, message = 'failed') =>
  failurePolicyFor(Object.assign(new Error(message), code === null ? {} : { code }));

describe('what the consumer does about a failure', () => {
  it.each<[string | null, string, 'degraded' | 'down', RegExp]>([
    ['40P01', 'deadlock detected', 'degraded', /in the way/],
    ['55P03', 'canceling statement due to lock timeout', 'degraded', /works on all/],
    ['57014', 'canceling statement due to statement timeout', 'degraded', /took too long/],
    ['57P01', 'terminating connection due to administrator command', 'down', /cannot be reached/],
    ['25P03', 'terminating connection due to idle-in-transaction timeout', 'down', /cannot be reached/],
    ['25006', 'cannot execute INSERT in a read-only transaction', 'down', /takes no writes/],
    ['53100', 'could not extend file: No space left on device', 'down', /run out/],
    ['28P01', 'password authentication failed', 'down', /check its user/],
    ['ECONNREFUSED', 'connect ECONNREFUSED', 'down', /cannot be reached/],
    ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN', 'down', /cannot be reached/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'down', /check its user/],
    [null, 'Query read timeout', 'down', /cannot be reached/],
    [null, 'timeout exceeded when trying to connect', 'down', /cannot be reached/],
    [null, 'nobody knows', 'down', /log file/],
  ])('%s %s', (code, message, state, advice) => {
    expect(policyOf(code, message)).toMatchObject({ state, advice: expect.stringMatching(advice) });
  });

  it('waits at most 10 s for a database that comes back by itself', () => {
    for (const code of ['40P01', '57014', '57P01', '25006', '53100', 'ECONNREFUSED'])
      expect(policyOf(code).range.capMs).toBeLessThanOrEqual(10_000);
  });
});
