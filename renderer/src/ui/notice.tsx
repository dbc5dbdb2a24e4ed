import { type LucideIcon, OctagonX, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import classes from './ui.module.css';

interface NoticeProps {
  readonly tone: 'error' | 'warn' | 'idle';
  /** For `idle`; the others have their own. */
  readonly icon?: LucideIcon;
  readonly title: string;
  readonly text: string;
  readonly actions?: ReactNode;
}

/** A state that lasts and what can be done about it, across the screen; told to screen readers once. */
export function Notice({ tone, icon, title, text, actions }: NoticeProps) {
  return (
    <div className={classes.banner} data-tone={tone} role="status">
      <Icon of={icon ?? (tone === 'error' ? OctagonX : TriangleAlert)} size={20} />
      <div className={classes.bannerText} data-selectable>
        <div className={classes.bannerTitle}>{title}</div>
        <div className={classes.bannerCause}>{text}</div>
      </div>
      {actions === undefined ? null : <div className={classes.screenActions}>{actions}</div>}
    </div>
  );
}
