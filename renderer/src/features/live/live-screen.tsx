import { useShownDay } from '../../store/business-days.ts';
import { ClosedDay } from './closed-day.tsx';
import { LiveDay } from './live-day.tsx';

/** The day as it happens; of a day gone by, its final figures. */
export function LiveScreen() {
  const shown = useShownDay();
  return shown.isCurrent ? <LiveDay shown={shown} /> : <ClosedDay key={shown.day} shown={shown} />;
}
