import { type ReactNode, useId } from 'react';
import classes from './ui.module.css';
import { WidgetBoundary } from './widget-boundary.tsx';

interface CardProps {
  readonly title: ReactNode;
  /** A few tertiary words after the title. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  readonly foot?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A card with head and foot: one widget with its own error boundary. */
export function Card({ title, note, actions, foot, children, className }: CardProps) {
  const id = useId();
  return (
    <section className={`${classes.card} ${className ?? ''}`} aria-labelledby={id}>
      <header className={classes.cardHead}>
        <h2 className={classes.cardTitle} id={id}>
          {title}
        </h2>
        {note === undefined ? null : <span className={classes.cardNote}>{note}</span>}
        {actions === undefined ? null : <div className={classes.cardActions}>{actions}</div>}
      </header>
      <div className={classes.cardBody}>
        <WidgetBoundary>{children}</WidgetBoundary>
      </div>
      {foot === undefined ? null : <footer className={classes.cardFoot}>{foot}</footer>}
    </section>
  );
}

/** A card without head: for banners and forms. */
export function Panel({
  label,
  children,
  className,
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
}) {
  return (
    <section className={`${classes.card} ${className ?? ''}`} aria-label={label}>
      <WidgetBoundary>{children}</WidgetBoundary>
    </section>
  );
}
