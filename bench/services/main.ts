/** Runs the benches on services one after the other, prints their figures, and writes them to `--json <file>` when asked to. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure } from '../figures.ts';
import { formatFigure } from '../figures.ts';
import { catchingUp, latency } from './console.ts';
import { growth, ingest } from './ingest.ts';
import { projection } from './projection.ts';
import { questions } from './questions.ts';
import { openStage, type Stage } from './stage.ts';
import { storage } from './storage.ts';

const benches = {
  ingest: ['Kafka to PostgreSQL to Redis, and a bare COPY', ingest],
  growth: ['One, two and four workers', growth],
  storage: ['What a million sales take', storage],
  projection: ['Upserts of the read model, and a bare pipeline', projection],
  latency: ['The way to the window at 2,000 events a second', latency],
  catchingUp: ['The console while it catches up', catchingUp],
  questions: ['Questions over 1 and 10 million sales', questions],
} as const satisfies Record<string, readonly [title: string, bench: (stage: Stage) => Promise<readonly Figure[]>]>;
type BenchName = keyof typeof benches;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true, default: Object.keys(benches) },
    scale: { type: 'string', default: '1' },
  },
});
const scale = Number(values.scale);
if (!(scale > 0 && scale <= 1)) throw new Error('--scale wants a number above 0, at most 1');
const unknown = values.only.find((name) => !Object.hasOwn(benches, name));
if (unknown !== undefined)
  throw new Error(`There is no bench ${unknown}; there are ${Object.keys(benches).join(', ')}`);

const machine = { processors: availableParallelism(), memoryBytes: totalmem(), node: process.versions.node };
process.stdout.write(
  `Node ${machine.node}, ${machine.processors} processors, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB\n`,
);

/** `ingest.ratio` becomes `{ ingest: { ratio } }`. */
const report: Record<string, Record<string, number>> = {};
const stage = await openStage(scale);
try {
  for (const name of values.only as BenchName[]) {
    const [title, bench] = benches[name];
    process.stdout.write(`\n${title}\n`);
    for (const figure of await bench(stage)) {
      const [group = '', ...rest] = figure.name.split('.');
      report[group] = { ...report[group], [rest.join('.')]: figure.value };
      process.stdout.write(`  ${formatFigure(figure)}\n`);
    }
    await stage.clear();
  }
} finally {
  await stage.close();
}
if (values.json !== undefined) {
  await writeFile(values.json, `${JSON.stringify({ machine, scale, ...report }, undefined, 2)}\n`);
}
