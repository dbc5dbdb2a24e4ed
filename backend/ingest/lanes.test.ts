import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../ports/event-log.ts';
import { type LaneWork, runLanes } from './lanes.ts';

const batch = (partition: number, nextOffset: number): LogBatch => ({
  topic: 'ticket-sales',
  partition,
  startOffset: BigInt(nextOffset),
  records: [],
  emptyOffsets: 0,
  nextOffset: BigInt(nextOffset),
  endOffset: 100n,
});
const nameOf = ({ partition, nextOffset }: LogBatch) => `${partition}/${nextOffset}`;

/** Notes what begins and ends; storing takes a moment. */
function noted(over: Partial<LaneWork<string>> = {}) {
  const notes: string[] = [];
  const work: LaneWork<string> = {
    decode: async (each) => {
      notes.push(`decode ${nameOf(each)}`);
      return nameOf(each);
    },
    store: async (_batch, name) => {
      notes.push(`store ${name}`);
      await sleep(5);
      notes.push(`stored ${name}`);
      return true;
    },
    goesOn: () => true,
    ...over,
  };
  return { notes, work, stored: () => notes.filter((note) => note.startsWith('stored ')) };
}

describe('lanes', () => {
  it('store the batches of different partitions at the same time, those of one in order', async () => {
    const { notes, work, stored } = noted();
    await runLanes([batch(0, 1), batch(1, 1), batch(0, 2), batch(2, 1), batch(0, 3)], 2, work);
    expect(stored()).toHaveLength(5);
    expect(stored().filter((note) => note.startsWith('stored 0'))).toEqual(['stored 0/1', 'stored 0/2', 'stored 0/3']);
    expect(notes.indexOf('store 1/1')).toBeLessThan(notes.indexOf('stored 0/1'));
  });

  it('store one after the other when there is a single one, and decode the next meanwhile', async () => {
    const { notes, work } = noted();
    await runLanes([batch(0, 1), batch(1, 1)], 1, work);
    expect(notes).toEqual(['decode 0/1', 'store 0/1', 'decode 1/1', 'stored 0/1', 'store 1/1', 'stored 1/1']);
  });

  it('leave the rest of a partition that cannot be stored now, and of no other', async () => {
    const tried: string[] = [];
    const store = async (each: LogBatch) => {
      tried.push(nameOf(each));
      return each.partition !== 0;
    };
    await runLanes([batch(0, 1), batch(0, 2), batch(1, 1), batch(1, 2)], 1, noted({ store }).work);
    expect(tried).toEqual(['0/1', '1/1', '1/2']);
  });

  it('finish what is under way before a failure is thrown, and begin nothing more', async () => {
    const { notes, work, stored } = noted();
    const store = async (each: LogBatch, name: string) => {
      if (each.partition === 0) throw new Error('refused');
      return work.store(each, name);
    };
    const all = [batch(0, 1), batch(1, 1), batch(1, 2)];
    await expect(runLanes(all, 2, { ...work, store })).rejects.toThrow('refused');
    expect(stored()).toEqual(['stored 1/1']);
    expect(notes).not.toContain('store 1/2');
  });
});
