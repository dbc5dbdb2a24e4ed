import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useConsole } from '../../store/console-store.ts';
import { Announcer } from './announcer.tsx';
import classes from './frame.module.css';
import { Notices } from './notices.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeys } from './use-keys.ts';

/** Rail, top bar and status bar around the screen. */
export function Frame({ children }: { readonly children: ReactNode }) {
  useKeys();
  const narrow = useMediaQuery('(max-width: 1279px)', undefined, { getInitialValueInEffect: false });
  const chosen = useConsole((state) => state.settings?.railCollapsed ?? false);
  const wall = useConsole((state) => state.wallMode);
  const collapsed = chosen || narrow;
  return (
    <div className={classes.frame} data-collapsed={collapsed || undefined} data-wall={wall || undefined}>
      {wall ? null : <Rail collapsed={collapsed} fixed={narrow} />}
      {wall ? null : <TopBar />}
      <main className={classes.main}>{children}</main>
      <Notices />
      <StatusBar />
      <Palette />
      <ShortcutSheet />
      <Announcer />
    </div>
  );
}
