import { Button } from '@mantine/core';
import { HardDrive, Plug } from 'lucide-react';
import type { ServiceState } from '../../../../backend/domain/status.ts';
import { switchDataSource } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { sourceNameOf } from '../../store/data-sources.ts';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { partLooks } from '../../ui/pipeline-words.ts';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { spanWords } from '../../ui/time-words.ts';
import classes from './first-run.module.css';

const titles: Readonly<Record<ServiceState['service'], string>> = {
  kafka: 'Kafka',
  postgres: 'PostgreSQL',
  redis: 'Redis',
};

interface WaitingProps {
  readonly source: string;
  readonly step: string;
  readonly services: readonly ServiceState[];
}

/** While the services of a profile are waited for: which, and why. */
export function Waiting({ source, step, services }: WaitingProps) {
  const name = useConsole((state) => sourceNameOf(state, source));
  const showSettings = useConsole((state) => state.showSettings);
  const tellFailure = useConsole((state) => state.tellFailure);
  const takeEmbedded = async (): Promise<void> => {
    const failure = await switchDataSource('embedded');
    if (failure !== null) tellFailure('The built-in data did not start', failure);
  };
  const isDown = services.some(({ status }) => status.state === 'down');
  return (
    <>
      <ScreenHead title={name} />
      <section className={classes.ground} aria-label="Services">
        <div className={`${classes.progress} ${classes.wide}`}>
          <h2 className={classes.title}>{isDown ? 'Not all services answer' : 'Connecting'}</h2>
          <p className={classes.lead} role="status">
            {step}
          </p>
          <ul className={classes.services}>
            {services.map((service) => (
              <Service key={service.service} {...service} />
            ))}
          </ul>
          <p className={classes.promise}>
            It is tried again by itself, and goes on once PostgreSQL answers. Nothing that was stored is lost.
          </p>
          <div className={classes.actions}>
            <Button leftSection={<Icon of={Plug} />} onClick={() => showSettings('data-source')}>
              Data source settings
            </Button>
            <Button leftSection={<Icon of={HardDrive} />} onClick={() => void takeEmbedded()}>
              Use built-in data
            </Button>
          </div>
        </div>
      </section>
    </>
  );
}

function Service({ service, address, status }: ServiceState) {
  const now = useNow();
  const { state, word } = partLooks[status.state];
  return (
    <li>
      <div className={classes.service} data-selectable>
        <div>
          <strong>{titles[service]}</strong> <code>{address}</code>
        </div>
        {status.reason === null ? null : (
          <p className={classes.serviceReason}>
            {status.reason} {status.code === null ? null : <code>{status.code}</code>}
          </p>
        )}
      </div>
      {status.state === 'down' ? (
        <span className={classes.serviceReason}>for {spanWords(Math.max(0, now - status.since))}</span>
      ) : null}
      <StateChip state={state}>{word.charAt(0).toUpperCase() + word.slice(1)}</StateChip>
    </li>
  );
}
