/** COPY ... FROM STDIN on a connection of the `pg` library, for data that is in memory already. */
import type pg from 'pg';
import type { Sql } from '../lib/sql.ts';

/** What the library's connection can do beyond its published types. */
interface CopyConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** Copying in pieces of this size lets the server begin before all is sent. */
const CHUNK_BYTES = 256 * 1024;

/**
 * One COPY as the library's queue runs it: the methods are those that it calls on a query. The library sets `callback`
 * anew when it watches the time.
 */
class CopyIn implements pg.Submittable {
  callback: (error: Error | null) => void;
  readonly #text: Sql;
  readonly #data: Uint8Array;

  constructor(text: Sql, data: Uint8Array, callback: (error: Error | null) => void) {
    this.#text = text;
    this.#data = data;
    this.callback = callback;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    for (let start = 0; start < this.#data.length; start += CHUNK_BYTES) {
      connection.sendCopyFromChunk(this.#data.subarray(start, start + CHUNK_BYTES));
    }
    connection.endCopyFrom();
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}

/**
 * Runs `text`, a COPY FROM STDIN (statements without a result may precede it), with `data` as its whole input.
 * Errors: those of the server and of the connection, as from any query.
 */
export function copyIn(client: pg.ClientBase, text: Sql, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(text, data, (error) => (error ? reject(error) : resolve())));
  });
}
