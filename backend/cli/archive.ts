/** Retention: sales of old business days moved into files, `sale-<day>.ndjson.gz`, and back. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open as openFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import { AppError, codeOf } from '../lib/app-error.ts';
import type { DayTotals, SaleArchive } from '../ports/sale-archive.ts';
import type { Runtime } from '../runtime.ts';
import { audited } from './audit.ts';
import { type Flags, UsageError } from './flags.ts';
import { type Command, type CommandContext, interruption, type OpenOptions, open } from './open.ts';

/** Rows given to the database at once. */
const someLines = 5_000;
/** How long `archive` waits for services that are away, ms. */
const patienceMs = 60_000;

export const archive: Command = async (flags, context) => {
  const { before, to } = flags;
  if (before === undefined || to === undefined) throw new UsageError('archive wants --before <day> and --to <folder>');
  if (!/^\d{4}-\d\d-\d\d$/.test(before) || Number.isNaN(Date.parse(before))) {
    throw new UsageError(`--before wants a day such as 2026-01-31, not "${before}"`);
  }
  return withRuntime(flags, context, { alone: true, patienceMs }, async (runtime) => {
    const today = createBusinessCalendar(runtime.status()).dayOf(Date.now());
    if (before > today)
      throw new UsageError(`--before ${before} is after today, ${today}: days that go on are not archived`);
    // What waits in the log would be refused once its day is archived.
    if (!(await runtime.catchUp(interruption(runtime)))) throw notAllStored();
    const folder = resolve(to);
    await mkdir(folder, { recursive: true });
    const days = await runtime.archive.daysBefore(before);
    for (const day of days) {
      const entry = { action: 'data.archive', target: day.day };
      const words = await audited(runtime, flags, entry, () => archiveDay(runtime.archive, day, folder));
      process.stdout.write(words);
    }
    process.stdout.write(`archived ${days.length} business days\n`);
  });
};

export const restore: Command = async (flags, context) => {
  const { from } = flags;
  if (from === undefined) throw new UsageError('restore wants --from <file>');
  return withRuntime(flags, context, { consume: false }, async (runtime) => {
    const { archive: kept } = runtime;
    const name = basename(from);
    const day = (await kept.archived()).find(({ file }) => file === name);
    if (!day) throw new UsageError(`no archived day of these data has its sales in ${name}`);
    await audited(runtime, flags, { action: 'data.restore', target: day.day }, async () => {
      if ((await sha256Of(from)) !== day.sha256)
        throw new UsageError(`${from} is not as it was written: it was changed or cut short`);
      await kept.restore(day.day, linesOf(from));
    });
    process.stdout.write(`restored ${day.events} events of ${day.day}\n`);
  });
};

async function withRuntime(
  flags: Flags,
  context: CommandContext,
  options: Omit<OpenOptions, 'mustExist'>,
  work: (runtime: Runtime) => Promise<void>,
) {
  const runtime = await open(flags, context, { mustExist: true, ...options });
  try {
    await work(runtime);
    return 0;
  } finally {
    await runtime.close();
  }
}

function notAllStored(): AppError {
  return new AppError('data_changed', 'Events wait in the log that are not stored: no day was archived.', {
    hint: 'They would be refused once their day is archived. Find out with check what keeps them from being stored.',
  });
}

/** Writes the file, makes it durable, and only then takes the sales out of the database. */
async function archiveDay(kept: SaleArchive, totals: DayTotals, folder: string): Promise<string> {
  const file = `sale-${totals.day}.ndjson.gz`;
  const path = join(folder, file);
  const unfinished = `${path}.part`;
  try {
    await writeDay(kept, totals.day, unfinished);
    const sha256 = await sha256Of(unfinished);
    const there = await sha256Of(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    // The same day of the same data, written by a run that was interrupted, has the same bytes.
    if (there !== null && there !== sha256) throw new UsageError(`${path} holds something else: move it away`);
    await rename(unfinished, path);
    await syncFolder(folder);
    await kept.remove({ ...totals, file, sha256 });
  } finally {
    await rm(unfinished, { force: true });
  }
  return `${totals.day}  ${totals.events} events  ${path}\n`;
}

/** Durable when it resolves. */
async function writeDay(kept: SaleArchive, day: BusinessDay, path: string): Promise<void> {
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(path, { mode: 0o600, flush: true }));
  const read = kept.read(day, async (lines) => {
    if (!gzip.write(`${lines.join('\n')}\n`)) await Promise.race([once(gzip, 'drain'), written]);
  });
  try {
    await Promise.race([read, written]);
  } finally {
    gzip.end();
    await written;
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await openFile(folder, 'r');
  await handle.sync();
  await handle.close();
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  const lines = createInterface({
    input: createReadStream(path).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let some: string[] = [];
  for await (const line of lines) {
    some.push(line);
    if (some.length < someLines) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
