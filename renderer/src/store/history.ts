import { percentOf } from '../ui/time-words.ts';
import { useCalendar } from './business-days.ts';
import { useConsole } from './console-store.ts';
import { historyShare } from './frame-state.ts';

/**
 * Words for why the figures of a day are not whole, and so not to be compared with: a backfill that touches it is under
 * way. null while none is.
 */
export function useHistoryWords(day: string): string | null {
  const calendar = useCalendar();
  return useConsole((state) => {
    const backfill = state.status?.simulator.backfill ?? null;
    const share = historyShare(state.status);
    if (backfill === null || share === null || state.status === null) return null;
    const first = calendar.addDays(state.status.businessDay, -backfill.days);
    return day < first || day > state.status.businessDay ? null : `history is being made, ${percentOf(share)}`;
  });
}
