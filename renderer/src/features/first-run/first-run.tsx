import { Button } from '@mantine/core';
import { Calendar, CircleCheck, HardDrive, Lock, type LucideIcon, Play, Server, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { startEmbedded } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { Tile } from '../../ui/tile.tsx';
import classes from './first-run.module.css';

/** The first screen ever: where ticket sales come from. */
export function FirstRun() {
  const [starting, setStarting] = useState(false);
  const showSettings = useConsole((state) => state.showSettings);
  const start = async (): Promise<void> => {
    setStarting(true);
    await startEmbedded(true);
    setStarting(false);
  };
  return (
    <>
      <ScreenHead title="Live" />
      <div className={classes.tiles}>
        {['Gross', 'Admits', 'ATP', 'Transactions, 15 min'].map((label) => (
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
            You can change this at any time in Settings, Data source. Each source keeps its own data.
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
                <Point icon={Lock}>TLS and SASL; passwords encrypted by the system</Point>
                <Point icon={CircleCheck}>Each service can be tested before it is used</Point>
              </ul>
              <Button fullWidth onClick={() => showSettings('data-source')}>
                Connect to my services
              </Button>
            </div>
          </div>
          <p className={classes.promise}>
            <Icon of={ShieldCheck} small /> No account, no telemetry. ReelMetrics contacts only the services you name.
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
