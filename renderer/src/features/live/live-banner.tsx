import { Button } from '@mantine/core';
import { ArrowRight, Play, RefreshCw } from 'lucide-react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, resumeConsumer } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { DownBanner, StaleBanner } from '../../ui/states.tsx';
import { countWords, spanWords } from '../../ui/time-words.ts';
import type { LiveState } from './live-state.ts';

/** What is wrong with the live picture, its cause, what is safe and what can be done; nothing while all is well. */
export function LiveBanner({ state, clock }: { readonly state: LiveState; readonly clock: (at: number) => string }) {
  const restarts = useConsole((console) => console.status?.consumer.restarts ?? 0);
  const pictureAt = useConsole((console) => console.live?.at ?? null);
  const show = useConsole((console) => console.show);
  const waiting = useConsole((console) => console.status?.consumer.lagEvents ?? null);
  const now = useNow();
  if (state.kind === 'down') {
    const { what, part } = state;
    const attemptIn = part.nextAttemptAt === null ? null : Math.max(0, part.nextAttemptAt - now);
    return (
      <DownBanner
        title={`${what} down since ${clock(part.since)}. You are looking at the last picture${pictureAt === null ? '' : `, ${spanWords(now - state.since)} old`}.`}
        cause={[
          `Cause: ${part.reason ?? 'not told'}${part.code === null ? '' : ` (${part.code})`}.`,
          attemptIn === null
            ? 'No further attempt is planned.'
            : `Attempt ${restarts + 1} in ${Math.ceil(attemptIn / 1000)} s.`,
          'Sales are kept in the event log; nothing is lost.',
        ].join(' ')}
        actions={
          <>
            <Button
              leftSection={<Icon of={RefreshCw} small />}
              onClick={() => void attempt('The consumer was not restarted', () => request('consumer.retry'))}
            >
              Retry now
            </Button>
            <Button variant="filled" rightSection={<Icon of={ArrowRight} small />} onClick={() => show('pipeline')}>
              Open Pipeline
            </Button>
          </>
        }
      />
    );
  }
  if (state.kind === 'held') {
    return (
      <StaleBanner
        title={`The consumer is paused since ${clock(state.since)}, so no new sale is stored.`}
        cause={`${waiting === null ? 'How much waits is unknown' : `${countWords(waiting)} events wait`} in the event log; nothing is lost.`}
        actions={
          <>
            <Button leftSection={<Icon of={Play} small />} onClick={() => void resumeConsumer()}>
              Resume consumer
            </Button>
            <Button variant="filled" rightSection={<Icon of={ArrowRight} small />} onClick={() => show('pipeline')}>
              Open Pipeline
            </Button>
          </>
        }
      />
    );
  }
  if (state.kind === 'stale') {
    return (
      <StaleBanner
        title={`No news for ${spanWords(now - state.since)}. You are looking at the picture of ${clock(state.since)}.`}
        cause="The console's main process is silent. Sales are still being stored if it works; ask it for a new picture."
        actions={
          <Button
            leftSection={<Icon of={RefreshCw} small />}
            onClick={() => void attempt('No new picture came', takeSnapshot)}
          >
            Ask again
          </Button>
        }
      />
    );
  }
  return null;
}

async function takeSnapshot(): Promise<void> {
  useConsole.getState().takeFrames([await request('live.snapshot')]);
}
