/** A program that opens a data folder, writes to it, says so, and stays until it is killed. */
import { openEmbeddedDatabase } from '../embedded/embedded-database.ts';
import { silentLogger } from '../ports/logger.ts';
import { startSourceWorker } from './embedded-test-database.ts';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('usage: hold-data-folder.ts <folder>');

const { pool } = await openEmbeddedDatabase({
  dataDir,
  startWorker: startSourceWorker,
  onProgress: () => {},
  logger: silentLogger,
});
await pool.query('create table held as select generate_series(1, 1000) as value');
process.stdout.write('holding\n');
setInterval(() => {}, 60_000);
