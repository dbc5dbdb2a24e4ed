import { Button } from '@mantine/core';
import { Pause, Play } from 'lucide-react';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { toCsv } from '../../store/csv.ts';
import { runCommand } from '../../store/run-command.ts';
import { useScreenActions } from '../../store/screen-actions.ts';
import { Icon } from '../../ui/icon.tsx';
import { pipelineWords } from '../../ui/pipeline-words.ts';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { clockWords } from '../../ui/time-words.ts';
import { DeadLettersCard } from './dead-letters-card.tsx';
import { FlowMap } from './flow.tsx';
import { LagCard } from './lag-card.tsx';
import { LatencyCard } from './latency-card.tsx';
import classes from './pipeline.module.css';
import { Troubles } from './troubles.tsx';
import { UpkeepCard } from './upkeep-card.tsx';
import { useWindowFlow } from './use-window-flow.ts';

/** The way of the events: where they are, what holds them up, and what did not get through. */
export function PipelineScreen() {
  const window = useWindowFlow();
  useScreenActions(useMemo(() => ({ exportCsv: lagCsv }), []));
  return (
    <>
      <Head />
      <div className={classes.screen}>
        <Troubles old={window.old} />
        <FlowMap window={window} />
        <div className={classes.grid}>
          <div className={classes.column}>
            <LagCard />
            <UpkeepCard />
          </div>
          <div className={classes.column}>
            <LatencyCard tickLatency={window.latency} />
            <DeadLettersCard />
          </div>
        </div>
      </div>
    </>
  );
}

function Head() {
  const { words, since } = useConsole(useShallow((console) => pipelineWords(console.status)));
  const zone = useConsole(zoneOf);
  const paused = useConsole((console) => console.status?.consumer.paused ?? null);
  const observeOnly = useConsole((console) => console.status?.consumer.observeOnly ?? false);
  return (
    <ScreenHead
      title="Pipeline"
      note={`${words}${since === null ? '' : ` since ${clockWords(since, zone)}`}`}
      banner={false}
      actions={
        paused === null ? undefined : (
          <Button
            variant={paused ? 'filled' : 'default'}
            leftSection={<Icon of={paused ? Play : Pause} small />}
            disabled={observeOnly}
            title={observeOnly ? 'Others store here: there is no consumer to pause' : undefined}
            onClick={() => runCommand('consumer.toggle')}
          >
            {paused ? 'Resume consumer' : 'Pause consumer'}
          </Button>
        )
      }
    />
  );
}

/** Lag per partition; what is unknown is an empty field. */
function lagCsv() {
  const partitions = useConsole.getState().status?.consumer.partitions ?? [];
  return {
    suggestedName: 'reelmetrics-lag.csv',
    content: toCsv(
      ['partition', 'stored_offset', 'end_offset', 'waiting', 'oldest_seconds', 'seconds_to_clear'],
      partitions.map(({ partition, stored, end, events, seconds, timeToClear }) => [
        partition,
        String(stored),
        end === null ? '' : String(end),
        events ?? '',
        seconds === null ? '' : seconds.toFixed(3),
        timeToClear === null ? '' : typeof timeToClear === 'number' ? timeToClear.toFixed(3) : timeToClear,
      ]),
    ),
  };
}
