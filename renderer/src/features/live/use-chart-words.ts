import { useMemo } from 'react';
import type { ChartWords } from '../../charts/revenue-picture.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { useAmounts } from '../../ui/amount.tsx';
import { figureLength } from '../../ui/figure-length.ts';
import { clockWords, minuteWords } from '../../ui/time-words.ts';

/** From this on an axis figure is compact, in units of money. */
const compactFrom = 10_000;

const leastAxisWidth = 56;
/** Advance of a figure at 11 px. */
const axisFigurePx = 6.9;
const axisPadding = 12;

/** How the revenue chart writes its figures and times; a new object only when that changes. */
export function useChartWords(withSeconds: boolean): ChartWords {
  const zone = useConsole(zoneOf);
  const amounts = useAmounts();
  return useMemo(() => {
    const whole = (at: number): string => minuteWords(at, zone);
    const precise = (at: number): string => (withSeconds ? clockWords(at, zone) : whole(at));
    return {
      cents: (cents) => amounts.exact(cents),
      unit: amounts.unit,
      axisWidth: Math.max(
        leastAxisWidth,
        Math.ceil(figureLength(amounts.whole(BigInt((compactFrom - 1) * amounts.unit))) * axisFigurePx) + axisPadding,
      ),
      axis: (cents) => {
        const value = BigInt(Math.round(cents));
        return Math.abs(cents) >= compactFrom * amounts.unit
          ? amounts.compact(value).replace(/\.0(?=\D|$)/, '')
          : amounts.whole(value);
      },
      tick: whole,
      span: (from, to) => `${precise(from)} \u2013 ${precise(to)}`,
      localMinute: (at) => {
        const [hour = '0', minute = '0'] = whole(at).split(':');
        return Number(hour) * 60 + Number(minute);
      },
    };
  }, [zone, amounts, withSeconds]);
}
