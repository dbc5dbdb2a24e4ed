import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useConsole } from '../../store/console-store.ts';
import { useAmounts } from '../../ui/amount.tsx';
import { countWords } from '../../ui/time-words.ts';

const everyMs = 30_000;

/** A summary for screen readers, politely and every 30 s: never each event. */
export function Announcer() {
  const amounts = useAmounts();
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setInterval(() => {
      const { live, frame, appState, pausedAt } = useConsole.getState();
      if (live === null || appState?.phase !== 'running' || pausedAt !== null) return;
      const gross = amounts.hidden ? 'amounts hidden' : `gross ${amounts.exact(live.totals.grossCents)}`;
      setText(
        `Today: ${gross}, ${countWords(live.totals.admits)} admits, ${countWords(live.salesPerMinute)} sales in the last minute. ${frame.word}.`,
      );
    }, everyMs);
    return () => clearInterval(timer);
  }, [amounts]);
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  );
}
