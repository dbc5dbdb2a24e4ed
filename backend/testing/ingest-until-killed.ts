/**
 * A program that appends sales to a data folder and stores them at the same time, until it is killed. After each
 * append that the log has acknowledged it writes the number of sales acknowledged so far (of all runs) on a line.
 */
import { openIngestFixture, saleMessage } from './ingest-fixture.ts';

const [dataDir, first] = process.argv.slice(2);
if (!dataDir || !first) throw new Error('usage: ingest-until-killed.ts <folder> <number of the first sale>');

const PER_APPEND = 40;

const { log, start } = await openIngestFixture(dataDir);
const { consumer } = start();
let next = Number(first);
for (;;) {
  const batch = Array.from({ length: PER_APPEND }, (_, index) => saleMessage(next + index));
  await log.append(batch);
  next += PER_APPEND;
  process.stdout.write(`${next}\n`);
  await consumer.waitForRoom();
}
