/**
 * What a PostgreSQL server does in background processes, and the embedded one (a single backend) does not: checkpoints,
 * without which the write-ahead log and the time of recovery after a kill grow without bound, and vacuum, without which
 * tables whose rows are rewritten all the time do.
 */
import type pg from 'pg';
import { messageOf } from '../lib/app-error.ts';
import { sql } from '../lib/sql.ts';
import type { Logger } from '../ports/logger.ts';

const PERIOD_MS = 15_000;
/** A kill is recovered from at some 100 MB of log a second; a checkpoint blocks queries for some 50 ms. */
const CHECKPOINT_BYTES = 64n * 1024n * 1024n;
const DEAD_ROWS = 5_000n;

const logPosition = sql`select (pg_current_wal_insert_lsn() - redo_lsn)::bigint as bytes from pg_control_checkpoint()`;

/** Tables with many dead rows; statistics are wanted as soon as a table has grown by half. */
const tablesToVacuum = sql`
  select format('vacuum (analyze) %I.%I', schemaname, relname) as command from pg_stat_user_tables
  where n_dead_tup > greatest($1::bigint, n_live_tup / 10)
     or n_mod_since_analyze > greatest($1::bigint, n_live_tup / 2)
     or n_ins_since_vacuum > greatest(100 * $1::bigint, n_live_tup / 5)`;

/** Starts the periodic work, done while `mayWrite`. Returns its stop, which waits for the round in hand. */
export function startMaintenance(pool: pg.Pool, logger: Logger, mayWrite: () => boolean): () => Promise<void> {
  let round: Promise<void> = Promise.resolve();
  let running = false;
  const timer = setInterval(() => {
    if (running || !mayWrite()) return;
    running = true;
    round = maintain(pool)
      .catch((error: unknown) =>
        logger.warn('Maintenance of the embedded database failed', { error: messageOf(error) }),
      )
      .finally(() => {
        running = false;
      });
  }, PERIOD_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return round;
  };
}

/** One round of maintenance: vacuum what needs it, checkpoint when the log has grown. */
export async function maintain(pool: pg.Pool): Promise<void> {
  const tables = await pool.query<{ command: string }>(tablesToVacuum, [DEAD_ROWS]);
  for (const { command } of tables.rows) await pool.query(command);
  const { rows } = await pool.query<{ bytes: bigint }>(logPosition);
  const [position] = rows;
  if (position && position.bytes > CHECKPOINT_BYTES) await pool.query(sql`checkpoint`);
}
