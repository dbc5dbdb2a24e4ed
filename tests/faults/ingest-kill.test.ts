import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { walkRetainedEvents } from '../../backend/ingest/retained-events.ts';
import { findMissing } from '../../backend/postgres/check.ts';
import { makeDataFolder } from '../../backend/testing/embedded-test-database.ts';
import { decode, openIngestFixture } from '../../backend/testing/ingest-fixture.ts';
import { uuidOf } from '../../backend/testing/sale-line.ts';
import { TOPIC } from '../../backend/testing/store-fixture.ts';

const program = fileURLToPath(new URL('../../backend/testing/ingest-until-killed.ts', import.meta.url));
const ROUNDS = 6;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reelmetrics-kill-'));
  await makeDataFolder(dataDir);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs the program for some time from its first acknowledged append on, and kills it. Returns how many were acknowledged. */
async function runUntilKilled(first: number, runMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, dataDir, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  let acknowledged = first;
  let killAfter = () => {
    killAfter = () => {};
    setTimeout(() => child.kill('SIGKILL'), runMs);
  };
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line);
    killAfter();
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

it('stores every acknowledged sale exactly once, whenever the program is killed', async () => {
  let next = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const acknowledged = await runUntilKilled(next, 100 + Math.random() * 700);
    const fixture = await openIngestFixture(dataDir);
    const storedBefore = (await fixture.check()).stored;
    await fixture.start().consumer.drained();

    const check = await fixture.check();
    expect(check.problems).toEqual({ I2: [], I3: [], I4: [] });
    expect(check).toMatchObject({ inFlight: 0, duplicates: 0, deadLettered: 0, produced: check.stored });
    // An append may be in the log although its acknowledgement was lost; never the other way round.
    expect(check.stored).toBeGreaterThanOrEqual(acknowledged);
    expect(storedBefore).toBeLessThanOrEqual(check.stored);
    const ids = (await fixture.rows('select id::text as id from sale order by id')).map((row) => row.id);
    expect(ids).toEqual(Array.from({ length: check.stored }, (_, index) => uuidOf(index)));

    const missing: unknown[] = [];
    let read = 0;
    const walked = { log: fixture.log, decode, now: Date.now };
    await walkRetainedEvents(walked, await fixture.log.partitions(), async ({ partition, events, records }) => {
      read += records.length;
      missing.push(...(await findMissing(fixture.pool, TOPIC, partition, events)));
    });
    expect(missing).toEqual([]);
    expect(read).toBe(check.produced);
    next = check.stored;
    await fixture.close();
  }
  expect(next).toBeGreaterThan(ROUNDS * 100);
});
