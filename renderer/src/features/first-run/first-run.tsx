import { Button } from '@mantine/core';
import {
  Calendar,
  CircleDashed,
  Clock,
  HardDrive,
  Info,
  type LucideIcon,
  Play,
  Server,
  ShieldCheck,
} from 'lucide-react';
import { useId, useState } from 'react';
import { startEmbedded } from '../../store/actions.ts';
import { Icon } from '../../ui/icon.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { Tile } from '../../ui/tile.tsx';
import classes from './first-run.module.css';

/** The first screen ever: where ticket sales come from. */
export function FirstRun() {
  const [starting, setStarting] = useState(false);
  const [explained, setExplained] = useState(false);
  const explanation = useId();
  const start = async (): Promise<void> => {
    setStarting(true);
    await startEmbedded(true);
    setStarting(false);
  };
  return (
    <>
      <ScreenHead
        title="Live"
        state={
          <StateChip state="idle" icon={CircleDashed}>
            No data source yet
          </StateChip>
        }
      />
      <div className={classes.tiles}>
        {['Gross', 'Admits', 'ATP', 'Sales / min'].map((label) => (
          <Tile
            key={label}
            label={label}
            figure={null}
            spark={<div className={classes.flat} />}
            bottom="No sales yet"
          />
        ))}
      </div>
      <section className={classes.ground} aria-labelledby="first-run-title">
        <div className={classes.groundHead}>Revenue</div>
        <div className={classes.choice}>
          <h2 className={classes.title} id="first-run-title">
            Choose where ticket sales come from
          </h2>
          <p className={classes.lead}>
            Each source keeps its own data. What you store here can be deleted again in Simulator, Reset data.
          </p>
          <div className={classes.cards}>
            <div className={classes.card}>
              <h3>Built-in data</h3>
              <p>Everything runs inside ReelMetrics. Nothing to install.</p>
              <ul>
                <Point icon={HardDrive}>Embedded database, kept on this computer</Point>
                <Point icon={Calendar}>A fortnight of history: 40 theatres, 24 movies</Point>
                <Point icon={Play}>Simulator on, first live sale in seconds</Point>
              </ul>
              <Button variant="filled" fullWidth loading={starting} onClick={() => void start()}>
                Try with built-in data
              </Button>
            </div>
            <div className={classes.card}>
              <h3>Your services</h3>
              <p>
                Read the <code>ticket-sales</code> topic and store it in your database.
              </p>
              <ul>
                <Point icon={Server}>Kafka, PostgreSQL and Redis</Point>
                <Point icon={Clock}>Comes with service profiles, not in this version</Point>
                <Point icon={Info}>The same screens, the same event format</Point>
              </ul>
              <Button
                fullWidth
                aria-expanded={explained}
                aria-controls={explanation}
                onClick={() => setExplained((shown) => !shown)}
              >
                Connect to my services
              </Button>
            </div>
          </div>
          <div id={explanation} hidden={!explained} className={classes.explanation}>
            <p>
              <strong>This version has no service profiles yet, so it cannot connect.</strong> When they come, they will
              ask for:
            </p>
            <dl>
              <dt>Kafka</dt>
              <dd>broker addresses (host:port), the topic, and TLS or SASL if your brokers want it</dd>
              <dt>PostgreSQL</dt>
              <dd>host, port, database and a user that may write; sales and rollups are stored there</dd>
              <dt>Redis</dt>
              <dd>host and port; it holds the read model and can be rebuilt at any time</dd>
            </dl>
            <p>Until then the built-in data shows everything the console does, and stays apart from your services.</p>
          </div>
          <p className={classes.promise}>
            <Icon of={ShieldCheck} small /> No account, no telemetry. ReelMetrics contacts no hosts.
          </p>
        </div>
      </section>
    </>
  );
}

function Point({ icon, children }: { readonly icon: LucideIcon; readonly children: string }) {
  return (
    <li>
      <Icon of={icon} small />
      {children}
    </li>
  );
}
