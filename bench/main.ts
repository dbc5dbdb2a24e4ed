/** Runs the benches one after the other, prints their figures, and writes them to `--json <file>` when asked to. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { batchTransaction, databaseStart, embeddedIngest } from './embedded.ts';
import type { Bench, Figure } from './figures.ts';
import { formatFigure } from './figures.ts';
import { questionsAndTicks } from './questions.ts';

const benches: readonly (readonly [title: string, bench: Bench])[] = [
  ['Start of the embedded database', databaseStart],
  ['Batch transaction and bare insert', batchTransaction],
  ['Embedded ingest, log to read model', embeddedIngest],
  ['Questions over a fortnight, and live ticks', questionsAndTicks],
];

const { values } = parseArgs({ options: { json: { type: 'string' } } });
const machine = { processors: availableParallelism(), memoryBytes: totalmem(), node: process.versions.node };
process.stdout.write(
  `Node ${machine.node}, ${machine.processors} processors, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB\n`,
);

const figures: Figure[] = [];
for (const [title, bench] of benches) {
  process.stdout.write(`\n${title}\n`);
  for (const figure of await bench()) {
    figures.push(figure);
    process.stdout.write(`  ${formatFigure(figure)}\n`);
  }
}

if (values.json !== undefined) {
  const report = { machine, figures: Object.fromEntries(figures.map(({ name, value }) => [name, value])) };
  await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
}
