import { VisuallyHidden } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useConsole } from '../../store/console-store.ts';
import { useAmounts } from '../../ui/amount.tsx';
import { pipelineWords } from '../../ui/pipeline-words.ts';
import { countWords } from '../../ui/time-words.ts';

const everyMs = 30_000;

/** A summary for screen readers, politely and every 30 s: never each event. */
export function Announcer() {
  const amounts = useAmounts();
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setInterval(() => {
      const { live, status, appState, pausedAt } = useConsole.getState();
      if (live === null || appState?.phase !== 'running' || pausedAt !== null) return;
      const gross = amounts.hidden ? 'amounts hidden' : `gross ${amounts.exact(live.totals.grossCents)}`;
      setText(
        `Today: ${gross}, ${countWords(live.totals.admits)} admits, ${countWords(live.salesPerMinute)} sales in the last minute. ${pipelineWords(status).words}.`,
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
