import { ArrowDown, ArrowUp, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { formatPercent } from '../../../backend/domain/money.ts';
import { Icon } from './icon.tsx';
import classes from './ui.module.css';

/** Below this a change is shown as none. */
const least = 0.0005;

/** A change against something: arrow, sign and percent, then what it is against. `ratio` null: nothing to compare with. */
export function Delta({ ratio, against }: { readonly ratio: number | null; readonly against?: ReactNode }) {
  if (ratio === null) return <span className={classes.delta}>{'\u2014'}</span>;
  const way = ratio >= least ? 'up' : ratio <= -least ? 'down' : 'level';
  return (
    <span className={classes.delta} data-way={way}>
      <Icon of={way === 'up' ? ArrowUp : way === 'down' ? ArrowDown : Minus} size={13} />
      {formatPercent(way === 'level' ? 0 : ratio, { signed: true })}
      {against === undefined ? null : <span className={classes.deltaAgainst}>{against}</span>}
    </span>
  );
}
