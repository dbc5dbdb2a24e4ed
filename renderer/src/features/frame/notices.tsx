import { CloseButton } from '@mantine/core';
import { Info, OctagonX } from 'lucide-react';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import classes from './frame.module.css';

/** What the user is told once, above the status bar until dismissed. */
export function Notices() {
  const notices = useConsole((state) => state.notices);
  const dismiss = useConsole((state) => state.dismissNotice);
  return (
    <div className={classes.notices} role="status" aria-live="polite">
      {notices.map(({ id, tone, text, hint }) => (
        <div key={id} className={classes.notice} data-tone={tone} data-selectable>
          <Icon of={tone === 'error' ? OctagonX : Info} />
          <div>
            <div>{text}</div>
            {hint === null ? null : <div className={classes.noticeHint}>{hint}</div>}
          </div>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
