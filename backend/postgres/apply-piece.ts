/** Runs the statement of apply-batch-sql.ts and reads what it answers. */
import type pg from 'pg';
import type { RollupRows } from '../domain/rollup.ts';
import type { SaleLine } from '../domain/ticket-sale.ts';
import type { Sql } from '../lib/sql.ts';
import { applyArrays } from './apply-batch-sql.ts';
import type { BatchPiece } from './batch-parameters.ts';
import { batchParameters, columnParameters } from './batch-parameters.ts';
import { RollupRowCollector } from './rollup-rows.ts';

/** Wire text as it is: the rows of a batch are converted here, field by field, without a look-up of types. */
const untouched = { getTypeParser: () => (text: string) => text };

/** Thrown inside a transaction to roll it back when the fence does not hold. */
export class FenceLost extends Error {}

export interface PieceResult {
  readonly fenceHeld: boolean;
  readonly inserted: readonly SaleLine[];
  readonly changes: RollupRows;
}

/** Runs the statement with the rows of the piece in its arrays. */
export function applyPiece(connection: pg.Pool | pg.PoolClient, piece: BatchPiece): Promise<PieceResult> {
  const statement = { name: 'apply_arrays', text: applyArrays };
  return runStatement(connection, piece, statement, columnParameters(piece.sales));
}

/**
 * Runs a form of the statement. Named: planning it takes longer than running it for a small batch.
 * @param columns the parameters of its arrays, if it has any
 */
export async function runStatement(
  connection: pg.Pool | pg.PoolClient,
  piece: BatchPiece,
  statement: { readonly name: string; readonly text: Sql },
  columns: readonly string[] = [],
): Promise<PieceResult> {
  const values = [...batchParameters(piece), ...columns];
  const query: pg.QueryArrayConfig = { ...statement, values, rowMode: 'array', types: untouched };
  const { rows } = await connection.query<(string | null)[]>(query);
  const collector = new RollupRowCollector();
  const insertedOffsets = new Set<string>();
  let fenceHeld = false;
  let insertedCount = 0;
  for (const row of rows) {
    if (collector.add(row)) continue;
    if (row[0] === '0') {
      fenceHeld = row[5] === '1';
      insertedCount = Number(row[6]);
    } else if (row[5]) {
      insertedOffsets.add(row[5]);
    }
  }
  const inserted =
    insertedCount === piece.sales.length
      ? piece.sales
      : piece.sales.filter((sale) => insertedOffsets.has(String(sale.offset)));
  return { fenceHeld, inserted, changes: collector.rows() };
}
