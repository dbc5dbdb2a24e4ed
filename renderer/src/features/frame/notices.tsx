import { CloseButton } from '@mantine/core';
import { Info, OctagonX } from 'lucide-react';
import { useEffect } from 'react';
import type { Notice } from '../../store/app-slice.ts';
import { useConsole } from '../../store/console-store.ts';
import { Icon } from '../../ui/icon.tsx';
import classes from './frame.module.css';

/** How long a notice that does not last is shown, ms. */
const shownMs = 8000;

/** What the user is told once, above the status bar. Failures stay until dismissed. */
export function Notices() {
  const notices = useConsole((state) => state.notices);
  return (
    <div className={classes.notices} role="status" aria-live="polite">
      {notices.map((notice) => (
        <NoticeView key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeView({ notice: { id, lasting, tone, text, hint } }: { readonly notice: Notice }) {
  const dismiss = useConsole((state) => state.dismissNotice);
  useEffect(() => {
    if (lasting) return undefined;
    const timer = setTimeout(() => dismiss(id), shownMs);
    return () => clearTimeout(timer);
  }, [id, lasting, dismiss]);
  return (
    <div className={classes.notice} data-tone={tone} data-selectable>
      <Icon of={tone === 'error' ? OctagonX : Info} />
      <div>
        <div>{text}</div>
        {hint === null ? null : <div className={classes.noticeHint}>{hint}</div>}
      </div>
      <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(id)} />
    </div>
  );
}
