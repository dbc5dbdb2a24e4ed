import { Button } from '@mantine/core';
import { ArrowRight, Play, RefreshCw } from 'lucide-react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, resumeConsumer } from '../../store/actions.ts';
import { useLiveAsOf } from '../../store/as-of.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import type { FrameState } from '../../store/frame-state.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { DownBanner, StaleBanner } from '../../ui/states.tsx';
import { clockWords, countWords, spanWords } from '../../ui/time-words.ts';
import classes from './frame.module.css';

/** Why the figures on the screen stand still, what is safe and what can be done; nothing while they follow the sales. */
export function FrameBanner() {
  const frame = useConsole((state) => state.frame);
  const said = bannerOf(frame.kind);
  if (said === null) return null;
  return <div className={classes.banner}>{said(frame)}</div>;
}

function bannerOf(kind: FrameState['kind']): ((frame: FrameState) => React.ReactNode) | null {
  switch (kind) {
    case 'down':
      return (frame) => <Down frame={frame} />;
    case 'held':
      return (frame) => <Held since={frame.since} />;
    case 'off':
      return () => <Off />;
    case 'rebuilding':
      return (frame) => <Rebuilding word={frame.word} />;
    case 'stale':
      return (frame) => <Stale since={frame.since} />;
    case 'behind':
      return () => <Behind />;
    default:
      return null;
  }
}

/** `Figures are as of 16:12:01, 34 s old.` */
function useAgeWords(): string {
  const zone = useConsole(zoneOf);
  const at = useLiveAsOf();
  const now = useNow();
  if (at === null) return 'As of when the figures are is not known.';
  return `Figures are as of ${clockWords(at, zone)}, ${spanWords(now - at)} old.`;
}

function useWaitingWords(): string {
  const waiting = useConsole((state) => state.status?.consumer.lagEvents ?? null);
  if (waiting === null) return 'How many events wait in the event log is unknown; nothing is lost.';
  return waiting === 1
    ? '1 event waits in the event log; nothing is lost.'
    : `${countWords(waiting)} events wait in the event log; nothing is lost.`;
}

function ToPipeline() {
  const show = useConsole((state) => state.show);
  return (
    <Button variant="filled" rightSection={<Icon of={ArrowRight} small />} onClick={() => show('pipeline')}>
      Open Pipeline
    </Button>
  );
}

function Down({ frame }: { readonly frame: FrameState }) {
  const restarts = useConsole((state) => state.status?.consumer.restarts ?? 0);
  const zone = useConsole(zoneOf);
  const age = useAgeWords();
  const now = useNow();
  if (frame.part === null) return null;
  const { name, status } = frame.part;
  const attemptIn = status.nextAttemptAt === null ? null : Math.max(0, status.nextAttemptAt - now);
  return (
    <DownBanner
      title={`${name} down since ${clockWords(status.since, zone)}. ${age}`}
      cause={[
        `Cause: ${status.reason ?? 'not told'}${status.code === null ? '' : ` (${status.code})`}.`,
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
          <ToPipeline />
        </>
      }
    />
  );
}

function Held({ since }: { readonly since: number | null }) {
  const zone = useConsole(zoneOf);
  const age = useAgeWords();
  const waiting = useWaitingWords();
  return (
    <StaleBanner
      title={`${since === null ? 'The consumer is paused' : `The consumer has been paused since ${clockWords(since, zone)}`}, so no new sale is stored.`}
      cause={`${age} ${waiting}`}
      actions={
        <>
          <Button leftSection={<Icon of={Play} small />} onClick={() => void resumeConsumer()}>
            Resume consumer
          </Button>
          <ToPipeline />
        </>
      }
    />
  );
}

function Off() {
  const age = useAgeWords();
  return (
    <StaleBanner
      title="The consumer is off, so no new sale is stored."
      cause={`${age} Events are kept in the event log.`}
      actions={<ToPipeline />}
    />
  );
}

const rebuilt = { 'business-day': 'Business days', rollups: 'Rollups', 'read-model': 'The read model' } as const;

function Rebuilding({ word }: { readonly word: string }) {
  const what = useConsole((state) => state.status?.rebuild?.what ?? 'rollups');
  const age = useAgeWords();
  return (
    <StaleBanner
      working
      title={`${word}. ${rebuilt[what]} ${what === 'read-model' ? 'is' : 'are'} being recomputed.`}
      cause={`${age} New sales wait in the event log and are stored afterwards; nothing is lost.`}
    />
  );
}

function Stale({ since }: { readonly since: number | null }) {
  const age = useAgeWords();
  const now = useNow();
  return (
    <StaleBanner
      title={`No news from the main process${since === null ? '' : ` for ${spanWords(now - since)}`}. ${age}`}
      cause="Sales are still being stored if it works; ask it for a new picture."
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

function Behind() {
  const age = useAgeWords();
  const waiting = useWaitingWords();
  return <StaleBanner title={`Storing is behind the event log. ${age}`} cause={waiting} actions={<ToPipeline />} />;
}

async function takeSnapshot(): Promise<void> {
  useConsole.getState().takeFrames([await request('live.snapshot')]);
}
