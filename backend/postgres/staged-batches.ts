/** Batches that reach the database by COPY into a stage, and are stored from there. */
import type pg from 'pg';
import { codeOf } from '../lib/app-error.ts';
import {
  applyNewStage,
  applyStage,
  beginCopyToStage,
  copyToStage,
  createPassingStage,
  createStage,
} from './apply-batch-sql.ts';
import { FenceLost, type PieceResult, runStatement } from './apply-piece.ts';
import type { BatchPiece } from './batch-parameters.ts';
import { copyIn } from './copy-in.ts';
import { isPooled } from './session.ts';
import { beginTransaction, inTransaction } from './transaction.ts';

const anyBatch = { name: 'apply_stage', text: applyStage };
const newBatch = { name: 'apply_new_stage', text: applyNewStage };

const UNIQUE_VIOLATION = '23505';
/** Duplicates come in spells. A batch that was expected to have none and has some is stored twice, once in vain. */
const WARY_BATCHES = 100;

export class StagedBatches {
  readonly #pool: pg.Pool;
  /** Connections that have a stage. */
  readonly #staged = new WeakSet<pg.PoolClient>();
  /** For so many batches more duplicates are expected. */
  #wary = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /**
   * Stores a batch in one transaction.
   * @param rows its sales as `copyRows` makes them
   * Errors: `FenceLost`, and PostgreSQL's.
   */
  async apply(batch: BatchPiece, rows: Uint8Array): Promise<PieceResult> {
    if (this.#wary > 0) {
      this.#wary -= 1;
      return this.#applyWith(anyBatch, batch, rows);
    }
    try {
      return await this.#applyWith(newBatch, batch, rows);
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      this.#wary = WARY_BATCHES;
      return this.#applyWith(anyBatch, batch, rows);
    }
  }

  #applyWith(statement: typeof anyBatch, batch: BatchPiece, rows: Uint8Array): Promise<PieceResult> {
    return inTransaction(
      this.#pool,
      async (client) => {
        const result = await runStatement(client, batch, statement);
        if (!result.fenceHeld) throw new FenceLost();
        return result;
      },
      async (client) => {
        await beginWithStage(client, rows, { hasStage: this.#staged.has(client) });
        this.#staged.add(client);
      },
    );
  }
}

/**
 * Begins a transaction with the rows on the stage.
 * @param hasStage whether the connection has one from a transaction before
 */
export async function beginWithStage(
  client: pg.ClientBase,
  rows: Uint8Array,
  { hasStage }: { readonly hasStage: boolean },
): Promise<void> {
  if (isPooled(client)) {
    await beginTransaction(client);
    await client.query(createPassingStage);
    return copyIn(client, copyToStage, rows);
  }
  if (!hasStage) await client.query(createStage);
  return copyIn(client, beginCopyToStage, rows);
}
