import { useShallow } from 'zustand/react/shallow';
import { useConsole } from '../../store/console-store.ts';
import { Age } from '../../ui/age.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { rateWords } from '../../ui/time-words.ts';
import { WidgetBoundary } from '../../ui/widget-boundary.tsx';
import { type Box, type BoxId, boxesOf } from './boxes.ts';
import classes from './pipeline.module.css';
import type { WindowMeasure } from './use-window-flow.ts';

/** The way of a sale, station by station: how much passes, how long ago, and how each stands. */
export function FlowMap({ window }: { readonly window: WindowMeasure }) {
  const status = useConsole(useShallow((state) => state.status));
  if (status === null) return <FlowSkeleton />;
  const boxes = boxesOf(status, window);
  const box = (id: BoxId) => boxes.find((each) => each.id === id);
  return (
    <section className={classes.flow} aria-label="Flow">
      <WidgetBoundary>
        <ul>
          <Station box={box('simulator')} />
          <Station box={box('topic')} />
          <Station box={box('consumer')} />
          <li className={classes.pair}>
            <ul>
              <Station box={box('postgres')} small />
              <Station box={box('read-model')} small />
            </ul>
          </li>
          <Station box={box('query')} />
          <Station box={box('window')} />
        </ul>
      </WidgetBoundary>
    </section>
  );
}

function Station({ box, small = false }: { readonly box: Box | undefined; readonly small?: boolean }) {
  if (box === undefined) return null;
  const { name, state, word, rate, unit, note, lastAt } = box;
  return (
    <li
      className={classes.station}
      data-state={state}
      data-small={small || undefined}
      title={small ? `${word}, ${note}` : word}
    >
      <div className={classes.stationTop}>
        <h2>{name}</h2>
        <StateChip state={state} plain>
          <span className={classes.stationWord}>{word}</span>
        </StateChip>
      </div>
      <div className={classes.stationRate}>
        {rate === null ? <span className={classes.unknown}>unknown</span> : <strong>{rateWords(rate)}</strong>}
        <span className={classes.unit}>{unit}</span>
        {small ? <Last at={lastAt} /> : null}
      </div>
      {small ? null : (
        <>
          <div className={classes.stationNote} title={note}>
            {note}
          </div>
          {box.id === 'simulator' ? null : <Last at={lastAt} />}
        </>
      )}
    </li>
  );
}

function Last({ at }: { readonly at: number | null }) {
  if (at === null) return <span className={classes.last}>nothing yet</span>;
  return (
    <span className={classes.last}>
      <Age at={at} limitMs={null} />
    </span>
  );
}

function FlowSkeleton() {
  return (
    <section className={classes.flow} aria-label="Flow">
      <Skeleton height={120} />
    </section>
  );
}
