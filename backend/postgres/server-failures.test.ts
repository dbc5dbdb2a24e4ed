import { describe, expect, it } from 'vitest';
import { AppError } from '../lib/app-error.ts';
import { explainPostgresFailure } from './server-failures.ts';

const server = {
  host: 'db.example',
  port: 5432,
  database: 'box_office',
  user: 'console',
  tls: { enabled: true, ca: null },
};
const failure = (code: string | null, message: string) =>
  Object.assign(new Error(message), code === null ? {} : { code });

describe('a failure of a server in words', () => {
  it.each<[string | null, string, string, RegExp]>([
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND db.example', 'database_down', /host name db.example is not known/],
    ['ECONNREFUSED', 'connect ECONNREFUSED', 'database_down', /Nothing listens at db.example:5432/],
    ['EHOSTUNREACH', 'connect EHOSTUNREACH', 'database_down', /does not answer/],
    [null, 'timeout expired', 'database_down', /does not answer/],
    [null, 'Query read timeout', 'database_down', /does not answer/],
    ['ECONNRESET', 'read ECONNRESET', 'database_down', /was lost/],
    [null, 'Connection terminated unexpectedly', 'database_down', /was lost/],
    ['57P03', 'the database system is starting up', 'database_down', /is starting, stopping or recovering/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'database_refused', /certificate .* is not accepted/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: db.example. is not cert', 'database_refused', /certificate/],
    [null, 'The server does not support SSL connections', 'database_refused', /does not offer TLS/],
    ['28000', 'no pg_hba.conf entry for host "1.2.3.4", no encryption', 'database_refused', /no pg_hba.conf entry/],
    ['28P01', 'password authentication failed', 'database_refused', /does not let the user console in/],
    ['3D000', 'database "box_office" does not exist', 'database_refused', /no database box_office/],
    ['42501', 'permission denied for table sale', 'database_refused', /may not do .*permission denied/],
    ['42703', 'column "partition" does not exist', 'database_refused', /another version/],
    ['25006', 'cannot execute INSERT in a read-only transaction', 'database_refused', /takes no writes/],
    ['53100', 'could not extend file', 'database_down', /disk .* is full/],
    ['53300', 'sorry, too many clients already', 'database_down', /no connection left/],
    ['XX000', 'something else', 'database_down', /something else/],
  ])('%s %s', (code, message, expected, words) => {
    const cause = failure(code, message);
    const error = explainPostgresFailure(cause, server);
    expect(error).toMatchObject({ code: expected, message: expect.stringMatching(words), cause });
    expect(error.hint).toMatch(/\w/);
  });

  it('stays what it is when it was explained before', () => {
    const error = new AppError('database_refused', 'too old');
    expect(explainPostgresFailure(error, server)).toBe(error);
  });
});
