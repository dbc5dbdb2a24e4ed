import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { fillOutbox } from '../postgres/rebuild-sql.ts';
import { readModelDifferences } from '../query/read-model-check.ts';
import type { IngestFixture } from '../testing/ingest-fixture.ts';
import { openIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';
import { day, StoredBatches } from '../testing/stored-batches.ts';
import type { ProjectorParts } from './projector.ts';
import { Projector } from './projector.ts';

let fixture: IngestFixture;

beforeAll(async () => {
  fixture = await openIngestFixture();
  const { consumer } = fixture.start();
  await fixture.log.append([saleMessage(1)]);
  await consumer.drained();
  await consumer.stop();
  await fixture.pool.query(fillOutbox);
});
afterAll(() => fixture.close());

function projectorOn(parts: Partial<ProjectorParts>): Projector {
  const { store, rollups } = fixture;
  const readModel = new MemoryReadModel();
  const answers = new MemoryAnswerCache();
  return new Projector({ store, rollups, readModel, answers, clock: systemClock, logger: silentLogger, ...parts });
}

it('stays behind when it was marked so during a replay, which may not have seen what is missing', async () => {
  const { store } = fixture;
  const projector = projectorOn({
    store: {
      outboxDays: async () => {
        const days = await store.outboxDays();
        if (!marked) projector.markBehind();
        marked = true;
        return days;
      },
      dayVersions: (days) => store.dayVersions(days),
      clearOutbox: (changes) => store.clearOutbox(changes),
    },
  });
  let marked = false;
  await projector.replay();
  expect([projector.behind, projector.replayDue]).toEqual([true, true]);
  await projector.replay();
  expect(projector.behind).toBe(false);
});

it('does not wait for a clock that was set back to reach the time of its next attempt', async () => {
  let now = 10 * 3_600_000;
  const projector = projectorOn({
    clock: { ...systemClock, now: () => now },
    rollups: { dayRows: () => Promise.reject(new Error('away')) },
  });
  await fixture.pool.query(fillOutbox);
  await projector.replay();
  expect(projector.replayDue).toBe(false);
  now -= 3_600_000;
  expect(projector.replayDue).toBe(true);
});

describe('a read model that came back with something else than was written', () => {
  const measures = { grossCents: 1n, refundCents: 0n, sales: 1, refunds: 0, admits: 1 };
  const rowOfBefore = { day, theaterId: 99, movieId: 99, measures, version: 1 };

  async function holding(version: number) {
    const stored = new StoredBatches();
    for (let index = 0; index < 20; index += 1) stored.commit(index % 2);
    const readModel = new MemoryReadModel();
    const token = await readModel.beginBuild(day);
    const days = [{ day, partition: 9, measures, version }];
    await readModel.apply({ theaterMovies: [rowOfBefore], theaterQuarters: [], minutes: [], days });
    await readModel.endBuild(day, token);
    return { stored, readModel, projector: stored.projector(readModel, new MemoryAnswerCache()) };
  }

  it('is made right when it lacks what was projected and taken from the outbox', async () => {
    const stored = new StoredBatches();
    const readModel = new MemoryReadModel();
    const projector = stored.projector(readModel, new MemoryAnswerCache());
    stored.commit();
    await projector.replay();
    stored.commit();
    stored.outbox.clear();
    await projector.replay();
    expect((await readModel.days(day))?.version).toBe(2);
    expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
  });

  it('keeps no row of before a rebuild, whether the outbox tells of the day or not', async () => {
    for (const told of [true, false]) {
      const { stored, readModel, projector } = await holding(9);
      if (!told) stored.outbox.clear();
      await projector.replay();
      expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
    }
  });

  it('keeps no row and no answer of another database, whose versions are higher', async () => {
    const { stored, readModel } = await holding(5_000);
    const answers = new MemoryAnswerCache();
    await answers.set(day, 'a', { value: 1, version: 5_000, asOf: 0 });
    await stored.projector(readModel, answers).replay();
    expect(await readModelDifferences(readModel, stored.rollups)).toEqual([]);
    expect(await answers.get(day, 'a')).toBeUndefined();
  });
});
