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

export interface PoolParts {
  readonly dataDir: string;
  /** Where the worker listens now. */
  readonly address: () => string;
  /** Why the database is closed; null while it is open, or why is not known yet. */
  readonly closedBy: () => AppError | null;
  readonly logger: Logger;
}

/** What a person can do something about: a page that cannot be read, a database that is closed. Anything else as it is. */
function explain(error: unknown, { dataDir, closedBy }: PoolParts): unknown {
  const code = codeOf(error);
  if (code === 'XX001' || code === 'XX002') {
    return new AppError('data_damaged', `The database in ${dataDir} is damaged: ${messageOf(error)}.`, {
      hint: restoreHint(dataDir),
      cause: error,
    });
  }
  // Not what PostgreSQL has answered, which has a SQLSTATE.
  return error instanceof pg.DatabaseError ? error : (closedBy() ?? error);
}

/** What the method throws, or gives to a callback at the end of its arguments (as `pg` does among its own), is explained. */
function explained(method: (...args: unknown[]) => unknown, parts: PoolParts): (...args: unknown[]) => unknown {
  return (...args) => {
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (error: unknown, ...results: unknown[]) =>
        callback(error ? explain(error, parts) : error, ...results);
    }
    const answer = method(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      throw explain(error, parts);
    });
  };
}

export function makePool(parts: PoolParts): pg.Pool {
  const { address, logger } = parts;
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
      client.query = explained(client.query.bind(client), parts) as typeof client.query;
      // The backend outlives its connections, and with it the named statements of the one before.
      await client.query(forgetStatements);
    },
  });
  pool.on('error', report);
  pool.connect = explained(pool.connect.bind(pool), parts) as typeof pool.connect;
  return pool;
}
