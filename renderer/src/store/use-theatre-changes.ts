import { useMemo } from 'react';
import { change } from '../../../backend/domain/money.ts';
import type { RankedTheater } from '../../../backend/domain/question.ts';
import { type ShownDay, useCalendar } from './business-days.ts';
import { useHistoryWords } from './history.ts';
import { useAnswer } from './use-answer.ts';

const quarterMs = 900_000;
/** What both days had at a quarter hour changes only through late sales. */
const refetchMs = 60_000;

interface TheatreChanges {
  /** Change as a ratio; null: not compared, not known, or nothing sold then. */
  readonly changeOf: (theaterId: number) => number | null;
  /** Start of the quarter hour up to which both days count, epoch ms; null: whole days. */
  readonly quarter: number | null;
}

/**
 * Change of each theatre against the same weekday last week. On the live day both count up to the last quarter hour, so
 * that like is compared with like; `at` is the present, epoch ms, null on a closed day.
 */
export function useTheatreChanges({ day, before, compare }: ShownDay, at: number | null): TheatreChanges {
  const calendar = useCalendar();
  const quarter = at === null ? null : Math.floor(at / quarterMs) * quarterMs;
  const quarterBefore = useMemo(
    () => (quarter === null ? null : calendar.sameTimeOn(quarter, before)),
    [calendar, quarter, before],
  );
  // Half of a day is nothing to compare with.
  const compared = useHistoryWords(before) === null && compare;
  const options = { enabled: compared, refetchMs };
  const now = useAnswer('theaterLeaderboard', { day, ...(quarter === null ? {} : { before: quarter }) }, options).value;
  const then = useAnswer(
    'theaterLeaderboard',
    { day: before, ...(quarterBefore === null ? {} : { before: quarterBefore }) },
    options,
  ).value;
  return useMemo((): TheatreChanges => {
    if (!compared || now === null || then === null) return { changeOf: () => null, quarter };
    const nowCents = grossById(now);
    const thenCents = grossById(then);
    return { changeOf: (id) => change(nowCents.get(id) ?? 0n, thenCents.get(id) ?? 0n), quarter };
  }, [compared, now, then, quarter]);
}

function grossById(rows: readonly RankedTheater[]): ReadonlyMap<number, bigint> {
  return new Map(rows.map(({ theaterId, measures }) => [theaterId, measures.grossCents]));
}
