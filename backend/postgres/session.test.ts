import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { prepareSession } from './session.ts';

const timeouts = { statementMs: 1_000, lockMs: 1_000, idleInTransactionMs: 1_000 };
const serverOf = (major: number, version: string) =>
  ({ query: async () => ({ rows: [{ major, version }] }) }) as unknown as pg.ClientBase;

describe('a new connection', () => {
  it('is refused when the server is too old for us, with its version', async () => {
    await expect(prepareSession(serverOf(14, '14.9'), timeouts)).rejects.toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('PostgreSQL 14.9'),
      hint: expect.stringContaining('Update'),
    });
    expect(await prepareSession(serverOf(18, '18.1'), timeouts)).toBe('18.1');
  });
});
