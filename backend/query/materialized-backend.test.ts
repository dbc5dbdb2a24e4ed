import { describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import type { RollupRows } from '../domain/rollup.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { systemClock } from '../ports/clock.ts';
import { NaiveRollups } from '../testing/naive-rollups.ts';
import { saleLine } from '../testing/sale-line.ts';
import { MaterializedBackend } from './materialized-backend.ts';
import { readModelDifferences } from './read-model-check.ts';

const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
const day = '2026-11-22';
const noon = Date.parse('2026-11-22T12:00:00Z');
const theaters = [{ id: 1, name: 'One', city: 'Town', screens: 1, seats: 10, showingsPerScreen: 1 }];

/** Rollups whose reading of a day can be held back after its rows were taken. */
class GatedRollups extends NaiveRollups {
  reads = 0;
  gate: Promise<void> = Promise.resolve();
  failure: Error | null = null;

  override async dayRows(of: string): Promise<RollupRows> {
    this.reads += 1;
    if (this.failure) throw this.failure;
    const rows = await super.dayRows(of);
    await this.gate;
    return rows;
  }

  hold(): () => void {
    let release = () => {};
    this.gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }
}

function start() {
  const model = new MemoryReadModel();
  const reader = new GatedRollups(calendar, theaters);
  const backend = new MaterializedBackend({
    model,
    reader,
    catalogue: { theaters, movies: [] },
    calendar: () => calendar,
    clock: systemClock,
  });
  let index = 0;
  const store = async () => model.apply(reader.store(0, [saleLine(index++, { soldAt: noon }, calendar)]));
  const sold = async () => (await backend.answer('summary', { day })).value.sales;
  return { model, reader, backend, store, sold };
}

/** Lets everything run that can run without waiting for a gate. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('materialized backend', () => {
  it('builds a day once for all who ask at the same time, and then answers from the read model', async () => {
    const { reader, backend, store } = start();
    await store();
    const release = reader.hold();
    const asked = Array.from({ length: 5 }, () => backend.answer('summary', { day }));
    await settle();
    release();
    const answers = await Promise.all(asked);
    expect(reader.reads).toBe(1);
    expect(answers.map((answer) => [answer.source, answer.value.sales, answer.watermark.version])).toEqual(
      Array.from({ length: 5 }, () => ['postgres', 1, 1]),
    );
    expect(await backend.answer('summary', { day })).toMatchObject({ source: 'read-model', watermark: { version: 1 } });
    expect(reader.reads).toBe(1);
  });

  it('has a batch that was stored and projected while the day was being built', async () => {
    const { reader, backend, store, sold, model } = start();
    await store();
    const release = reader.hold();
    const first = backend.answer('summary', { day });
    await settle();
    await store();
    release();
    expect((await first).value.sales).toBe(1);
    expect(await sold()).toBe(2);
    expect(await readModelDifferences(model, reader)).toEqual([]);
  });

  it('names what failed, and builds again at the next question', async () => {
    const { reader, backend, store, sold } = start();
    await store();
    reader.failure = new Error('connection lost');
    await expect(backend.answer('summary', { day })).rejects.toMatchObject({
      code: 'not_available',
      message: 'PostgreSQL did not answer: connection lost',
    });
    reader.failure = null;
    expect(await sold()).toBe(1);
  });

  it('keeps nothing of a build that was under way when it was cleared', async () => {
    const { reader, backend, store, sold, model } = start();
    await store();
    const release = reader.hold();
    const first = backend.answer('summary', { day });
    await settle();
    const cleared = backend.clear();
    const during = sold();
    await settle();
    release();
    await Promise.all([first, cleared, during]);
    expect(await model.builtDays()).toEqual([]);
    await store();
    expect(await sold()).toBe(2);
  });

  it('lets builds that come during a clearing wait for it, without waiting for each other', async () => {
    const { backend, store, sold } = start();
    await store();
    await sold();
    const cleared = backend.clear();
    expect(await sold()).toBe(1);
    await cleared;
    await backend.clear();
    expect(await sold()).toBe(1);
  });

  it('prepares days ahead with progress, leaves built ones alone, and stops when told', async () => {
    const { reader, backend, store } = start();
    await store();
    const seen: number[] = [];
    await backend.prepare(['2026-11-20', '2026-11-21', day], { onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([0, 1, 2, 3]);
    expect((await backend.answer('summary', { day })).source).toBe('read-model');
    await backend.prepare([day]);
    expect(reader.reads).toBe(3);
    await expect(backend.prepare(['2026-01-01'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('read model check', () => {
  it('finds nothing in a model that is right', async () => {
    const { reader, model, store, sold } = start();
    await store();
    await sold();
    await store();
    expect(await readModelDifferences(model, reader)).toEqual([]);
  });

  it('says which rows are wrong, missing or too many', async () => {
    const { reader, model, store, sold } = start();
    await store();
    await sold();
    // A batch that never reaches the model.
    reader.store(0, [saleLine(77, { soldAt: noon + 3_600_000, theaterId: 9 }, calendar)]);
    const differences = await readModelDifferences(model, reader);
    expect(differences).toContain('Read model, 2026-11-22: theatre 9, movie 1 is missing.');
    expect(differences).toContain(
      'Read model, 2026-11-22: partition 0, whole day has 1000 cents gross, 0 cents refunded, 1 sales, 0 refunds, 1 admits; PostgreSQL has 2000 cents gross, 0 cents refunded, 2 sales, 0 refunds, 2 admits.',
    );
    const measures = { grossCents: 1n, refundCents: 0n, sales: 1, refunds: 0, admits: 1 };
    await model.apply({
      theaterMovies: [{ day, theaterId: 5, movieId: 5, measures, version: 1 }],
      theaterQuarters: [],
      minutes: [],
      days: [],
    });
    expect(await readModelDifferences(model, reader)).toContain(
      'Read model, 2026-11-22: theatre 5, movie 5 is not in PostgreSQL.',
    );
  });
});
