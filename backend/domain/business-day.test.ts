import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { createBusinessCalendar, hostZone } from './business-day.ts';

const utc = (text: string) => Date.parse(text);
const iso = (ms: number) => new Date(ms).toISOString();
const hour = 3_600_000;

describe('business day', () => {
  test('with the cut-over at midnight it is the local date', () => {
    const calendar = createBusinessCalendar({ zone: 'America/New_York', cutoverHour: 0 });
    expect(calendar.dayOf(utc('2026-11-22T04:59:59.999Z'))).toBe('2026-11-21');
    expect(calendar.dayOf(utc('2026-11-22T05:00:00Z'))).toBe('2026-11-22');
  });

  test('a sale at 02:00 with cut-over 6 belongs to the day before', () => {
    const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
    expect(calendar.dayOf(utc('2026-11-22T02:00:00Z'))).toBe('2026-11-21');
    expect(calendar.dayOf(utc('2026-11-22T05:59:59.999Z'))).toBe('2026-11-21');
    expect(calendar.dayOf(utc('2026-11-22T06:00:00Z'))).toBe('2026-11-22');
  });

  test('a zone of +05:45 starts its day and its hours on the quarter', () => {
    const calendar = createBusinessCalendar({ zone: 'Asia/Kathmandu', cutoverHour: 0 });
    expect(iso(calendar.startOf('2026-11-22'))).toBe('2026-11-21T18:15:00.000Z');
    expect(calendar.dayOf(utc('2026-11-21T18:14:59.999Z'))).toBe('2026-11-21');
    expect(calendar.dayOf(utc('2026-11-21T18:15:00Z'))).toBe('2026-11-22');
    expect(iso(calendar.hourStart(utc('2026-11-22T10:10:00Z')))).toBe('2026-11-22T09:15:00.000Z');
  });

  test('the day on which the clock is put forward has 23 hours', () => {
    const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 0 });
    expect(calendar.endOf('2026-03-29') - calendar.startOf('2026-03-29')).toBe(23 * hour);
    const atCutoverOne = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 1 });
    // 01:00 does not exist: the day starts at 02:00 on the clock.
    expect(iso(atCutoverOne.startOf('2026-03-29'))).toBe('2026-03-29T01:00:00.000Z');
    expect(atCutoverOne.dayOf(utc('2026-03-29T00:59:59.999Z'))).toBe('2026-03-28');
    expect(atCutoverOne.dayOf(utc('2026-03-29T01:00:00Z'))).toBe('2026-03-29');
  });

  test('the day on which the clock is put back has 25 hours, and the doubled hour stays whole', () => {
    const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 0 });
    expect(calendar.endOf('2026-10-25') - calendar.startOf('2026-10-25')).toBe(25 * hour);
    expect(iso(calendar.hourStart(utc('2026-10-25T00:30:00Z')))).toBe('2026-10-25T00:00:00.000Z');
    expect(iso(calendar.hourStart(utc('2026-10-25T01:30:00Z')))).toBe('2026-10-25T01:00:00.000Z');
    const atCutoverTwo = createBusinessCalendar({ zone: 'America/New_York', cutoverHour: 2 });
    expect(atCutoverTwo.dayOf(utc('2026-11-01T05:30:00Z'))).toBe('2026-10-31');
    expect(atCutoverTwo.dayOf(utc('2026-11-01T06:30:00Z'))).toBe('2026-10-31');
    expect(atCutoverTwo.dayOf(utc('2026-11-01T07:00:00Z'))).toBe('2026-11-01');
  });

  test('a clock put back over the cut-over does not return to the day before', () => {
    // Newfoundland put its clock back at 00:01, to 23:01 of the day before.
    const calendar = createBusinessCalendar({ zone: 'America/St_Johns', cutoverHour: 0 });
    const back = utc('2005-10-30T02:31:00Z');
    expect(calendar.dayOf(back - 60_001)).toBe('2005-10-29');
    expect(calendar.dayOf(back - 60_000)).toBe('2005-10-30');
    expect(calendar.dayOf(back + 30 * 60_000)).toBe('2005-10-30');
  });

  test('the same time on another day is the same on the local clock, over a change of the clock too', () => {
    const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
    const sunday = utc('2026-10-25T19:42:00Z');
    expect(iso(calendar.sameTimeOn(sunday, '2026-10-18'))).toBe('2026-10-18T18:42:00.000Z');
    // 02:00 is part of the business day before.
    expect(iso(calendar.sameTimeOn(utc('2026-11-23T02:00:00Z'), '2026-11-15'))).toBe('2026-11-16T02:00:00.000Z');
    // 01:30 does not exist on 29 March.
    expect(iso(calendar.sameTimeOn(utc('2026-04-05T00:30:00Z'), '2026-03-28'))).toBe('2026-03-29T01:30:00.000Z');
  });

  test('days are added over months and years', () => {
    const calendar = createBusinessCalendar({ zone: 'UTC', cutoverHour: 0 });
    expect(calendar.addDays('2026-03-01', -1)).toBe('2026-02-28');
    expect(calendar.addDays('2026-12-31', 1)).toBe('2027-01-01');
  });

  test('an unknown zone, an offset or an impossible hour is refused', () => {
    for (const zone of ['Mars/Olympus', '', '+01:00', 'host']) {
      expect(() => createBusinessCalendar({ zone, cutoverHour: 0 })).toThrow(
        expect.objectContaining({ code: 'bad_settings' }),
      );
    }
    for (const cutoverHour of [-1, 24, 1.5, Number.NaN]) {
      expect(() => createBusinessCalendar({ zone: 'UTC', cutoverHour })).toThrow(
        expect.objectContaining({ code: 'bad_settings' }),
      );
    }
  });

  test("the computer's zone can be used", () => {
    expect(createBusinessCalendar({ zone: hostZone(), cutoverHour: 0 }).zone).toBe(hostZone());
  });
});

describe('the cache', () => {
  const zones = [
    'Europe/London',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Pacific/Apia',
    'UTC',
  ];
  const instants = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });

  test('never changes an answer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.array(instants, { minLength: 2, maxLength: 6 }),
        fc.integer({ min: 0, max: 899_999 }),
        (zone, cutoverHour, moments, near) => {
          const cached = createBusinessCalendar({ zone, cutoverHour });
          for (const moment of moments.flatMap((ms) => [ms, ms - (ms % 900_000) + near])) {
            const fresh = createBusinessCalendar({ zone, cutoverHour });
            expect(cached.dayOf(moment)).toBe(fresh.dayOf(moment));
            expect(cached.hourStart(moment)).toBe(fresh.hourStart(moment));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('does not blur a day or an hour that starts between two quarter hours, as in the past', () => {
    // Monrovia was 44 min 30 s behind Greenwich until 1972.
    const calendar = createBusinessCalendar({ zone: 'Africa/Monrovia', cutoverHour: 0 });
    const start = calendar.startOf('1971-06-15');
    expect(iso(start)).toBe('1971-06-15T00:44:30.000Z');
    for (let round = 0; round < 2; round++) {
      expect(calendar.dayOf(start - 1)).toBe('1971-06-14');
      expect(calendar.dayOf(start)).toBe('1971-06-15');
      expect(calendar.hourStart(start)).toBe(start);
      expect(calendar.hourStart(start - 1)).toBe(start - hour);
    }
  });

  test('an instant lies within its day, and the day is the local date less the cut-over except where the clock jumps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 23 }), instants, (zone, cutoverHour, ms) => {
        const calendar = createBusinessCalendar({ zone, cutoverHour });
        const day = calendar.dayOf(ms);
        expect(calendar.startOf(day)).toBeLessThanOrEqual(ms);
        expect(calendar.endOf(day)).toBeGreaterThan(ms);
        if (calendar.endOf(day) - calendar.startOf(day) === 24 * hour) {
          const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime();
          expect(day).toBe(local.subtract({ hours: cutoverHour }).toPlainDate().toString());
        }
      }),
      { numRuns: 300 },
    );
  });

  test('gives more than 500,000 days a second', () => {
    const calendar = createBusinessCalendar({ zone: 'Europe/London', cutoverHour: 6 });
    const base = Date.UTC(2026, 10, 22);
    const count = 200_000;
    for (let i = 0; i < 2000; i++) calendar.dayOf(base + i * 900_000);
    const started = performance.now();
    for (let i = 0; i < count; i++) calendar.dayOf(base + ((i * 7919) % 1_000_000_000));
    expect((count / (performance.now() - started)) * 1000).toBeGreaterThan(500_000);
  });
});
