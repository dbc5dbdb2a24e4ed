import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBusinessCalendar } from '../domain/business-day.ts';
import { createCatalogue } from '../domain/catalogue.ts';
import type { Question } from '../domain/question.ts';
import { createDecoder } from '../domain/ticket-sale.ts';
import { openTestDatabase, type TestDatabase } from '../testing/embedded-test-database.ts';
import { IngestRig } from '../testing/ingest-rig.ts';
import { naiveAnswer, questionsOfDay } from '../testing/naive-answers.ts';
import { uuidOf } from '../testing/sale-line.ts';
import { ask } from './ask.ts';

const zone = 'Europe/London';
const cutoverHour = 6;
const calendar = createBusinessCalendar({ zone, cutoverHour });
const catalogue = createCatalogue(
  [1, 2, 3, 4].map((id) => ({ id, name: `House ${id}`, city: 'Town', screens: 3, seats: 300, showingsPerScreen: 4 })),
  [1, 2, 3].map((id) => ({ id, title: `Film ${id}` })),
);
/** Noon of the day on which London's clock was put back: its business day before has 25 hours. */
const now = Date.parse('2026-10-25T12:00:00Z');
const today = calendar.dayOf(now);
const days = [-2, -1, 0, 1].map((offset) => calendar.addDays(today, offset));
const decode = createDecoder({ calendar, catalogue, currency: 'USD' });

const minute = 60_000;
/** Around bucket edges, around the cut-over, in the repeated hour, days late, and ahead of time. */
const soldAt = fc
  .tuple(
    fc.constantFrom(
      now,
      now - 14 * minute,
      calendar.startOf(today) - 1,
      calendar.startOf(today),
      Date.parse('2026-10-25T00:30:00Z'),
      Date.parse('2026-10-25T01:30:00Z'),
      now - 2 * 86_400_000,
      now + 20 * 3_600_000,
    ),
    fc.constantFrom(0, 0, -1, 1, minute, 15 * minute),
  )
  .map(([at, off]) => at + off);

/** What a producer sends: a new event, an event again (word for word, or with another amount), or nonsense. */
type Sent =
  | {
      readonly kind: 'new';
      readonly type: 'sale' | 'refund';
      readonly theaterId: number;
      readonly movieId: number;
      readonly tickets: number;
      readonly amountCents: number;
      readonly soldAt: number;
    }
  | { readonly kind: 'again'; readonly of: number; readonly amountCents: number | null }
  | { readonly kind: 'malformed'; readonly theaterId: number; readonly how: number };

const theaterId = fc.integer({ min: 1, max: 4 });
const sent: fc.Arbitrary<Sent> = fc.oneof(
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('new' as const),
      type: fc.constantFrom('sale', 'sale', 'sale', 'refund'),
      theaterId,
      movieId: fc.integer({ min: 1, max: 3 }),
      tickets: fc.integer({ min: 1, max: 5 }),
      // Few amounts, so that theatres tie; one that takes sums past what a float32 or an int4 holds.
      amountCents: fc.constantFrom(0, 500, 500, 1000, 1_000_000_000),
      soldAt,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('again' as const),
      of: fc.nat(100),
      amountCents: fc.constantFrom(null, null, 77),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('malformed' as const), theaterId, how: fc.nat(100) }),
  },
);

type Step =
  | { readonly kind: 'ingest'; readonly partition: number; readonly count: number; readonly crash: boolean }
  | { readonly kind: 'restart' }
  | { readonly kind: 'replay'; readonly partition: number; readonly back: number }
  | { readonly kind: 'ask'; readonly day: string; readonly which: number };

const partition = fc.integer({ min: 0, max: 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ingest' as const),
      partition,
      count: fc.integer({ min: 1, max: 12 }),
      // A crash between the commit and the projection.
      crash: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('replay' as const), partition, back: fc.integer({ min: 1, max: 10 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      day: fc.constantFrom(today, ...days),
      // Often one of the same few, so that the same question is asked before and after a batch.
      which: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.nat(100)),
    }),
  },
);

const questions = (day: string): Question[] =>
  questionsOfDay(
    day,
    [1, 2, 4],
    [calendar.startOf(day), calendar.startOf(day) + 15 * minute, now - (now % 900_000), calendar.endOf(day)],
  );

/** The bytes of everything sent, with the theatre that decides the partition. */
function encode(stream: readonly Sent[]): { theaterId: number; value: Uint8Array }[] {
  const events: { theaterId: number; event: Record<string, unknown> }[] = [];
  const messages: { theaterId: number; value: Uint8Array }[] = [];
  const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
  for (const [index, one] of stream.entries()) {
    if (one.kind === 'new') {
      const { kind: _, soldAt: at, ...facts } = one;
      const event = {
        v: 1,
        id: uuidOf(index),
        ...facts,
        ...(one.type === 'refund' ? { refundOf: uuidOf(index + 5000) } : {}),
        showtime: new Date(at + 60 * minute).toISOString(),
        channel: 'kiosk',
        currency: 'USD',
        soldAt: new Date(at).toISOString(),
      };
      events.push({ theaterId: one.theaterId, event });
      messages.push({ theaterId: one.theaterId, value: bytes(event) });
    } else if (one.kind === 'again') {
      const again = events[one.of % Math.max(1, events.length)];
      if (!again) continue;
      const { amountCents } = one;
      const event = amountCents === null ? again.event : { ...again.event, amountCents };
      messages.push({ theaterId: again.theaterId, value: bytes(event) });
    } else {
      const whole = { ...events[0]?.event, id: uuidOf(index + 9000) };
      const nonsense = [
        '{"v":1',
        '',
        { ...whole, tickets: 0 },
        { ...whole, theaterId: 99 },
        { ...whole, movieId: 99 },
        { ...whole, currency: 'EUR' },
        { ...whole, soldAt: new Date(now + 25 * 3_600_000).toISOString() },
        { ...whole, channel: 'a\0b' },
        [],
      ];
      messages.push({ theaterId: one.theaterId, value: bytes(nonsense[one.how % nonsense.length]) });
    }
  }
  return messages;
}

describe('both backends and a recomputation from the events', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const agree = async (rig: IngestRig, question: Question) => {
    const expected = naiveAnswer(question, rig.counted, { calendar, theaters: catalogue.theaters });
    const [sql, materialized] = await Promise.all([ask(rig.sql, question), ask(rig.materialized, question)]);
    expect(sql.value, `sql: ${JSON.stringify(question)}`).toEqual(expected);
    expect(materialized.value, `materialized: ${JSON.stringify(question)}`).toEqual(expected);
    expect(sql.watermark.version).toBe(materialized.watermark.version);
  };

  it('agree for every question, whatever comes in, however it is cut, and wherever it restarts', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(
        // 'max': the default size would leave most runs with a handful of steps, in which little can go wrong.
        fc.array(sent, { minLength: 1, maxLength: 80, size: 'max' }),
        fc.array(step, { maxLength: 24, size: 'max' }),
        async (stream, steps) => {
          runs += 1;
          const rig = new IngestRig({
            pool: database.pool,
            // A topic of its own, so that offsets of the run before do not count.
            topic: `run-${runs}`,
            decode,
            calendar,
            catalogue,
            now,
          });
          await rig.reset();
          for (const { theaterId: id, value } of encode(stream)) rig.append(id % 2, value);
          await rig.start();
          for (const one of steps) {
            if (one.kind === 'ingest') {
              await rig.ingest(one.partition, one.count, { crash: one.crash });
              if (one.crash) await rig.start();
            } else if (one.kind === 'restart') await rig.start();
            else if (one.kind === 'replay') await rig.replay(one.partition, one.back);
            else {
              const asked = questions(one.day);
              const question = asked[one.which % asked.length];
              if (question) await agree(rig, question);
            }
          }
          for (const of of [0, 1]) while (await rig.ingest(of, 7, { crash: false }));
          for (const day of days) for (const question of questions(day)) await agree(rig, question);
          expect(await rig.readModelDifferences()).toEqual([]);
          expect(rig.liveTotals()).toEqual(
            naiveAnswer({ name: 'summary', params: { day: today } }, rig.counted, {
              calendar,
              theaters: catalogue.theaters,
            }),
          );
        },
      ),
      // A failure is made smaller for at most so long (ms); to pass takes a fraction of it.
      { numRuns: 25, interruptAfterTimeLimit: 40_000 },
    );
  }, 60_000);
});
