import { ActionIcon, Button, Radio, Slider } from '@mantine/core';
import { Shuffle, Zap } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FaultShares, Scenario, SimulatorSettings } from '../../../../backend/domain/status.ts';
import { request } from '../../bridge/bridge-client.ts';
import { attempt, updateSimulator } from '../../store/actions.ts';
import { cutoverOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Panel } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { NumberField } from '../../ui/number-field.tsx';
import { countWords, spanWords } from '../../ui/time-words.ts';
import { Backfill } from './backfill.tsx';
import { positionOf, rateAt, rateMarks, ratePositions } from './rate-scale.ts';
import type { Gate } from './simulation-gate.tsx';
import classes from './simulator.module.css';

/** How the simulator is set; every change is kept and reaches a run in progress. */
export function Controls({ gate }: { readonly gate: Gate }) {
  const settings = useConsole((state) => state.settings?.simulator ?? null);
  if (settings === null) return null;
  const change = (patch: Partial<SimulatorSettings>): void => void updateSimulator({ ...settings, ...patch });
  return (
    <Panel label="Simulator settings" className={classes.controls ?? ''}>
      <div className={classes.scroll}>
        <Rate rate={settings.rate} onChange={(rate) => change({ rate })} />
        <Scenarios chosen={settings.scenario} onChange={(scenario) => change({ scenario })} />
        <Seed seed={settings.seed} onChange={(seed) => change({ seed })} />
        <Faults shares={settings.faults} onChange={(faults) => change({ faults })} />
      </div>
      <Backfill gate={gate} />
    </Panel>
  );
}

function Rate({ rate, onChange }: { readonly rate: number; readonly onChange: (rate: number) => void }) {
  const [position, setPosition] = useState(positionOf(rate));
  useEffect(() => setPosition(positionOf(rate)), [rate]);
  const moved = position !== positionOf(rate);
  return (
    <div className={classes.section}>
      <div className={classes.line}>
        <h2>Rate</h2>
        <NumberField
          label="Rate, events per second"
          value={moved ? rateAt(position) : rate}
          min={0.1}
          max={5000}
          decimals={1}
          unit="events/s"
          unitWidth={64}
          width={128}
          onCommit={onChange}
        />
      </div>
      <Slider
        min={0}
        max={ratePositions}
        step={5}
        value={position}
        onChange={setPosition}
        onChangeEnd={(end) => onChange(rateAt(end))}
        thumbLabel="Rate, logarithmic"
        thumbValueText={`${rateAt(position)} events per second`}
        marks={rateMarks.map((mark) => ({ value: positionOf(mark.rate), label: mark.label }))}
        mb={28}
      />
      <Burst />
    </div>
  );
}

function Burst() {
  const [rate, setRate] = useState(2000);
  const [seconds, setSeconds] = useState(10);
  const until = useConsole((state) => state.status?.simulator.burst?.until ?? null);
  const running = useConsole((state) => state.status?.simulator.state === 'running');
  const start = (): void => {
    void attempt('The burst did not start', () => request('simulator.burst', { rate, seconds }));
  };
  return (
    <div className={classes.line}>
      <span className={classes.words}>Burst</span>
      <NumberField
        label="Burst rate, events per second"
        value={rate}
        min={0.1}
        max={5000}
        unit="/s"
        width={108}
        onCommit={setRate}
      />
      <span className={classes.words}>for</span>
      <NumberField
        label="Burst length, seconds"
        value={seconds}
        min={1}
        max={600}
        unit="s"
        width={72}
        onCommit={setSeconds}
      />
      {until === null ? (
        <Button
          ml="auto"
          size="sm"
          leftSection={<Icon of={Zap} small />}
          disabled={!running}
          title={running ? undefined : 'Start the simulator first'}
          onClick={start}
        >
          Burst
        </Button>
      ) : (
        <BurstLeft until={until} />
      )}
    </div>
  );
}

function BurstLeft({ until }: { readonly until: number }) {
  const now = useNow();
  return (
    <span className={classes.burstLeft} role="status">
      <Icon of={Zap} small /> {spanWords(until - now)} left
    </span>
  );
}

function Scenarios({
  chosen,
  onChange,
}: {
  readonly chosen: Scenario;
  readonly onChange: (scenario: Scenario) => void;
}) {
  const cutover = useConsole(cutoverOf);
  const scenarios: readonly { readonly value: Scenario; readonly label: string; readonly note: string }[] = [
    { value: 'weekday', label: 'Weekday', note: 'an ordinary day' },
    { value: 'premiere', label: 'Premiere night', note: 'one title, a queue each minute' },
    { value: 'flash-sale', label: 'Flash sale', note: '10 s rushes at 20 times the rate' },
    { value: 'refund-storm', label: 'Refund storm', note: '1 refund for 3 sales' },
    { value: 'midnight', label: 'Midnight crossing', note: `sales across ${String(cutover).padStart(2, '0')}:00` },
  ];
  return (
    <div className={classes.section}>
      <h2 id="scenario">Scenario</h2>
      <Radio.Group aria-labelledby="scenario" value={chosen} onChange={(value) => onChange(value as Scenario)}>
        <div className={classes.radios}>
          {scenarios.map(({ value, label, note }) => (
            <label
              key={value}
              htmlFor={`scenario-${value}`}
              className={classes.radio}
              data-chosen={value === chosen || undefined}
            >
              <Radio id={`scenario-${value}`} value={value} aria-label={`${label}: ${note}`} />
              <span className={classes.radioLabel}>{label}</span>
              <span className={classes.note}>{note}</span>
            </label>
          ))}
        </div>
      </Radio.Group>
    </div>
  );
}

/** Largest seed, 32 bits. */
const largestSeed = 0xffffffff;

function Seed({ seed, onChange }: { readonly seed: number; readonly onChange: (seed: number) => void }) {
  const running = useConsole((state) => (state.status?.simulator.state ?? 'stopped') !== 'stopped');
  const shuffle = (): void => onChange(crypto.getRandomValues(new Uint16Array(1))[0] ?? seed);
  return (
    <div className={classes.section}>
      <div className={classes.line}>
        <h2>Seed</h2>
        <span className={classes.note}>{running ? 'applies at the next start' : 'same seed, same sales'}</span>
        <span className={classes.spring} />
        <NumberField
          label="Seed"
          value={seed}
          min={0}
          max={largestSeed}
          width={112}
          separated={false}
          mono
          onCommit={onChange}
        />
        <ActionIcon size={32} aria-label="Choose a seed at random" onClick={shuffle}>
          <Icon of={Shuffle} />
        </ActionIcon>
      </div>
    </div>
  );
}

const faults: readonly { readonly name: keyof FaultShares; readonly label: string }[] = [
  { name: 'duplicates', label: 'Duplicates' },
  { name: 'late', label: 'Late' },
  { name: 'outOfOrder', label: 'Out of order' },
  { name: 'malformed', label: 'Malformed' },
];

function Faults({
  shares,
  onChange,
}: {
  readonly shares: FaultShares;
  readonly onChange: (shares: FaultShares) => void;
}) {
  return (
    <div className={classes.section}>
      <div className={classes.line}>
        <h2>Faults</h2>
        <span className={classes.spring} />
        <span className={classes.note}>share of produced events</span>
      </div>
      {faults.map(({ name, label }) => (
        <Fault
          key={name}
          name={name}
          label={label}
          share={shares[name]}
          onChange={(share) => onChange({ ...shares, [name]: share })}
        />
      ))}
    </div>
  );
}

interface FaultProps {
  readonly name: keyof FaultShares;
  readonly label: string;
  readonly share: number;
  readonly onChange: (share: number) => void;
}

/** The slider ends at 10 %; the field takes up to 50 %. */
const sliderEnd = 10;

function Fault({ name, label, share, onChange }: FaultProps) {
  const percent = Math.round(share * 1000) / 10;
  const [draft, setDraft] = useState(percent);
  useEffect(() => setDraft(percent), [percent]);
  return (
    <div className={classes.fault}>
      <span>
        {label}
        <Sent name={name} />
      </span>
      <Slider
        min={0}
        max={sliderEnd}
        step={0.1}
        value={Math.min(sliderEnd, draft)}
        onChange={setDraft}
        onChangeEnd={(end) => onChange(end / 100)}
        thumbLabel={`${label}, percent`}
      />
      <NumberField
        label={`${label}, percent of produced events`}
        value={draft}
        min={0}
        max={50}
        decimals={1}
        unit="%"
        aligned
        width={72}
        onCommit={(value) => onChange(Math.round(value * 10) / 1000)}
      />
    </div>
  );
}

/** Apart from the sliders, as it changes twice a second. */
function Sent({ name }: { readonly name: keyof FaultShares }) {
  const sent = useConsole((state) => state.status?.simulator.faultsSent[name] ?? 0);
  return <span className={classes.sent}>{countWords(sent)} sent</span>;
}
