import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useConsole } from '../../store/console-store.ts';
import type { SettingsSection } from '../../store/view-slice.ts';
import { ScreenHead } from '../../ui/screen-head.tsx';
import { About } from './about.tsx';
import { BackendSettings } from './backend-settings.tsx';
import { DataSource } from './data-source.tsx';
import { General } from './general.tsx';
import { LiveSettings } from './live-settings.tsx';
import { LocalApi } from './local-api.tsx';
import classes from './settings.module.css';
import { Shortcuts } from './shortcuts.tsx';

interface SectionEntry {
  readonly id: SettingsSection;
  readonly label: string;
  readonly Section: () => ReactNode;
  /** Fills the screen and scrolls its own parts. */
  readonly whole?: boolean;
}

const sections: readonly SectionEntry[] = [
  { id: 'general', label: 'General', Section: General },
  { id: 'data-source', label: 'Data source', Section: DataSource, whole: true },
  { id: 'backend', label: 'Backend', Section: BackendSettings },
  { id: 'live', label: 'Live', Section: LiveSettings },
  { id: 'local-api', label: 'Local API', Section: LocalApi },
  { id: 'shortcuts', label: 'Shortcuts', Section: Shortcuts },
  { id: 'about', label: 'About', Section: About },
];

export function SettingsScreen() {
  const chosen = useConsole((state) => state.settingsSection);
  const showSettings = useConsole((state) => state.showSettings);
  const loaded = useConsole((state) => state.settings !== null);
  const current = sections.find(({ id }) => id === chosen);
  return (
    <>
      <ScreenHead title="Settings" note={current?.label} banner={false} />
      <div className={classes.layout}>
        <nav className={classes.nav} aria-label="Sections of the settings">
          {sections.map(({ id, label }) => (
            <UnstyledButton
              key={id}
              className={classes.navItem}
              aria-current={id === chosen ? 'true' : undefined}
              onClick={() => showSettings(id)}
            >
              {label}
            </UnstyledButton>
          ))}
        </nav>
        <div className={classes.content} data-whole={current?.whole}>
          {loaded && current !== undefined ? <current.Section /> : null}
        </div>
      </div>
    </>
  );
}
