import { Button, Progress } from '@mantine/core';
import { FolderOpen, Plug, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, switchDataSource } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { activeSourceName, activeSourceOf } from '../../store/data-sources.ts';
import { Icon } from '../../ui/icon.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import classes from './first-run.module.css';
import { Waiting } from './waiting.tsx';

/** While the data source starts or stops, and when it could not start. */
export function StartUp() {
  const state = useConsole((console) => console.appState);
  const name = useConsole(activeSourceName);
  if (state === null)
    return <Progressing title="ReelMetrics" step="Asking for the state of the data source" share={null} note="" />;
  switch (state.phase) {
    case 'starting':
      if (state.services.length > 0)
        return <Waiting source={state.source} step={state.step} services={state.services} />;
      return (
        <Progressing
          title={name ?? 'ReelMetrics'}
          step={state.step}
          share={state.share}
          note={
            state.source === 'embedded'
              ? 'The first start makes the database and takes a few seconds. Later ones are quicker.'
              : 'The first start on new services makes the topic and the tables.'
          }
        />
      );
    case 'stopping':
      return (
        <Progressing
          title={name ?? 'ReelMetrics'}
          step={state.step}
          share={null}
          note="What was acknowledged is stored before the window closes."
        />
      );
    case 'failed':
      return <Failed code={state.error.code} message={state.error.message} hint={state.error.hint} />;
    case 'running':
    case 'no-source':
      return null;
    default:
      return state satisfies never;
  }
}

interface ProgressingProps {
  readonly title: string;
  readonly step: string;
  /** 0..1; null while unknown. */
  readonly share: number | null;
  readonly note: string;
}

function Progressing({ title, step, share, note }: ProgressingProps) {
  const percent = share === null ? null : Math.round(share * 100);
  return (
    <>
      <ScreenHead title={title} />
      <section className={classes.ground} aria-label={title}>
        <div className={classes.progress}>
          <div className={classes.step} role="status">
            <span>{step}</span>
            <span>{percent === null ? '' : `${percent}%`}</span>
          </div>
          <Progress value={percent ?? 0} aria-label={step} />
          <p className={classes.promise}>{note}</p>
        </div>
      </section>
    </>
  );
}

interface FailedProps {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

function Failed({ code, message, hint }: FailedProps) {
  const source = useConsole(activeSourceOf) ?? 'embedded';
  const showSettings = useConsole((state) => state.showSettings);
  const [starting, setStarting] = useState(false);
  // A second failure is told by the app state, which this shows.
  const retry = async (): Promise<void> => {
    setStarting(true);
    await switchDataSource(source);
    setStarting(false);
  };
  return (
    <>
      <ScreenHead title="Data source" />
      <section className={classes.ground} aria-label="What went wrong">
        <div className={classes.progress} role="alert" data-selectable>
          <h2 className={classes.title}>The data source did not start</h2>
          <p className={classes.lead}>
            {message} <code>{code}</code>
          </p>
          {hint === null ? null : <p className={classes.lead}>{hint}</p>}
          <p className={classes.promise}>Nothing that was stored is lost.</p>
          <div className={classes.actions}>
            <Button
              variant="filled"
              leftSection={<Icon of={RefreshCw} />}
              loading={starting}
              onClick={() => void retry()}
            >
              Retry
            </Button>
            <Button leftSection={<Icon of={Plug} />} onClick={() => showSettings('data-source')}>
              Data source
            </Button>
            <Button
              leftSection={<Icon of={FolderOpen} />}
              onClick={() => void attempt('The folder was not opened', () => request('folder.open', { which: 'logs' }))}
            >
              Open log folder
            </Button>
          </div>
        </div>
      </section>
    </>
  );
}
