/** The `pg` pool of the embedded database: one connection, over whatever socket its worker listens on at the time. */
import { Socket } from 'node:net';
import pg from 'pg';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { sql, wireTypes } from '../lib/sql.ts';
import type { Logger } from '../ports/logger.ts';
import { restoreHint } from './database-failure.ts';

const forgetStatements = sql`deallocate all`;

/** A socket that goes to one address, whatever host and port `pg` asks for: the only way to reach a named pipe. */
class FixedSocket extends Socket {
  readonly #address: string;

  constructor(address: string) {
    super();
    this.#address = address;
  }

  override connect(): this {
    return super.connect({ path: this.#address });
  }
}

/** What PostgreSQL says of a page that it cannot read, with what to do; anything else as it is. */
function explainDamage(error: unknown, dataDir: string): unknown {
  const code = codeOf(error);
  if (code !== 'XX001' && code !== 'XX002') return error;
  return new AppError('data_damaged', `The database in ${dataDir} is damaged: ${messageOf(error)}.`, {
    hint: restoreHint(dataDir),
    cause: error,
  });
}

/** Every query goes through the client's, with a callback (the pool's own) or a promise. */
function explainQueries(client: pg.ClientBase, dataDir: string): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const explained = (...args: unknown[]): unknown => {
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: unknown, result: unknown) => callback(explainDamage(error, dataDir), result);
    }
    const answer = query(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      throw explainDamage(error, dataDir);
    });
  };
  client.query = explained as typeof client.query;
}

/** @param address where the worker listens now */
export function makePool(dataDir: string, address: () => string, logger: Logger): pg.Pool {
  const report = (error: Error) => logger.warn('Connection to the embedded database failed', { error: error.message });
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    types: wireTypes,
    stream: () => new FixedSocket(address()),
    onConnect: async (client) => {
      // The pool listens on idle clients only; an error on one in use would end the process.
      client.on('error', report);
      explainQueries(client, dataDir);
      // The backend outlives its connections, and with it the named statements of the one before.
      await client.query(forgetStatements);
    },
  });
  pool.on('error', report);
  return pool;
}
