import { useState } from 'react';
import { holdAxis, type ValueAxis } from './value-axis.ts';

/** The axis to show at `now` (epoch ms): grows at once, shrinks after 60 s. */
export function useHeldAxis(wanted: ValueAxis, now: number, unit: number): ValueAxis {
  const [held, setHeld] = useState(() => holdAxis(null, wanted, now, unit));
  const next = holdAxis(held, wanted, now, unit);
  // Derived state: React draws again at once with it, before anything is shown.
  if (next !== held) setHeld(next);
  return next.axis;
}
