import { useMemo } from 'react';
import { type Change, changeOf, unknownChange } from '../../../backend/domain/change.ts';
import { type Measures, noMeasures } from '../../../backend/domain/measures.ts';
import type { RankedTheater } from '../../../backend/domain/question.ts';
import { type ShownDay, useCalendar } from './business-days.ts';
import { useHistoryWords } from './history.ts';
import { useAnswer } from './use-answer.ts';

const quarterMs = 900_000;
/** What both days had at a quarter hour changes only through late sales. */
const refetchMs = 60_000;

interface TheatreChanges {
  /** Change of the gross. */
  readonly changeOf: (theaterId: number) => Change;
  /** What was gained or lost since then, in minor units; null where nothing is compared. */
  readonly gapOf: (theaterId: number) => bigint | null;
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
    if (!compared || now === null || then === null) return { ...notCompared, quarter };
    const nowOf = measuresById(now);
    const thenOf = measuresById(then);
    return {
      changeOf: (id) => changeOf('gross', nowOf(id), thenOf(id)),
      gapOf: (id) => nowOf(id).grossCents - thenOf(id).grossCents,
      quarter,
    };
  }, [compared, now, then, quarter]);
}

const notCompared = { changeOf: () => unknownChange, gapOf: () => null };

function measuresById(rows: readonly RankedTheater[]): (theaterId: number) => Measures {
  const byId = new Map(rows.map(({ theaterId, measures }) => [theaterId, measures]));
  return (theaterId) => byId.get(theaterId) ?? noMeasures;
}
