import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryAnswerCache } from '../embedded/memory-answer-cache.ts';
import { MemoryReadModel } from '../embedded/memory-read-model.ts';
import type { Projector } from '../ingest/projector.ts';
import { day, StoredBatches } from '../testing/stored-batches.ts';
import { type ProofParts, proveHeldDay } from './read-model-proof.ts';

let stored: StoredBatches;
let model: MemoryReadModel;
let projector: Projector;
/** Happens between two looks. */
let meanwhile: () => Promise<void>;
let looks: number;

beforeEach(async () => {
  stored = new StoredBatches();
  model = new MemoryReadModel();
  projector = stored.projector(model, new MemoryAnswerCache());
  meanwhile = async () => {};
  looks = 0;
  stored.commit();
  await projector.replay();
});

const outboxDays = async () => [...new Set([...stored.outbox.keys()].map((key) => key.slice(0, day.length)))];

function prove() {
  const parts: ProofParts = {
    ...{ model, reader: stored.rollups, store: { outboxDays }, looks: { left: 100 } },
    clock: {
      async sleep() {
        looks += 1;
        await meanwhile();
      },
    },
  };
  return proveHeldDay(parts, day);
}

describe('the proof of a day that the read model holds', () => {
  it('is done in one look while nothing is stored', async () => {
    const proof = await prove();
    expect(proof).toMatchObject({ problems: [], undecided: null, last: { grossCents: 3000n } });
    expect(looks).toBe(0);
  });

  it('looks again at what is behind, and decides once that has been projected', async () => {
    const batch = stored.commit();
    meanwhile = () => projector.project([batch]);
    expect(await prove()).toMatchObject({ problems: [], undecided: null, last: { grossCents: 6000n } });
    expect(looks).toBe(1);
  });

  it('decides while others keep storing, as the rows come to rest one after the other', async () => {
    let behind = stored.commit();
    meanwhile = async () => {
      await projector.project([behind]);
      // Partitions take turns: the rows of one rest meanwhile.
      behind = stored.commit(looks % 2);
    };
    const { problems, undecided } = await prove();
    expect(problems).toEqual([]);
    expect(undecided).not.toBeNull();
    meanwhile = () => projector.project([behind]);
    expect(await prove()).toMatchObject({ problems: [], undecided: null });
  });

  it('does not decide about sales that wait to be projected', async () => {
    stored.commit();
    expect(await prove()).toMatchObject({ problems: [], undecided: `sales of ${day} wait to be projected` });
  });

  it('finds rows that were never projected although no outbox row is left', async () => {
    stored.commit();
    stored.outbox.clear();
    const { problems, undecided } = await prove();
    expect(undecided).toBeNull();
    expect(problems[0]).toContain(`Read model, ${day}: `);
    expect(problems.join()).toContain('PostgreSQL has 6000 cents gross');
  });

  it('finds a wrong total of the right version, also while others store', async () => {
    const { days } = await stored.rollups.dayRows(day);
    const wrong = days.map((row) => ({ ...row, measures: { ...row.measures, grossCents: 1n } }));
    const fresh = new MemoryReadModel();
    const build = await fresh.beginBuild(day);
    await fresh.apply({ ...(await stored.rollups.dayRows(day)), days: wrong });
    await fresh.endBuild(day, build);
    model = fresh;
    meanwhile = async () => {
      stored.commit(1);
    };
    const { problems } = await prove();
    expect(problems).toEqual([expect.stringContaining('partition 0, whole day has 1 cents gross')]);
  });

  it('has nothing against a day that is not held', async () => {
    await model.clear();
    expect(await prove()).toEqual({ problems: [], undecided: null, last: null });
  });
});
