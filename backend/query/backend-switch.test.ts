import { describe, expect, it } from 'vitest';
import { noMeasures } from '../domain/measures.ts';
import type { BackendName } from '../domain/question.ts';
import { AppError } from '../lib/app-error.ts';
import type { Clock } from '../ports/clock.ts';
import { BackendSwitch, type SwitchedBackend } from './backend-switch.ts';

const day = '2026-11-22';
const clock: Clock = { now: () => 0, sleep: async () => undefined };

/** A backend whose answers, failures and delays the test decides. */
class ScriptedBackend implements SwitchedBackend {
  readonly name: BackendName;
  version = 1;
  failure: Error | null = null;
  gate: Promise<void> = Promise.resolve();
  asked = 0;
  cleared = 0;
  onAsk: () => void = () => {};

  constructor(name: BackendName) {
    this.name = name;
  }

  answer: SwitchedBackend['answer'] = async () => {
    this.asked += 1;
    this.onAsk();
    await this.gate;
    if (this.failure) throw this.failure;
    return {
      value: noMeasures as never,
      backend: this.name,
      source: 'postgres',
      watermark: { version: this.version, asOf: 0 },
      tookMs: 0,
    };
  };

  async clear(): Promise<void> {
    this.cleared += 1;
  }
}

function start(options: { fallback: boolean }) {
  const sql = new ScriptedBackend('sql');
  const materialized = new ScriptedBackend('materialized');
  const backends = new BackendSwitch({ sql, materialized, chosen: 'materialized', clock, ...options });
  return { sql, materialized, backends, summary: () => backends.answer('summary', { day }) };
}

describe('backend switch', () => {
  it('asks the chosen backend, and the other one from the switch on', async () => {
    const { backends, summary } = start({ fallback: true });
    expect((await summary()).backend).toBe('materialized');
    backends.switchTo('sql');
    expect(backends.chosen).toBe('sql');
    expect((await summary()).backend).toBe('sql');
  });

  it('still answers a question that was on its way when the choice changed', async () => {
    const { backends, materialized, summary } = start({ fallback: false });
    let release = () => {};
    materialized.gate = new Promise((resolve) => {
      release = resolve;
    });
    const asked = summary();
    backends.switchTo('sql');
    release();
    expect((await asked).backend).toBe('materialized');
  });

  it('answers a question that fails on its way from the backend chosen meanwhile, with no fallback about it', async () => {
    const { backends, materialized, summary } = start({ fallback: false });
    materialized.failure = new Error('gone');
    materialized.onAsk = () => backends.switchTo('sql');
    const answer = await summary();
    expect(answer.backend).toBe('sql');
    expect(answer.fallback).toBeUndefined();
  });

  it('loses no question while it is switched to and fro', async () => {
    const { backends, summary } = start({ fallback: false });
    const asked: Promise<unknown>[] = [];
    for (let time = 0; time < 200; time += 1) {
      asked.push(summary());
      backends.switchTo(time % 2 === 0 ? 'sql' : 'materialized');
      if (time % 10 === 0) await Promise.resolve();
    }
    expect(await Promise.all(asked)).toHaveLength(200);
  });

  it('answers from the other backend when allowed, and marks the answer with the reason', async () => {
    const { materialized, summary } = start({ fallback: true });
    materialized.failure = new Error('The read model did not answer: away');
    expect(await summary()).toMatchObject({
      backend: 'sql',
      fallback: { chosen: 'materialized', reason: 'The read model did not answer: away' },
    });
    materialized.failure = null;
    expect((await summary()).fallback).toBeUndefined();
  });

  it('fails without permission, naming the backend and what to do', async () => {
    const { backends, materialized, sql, summary } = start({ fallback: true });
    backends.setFallback(false);
    materialized.failure = new Error('away');
    const error = await summary().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'not_available', message: 'The materialized backend could not answer: away' });
    expect((error as AppError).hint).toMatch(/sql backend/);
    expect(sql.asked).toBe(0);
  });

  it('names both when both fail', async () => {
    const { materialized, sql, summary } = start({ fallback: true });
    materialized.failure = new Error('first');
    sql.failure = new Error('second');
    await expect(summary()).rejects.toMatchObject({
      code: 'not_available',
      message: expect.stringMatching(/materialized: first.*sql: second/),
    });
  });

  it('passes a bad question on without asking the other backend', async () => {
    const { materialized, sql, summary } = start({ fallback: true });
    materialized.failure = new AppError('bad_question', 'no such day');
    await expect(summary()).rejects.toMatchObject({ code: 'bad_question' });
    expect(sql.asked).toBe(0);
  });

  it('never shows a lower version of a day: it waits for a backend that is behind', async () => {
    const { backends, materialized, sql, summary } = start({ fallback: false });
    backends.switchTo('sql');
    sql.version = 7;
    await summary();
    backends.switchTo('materialized');
    materialized.version = 6;
    materialized.onAsk = () => {
      if (materialized.asked === 3) materialized.version = 7;
    };
    expect((await summary()).watermark.version).toBe(7);
    expect(materialized.asked).toBe(3);
  });

  it('treats a backend that stays behind as failed', async () => {
    const { backends, materialized, sql, summary } = start({ fallback: true });
    backends.switchTo('sql');
    sql.version = 7;
    await summary();
    backends.switchTo('materialized');
    materialized.version = 6;
    expect(await summary()).toMatchObject({
      backend: 'sql',
      watermark: { version: 7 },
      fallback: { chosen: 'materialized' },
    });
    backends.setFallback(false);
    await expect(summary()).rejects.toMatchObject({
      code: 'not_available',
      message: expect.stringContaining('behind'),
    });
  });

  it('forgets what was shown when the data was rebuilt, an answer on its way included', async () => {
    const { backends, materialized, sql, summary } = start({ fallback: false });
    materialized.version = 9;
    await summary();
    let release = () => {};
    materialized.gate = new Promise((resolve) => {
      release = resolve;
    });
    const onItsWay = summary();
    await backends.clear();
    release();
    await onItsWay;
    expect([sql.cleared, materialized.cleared]).toEqual([1, 1]);
    materialized.version = 1;
    expect((await summary()).watermark.version).toBe(1);
  });

  it('tells its listeners of a change, and only of a change', () => {
    const { backends } = start({ fallback: true });
    let told = 0;
    const leave = backends.onChange(() => {
      told += 1;
    });
    backends.switchTo('materialized');
    backends.setFallback(true);
    expect(told).toBe(0);
    backends.switchTo('sql');
    backends.setFallback(false);
    expect(told).toBe(2);
    leave();
    backends.switchTo('materialized');
    expect(told).toBe(2);
  });
});
