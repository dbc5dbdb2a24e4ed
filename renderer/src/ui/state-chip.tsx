import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleQuestionMark,
  Hourglass,
  type LucideIcon,
  OctagonX,
  RefreshCw,
  TriangleAlert,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import classes from './ui.module.css';

export type StateName = 'ok' | 'warn' | 'error' | 'working' | 'paused' | 'idle' | 'unknown' | 'old';
export type StateTone = 'ok' | 'warn' | 'error' | 'info' | 'idle';

/** Each state keeps its icon and its colour everywhere. */
export const stateLook: Readonly<Record<StateName, { readonly icon: LucideIcon; readonly tone: StateTone }>> = {
  ok: { icon: CircleCheck, tone: 'ok' },
  warn: { icon: TriangleAlert, tone: 'warn' },
  error: { icon: OctagonX, tone: 'error' },
  working: { icon: RefreshCw, tone: 'info' },
  paused: { icon: CirclePause, tone: 'idle' },
  idle: { icon: CircleDashed, tone: 'idle' },
  unknown: { icon: CircleQuestionMark, tone: 'idle' },
  old: { icon: Hourglass, tone: 'warn' },
};

interface StateChipProps {
  readonly state: StateName;
  /** The word; a state is never told by colour alone. */
  readonly children: ReactNode;
  /** Another icon than the state's own, where an activity has one (running, receiving). */
  readonly icon?: LucideIcon;
  /** Without ground: inside cards and table cells. */
  readonly plain?: boolean;
}

/** Icon + word + colour. */
export function StateChip({ state, children, icon, plain = false }: StateChipProps) {
  const look = stateLook[state];
  return (
    <span className={classes.chip} data-tone={look.tone} data-plain={plain || undefined}>
      <Icon of={icon ?? look.icon} small />
      {children}
    </span>
  );
}
