import { useMediaQuery } from '@mantine/hooks';
import { useMemo } from 'react';
import { type Change, unknownChange } from '../../../../backend/domain/change.ts';
import { averageTicketPrice } from '../../../../backend/domain/money.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { useLiveAsOf } from '../../store/as-of.ts';
import { useConsole } from '../../store/console-store.ts';
import { oldAfterMs } from '../../store/frame-state.ts';
import { Age } from '../../ui/age.tsx';
import { Amount, useAmounts } from '../../ui/amount.tsx';
import { DayTotal } from '../../ui/day-total.tsx';
import { Delta } from '../../ui/delta.tsx';
import { Tile } from '../../ui/tile.tsx';
import { countWords, dayWords } from '../../ui/time-words.ts';
import classes from './live.module.css';
import type { ComparedDay } from './revenue-spans.ts';
import { changesAt, salesInWindow, shapesBefore, type TileChanges, type TileShapes } from './tile-figures.ts';

interface LiveTilesProps {
  /** The live day; null until it is known. */
  readonly compared: ComparedDay | null;
  /** Start of the open minute, epoch ms. */
  readonly minute: number;
  /** Day it is compared with; null compares with nothing. */
  readonly before: string | null;
  /** Why there is no change to show, in a few words. */
  readonly why: string;
  readonly clock: (at: number) => string;
  /** Whether the picture follows the sales. */
  readonly live: boolean;
  /** Whether the rate of the last minute is known. */
  readonly rateKnown: boolean;
}

/** The four figures of the day, renewed with each tick. */
export function LiveTiles({ compared, minute, before, why, clock, live, rateKnown }: LiveTilesProps) {
  const at = useConsole((state) => state.live?.at ?? null);
  const until = useLiveAsOf();
  const day = useConsole((state) => state.live?.day ?? null);
  const version = useConsole((state) => state.live?.dayVersion ?? null);
  const totals = useConsole((state) => state.live?.totals ?? null);
  const changes = useMemo(() => (compared === null ? null : changesAt(compared, minute)), [compared, minute]);
  const roomy = useMediaQuery('(min-width: 1100px)', undefined, { getInitialValueInEffect: false });
  const shapes = useShapes(roomy ? compared : null, minute);
  const against = before === null ? null : dayWords(before, 'short');
  const bottom = (figure: Exclude<keyof TileChanges, 'gap'>, gap: bigint | null = null) =>
    against === null ? null : (
      <TileChange
        change={changes?.[figure] ?? unknownChange}
        gap={gap}
        until={`to ${clock(minute)}`}
        day={`vs ${against}`}
        why={why}
      />
    );
  const shared = { age: <Age at={until} limitMs={oldAfterMs} onlyOld />, loading: totals === null, old: !live };
  const price = totals === null ? null : averageTicketPrice(totals);
  return (
    <div className={classes.tiles}>
      <Tile
        {...shared}
        label="Gross"
        figure={totals === null ? null : <DayTotal day={day} version={version} cents={totals.grossCents} compact />}
        spark={<Spark values={shapes?.gross} tone={live ? 'live' : 'stale'} />}
        bottom={bottom('gross', changes?.gap ?? null)}
      />
      <Tile
        {...shared}
        label="Admits"
        figure={totals === null ? null : <Count value={totals.admits} />}
        spark={<Spark values={shapes?.admits} />}
        bottom={bottom('admits')}
      />
      <Tile
        {...shared}
        label="ATP"
        figure={price === null ? null : <Amount cents={price} />}
        spark={<Spark values={shapes?.price} />}
        bottom={price === null ? 'no tickets sold yet' : bottom('price')}
      />
      <Tile
        {...shared}
        label="Transactions, 15 min"
        figure={compared !== null && rateKnown ? <Count value={salesInWindow(compared.now, minute)} /> : null}
        spark={<Spark values={shapes?.sales} />}
        bottom={rateKnown ? bottom('sales') : `unknown since ${at === null ? 'the last picture' : clock(at)}`}
      />
    </div>
  );
}

/** Shapes change when a minute closes, or when what came before changes: a late sale, or history that is being made. */
function useShapes(compared: ComparedDay | null, minute: number): TileShapes | null {
  const known = compared !== null;
  const day = compared?.now.day;
  const before = compared?.now.before(minute).sales ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: not drawn again for each sale of the open minute.
  return useMemo(() => (compared === null ? null : shapesBefore(compared.now, minute)), [known, day, minute, before]);
}

/** A count in its tile: compact from ten thousand on, exact on hover and for screen readers. */
export function Count({ value }: { readonly value: number }) {
  const exact = countWords(value);
  if (value < 10_000) return <>{exact}</>;
  return (
    <span title={exact} role="img" aria-label={exact}>
      {compact.format(value)}
    </span>
  );
}
const compact = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export function Spark({
  values,
  tone = 'plain',
}: {
  readonly values: readonly (number | null)[] | undefined;
  readonly tone?: 'live' | 'plain' | 'stale';
}) {
  const { hidden } = useAmounts();
  return values === undefined || hidden ? null : <Sparkline values={values} width={112} height={32} tone={tone} />;
}

interface TileChangeProps {
  readonly change: Change;
  readonly gap?: bigint | null;
  /** Up to when both days count. */
  readonly until: string;
  /** The day compared with; left out where the tile is narrow. */
  readonly day: string;
  readonly why: string;
}

/** A change, or why there is none. */
export function TileChange({ change, gap = null, until, day, why }: TileChangeProps) {
  if (change.kind === 'unknown') return `\u2014 ${why}`;
  const against = (
    <>
      {until} <span className={classes.againstDay}>{day}</span>
    </>
  );
  return <Delta change={change} {...(gap === null ? {} : { gap })} against={against} />;
}
