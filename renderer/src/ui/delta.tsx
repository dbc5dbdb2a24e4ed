import { ArrowDown, ArrowUp, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Change, changeWords, leastSales } from '../../../backend/domain/change.ts';
import { useAmounts } from './amount.tsx';
import { Icon } from './icon.tsx';
import classes from './ui.module.css';

/** Below this a change is shown as none. */
const least = 0.0005;

interface DeltaProps {
  readonly change: Change;
  /** What was gained or lost, in minor units; it stands before the percentage. */
  readonly gap?: bigint;
  /** Up to when both sides count, or against what. */
  readonly against?: ReactNode;
  /** In a column of figures: "too few" instead of a sentence. */
  readonly brief?: boolean;
}

/** A change against something: arrow, the gap in money, sign and percent, then what it is against. */
export function Delta({ change, gap, against, brief = false }: DeltaProps) {
  const amounts = useAmounts();
  const after = against === undefined ? null : <span className={classes.deltaAgainst}>{against}</span>;
  if (change.kind === 'unknown') return <span className={classes.delta}>{changeWords(change)}</span>;
  if (change.kind === 'too-few') {
    return (
      <span className={classes.delta} title={`Fewer than ${leastSales} sales on one of the sides`}>
        {brief ? 'too few' : changeWords(change)}
        {after}
      </span>
    );
  }
  const { ratio } = change;
  const way = ratio >= least ? 'up' : ratio <= -least ? 'down' : 'level';
  return (
    <span className={classes.delta} data-way={way}>
      <Icon of={way === 'up' ? ArrowUp : way === 'down' ? ArrowDown : Minus} size={13} />
      {gap === undefined || amounts.hidden ? null : (
        <>
          <span title={amounts.exact(gap)}>{amounts.gap(gap)}</span>
          <span className={classes.deltaBar}>|</span>
        </>
      )}
      <span>{changeWords(way === 'level' ? { kind: 'known', ratio: 0 } : change)}</span>
      {after}
    </span>
  );
}
