import { afterAll, beforeAll, expect, it } from 'vitest';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLogger } from '../ports/logger.ts';
import { fillOutbox } from '../postgres/rebuild-sql.ts';
import type { IngestFixture } from '../testing/ingest-fixture.ts';
import { openIngestFixture, saleMessage } from '../testing/ingest-fixture.ts';
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
