import { Tooltip, UnstyledButton } from '@mantine/core';
import {
  Activity,
  Building2,
  FlaskConical,
  type LucideIcon,
  PanelLeftClose,
  PanelLeftOpen,
  Settings,
  Workflow,
} from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { commands } from '../../../../electron/contract/commands.ts';
import { updateSettings } from '../../store/actions.ts';
import { useConsole } from '../../store/console-store.ts';
import type { Screen } from '../../store/view-slice.ts';
import { AppMark } from '../../ui/app-mark.tsx';
import { Icon } from '../../ui/icon.tsx';
import { pipelineWords } from '../../ui/pipeline-words.ts';
import { stateLook } from '../../ui/state-chip.tsx';
import classes from './frame.module.css';

const entries: readonly { readonly screen: Screen; readonly icon: LucideIcon }[] = [
  { screen: 'live', icon: Activity },
  { screen: 'theatres', icon: Building2 },
  { screen: 'pipeline', icon: Workflow },
  { screen: 'simulator', icon: FlaskConical },
  { screen: 'settings', icon: Settings },
];

interface RailProps {
  readonly collapsed: boolean;
  /** The window is too narrow for words, so there is nothing to choose. */
  readonly fixed: boolean;
}

export function Rail({ collapsed, fixed }: RailProps) {
  const screen = useConsole((state) => state.screen);
  const noSource = useConsole((state) => state.appState?.phase === 'no-source');
  const show = useConsole((state) => state.show);
  const { state, words } = useConsole(useShallow((console) => pipelineWords(console.status)));
  const troubled = state === 'warn' || state === 'error' || state === 'paused' ? state : null;
  return (
    <nav className={classes.rail} aria-label="Screens">
      <div className={classes.brand}>
        <AppMark />
        {collapsed ? null : <span>ReelMetrics</span>}
      </div>
      <ul className={classes.entries}>
        {entries.map(({ screen: each, icon }) => {
          const command = commands.find(({ id }) => id === `screen.${each}`);
          const label = command?.label ?? each;
          // Before the first choice there is one page besides the settings.
          const closed = noSource && each !== 'live' && each !== 'settings';
          return (
            <li key={each}>
              <Tooltip label={label} position="right" disabled={!collapsed}>
                <UnstyledButton
                  className={classes.entry}
                  aria-current={screen === each ? 'page' : undefined}
                  disabled={closed}
                  title={closed ? 'Choose a data source first' : undefined}
                  aria-label={collapsed ? label : undefined}
                  onClick={() => show(each)}
                >
                  <Icon of={icon} />
                  {collapsed ? null : <span className={classes.entryLabel}>{label}</span>}
                  {each === 'pipeline' && troubled !== null ? (
                    <span className={classes.entryState} data-tone={stateLook[troubled].tone}>
                      <Icon of={stateLook[troubled].icon} small label={words} />
                    </span>
                  ) : (
                    <span className={classes.entryKey} aria-hidden="true">
                      {command?.keys?.split('+').at(-1)}
                    </span>
                  )}
                </UnstyledButton>
              </Tooltip>
            </li>
          );
        })}
      </ul>
      {fixed ? null : (
        <div className={classes.collapse}>
          <UnstyledButton
            className={classes.entry}
            aria-label={collapsed ? 'Expand the rail' : undefined}
            onClick={() => void updateSettings({ railCollapsed: !collapsed })}
          >
            <Icon of={collapsed ? PanelLeftOpen : PanelLeftClose} />
            {collapsed ? null : <span className={classes.entryLabel}>Collapse</span>}
          </UnstyledButton>
        </div>
      )}
    </nav>
  );
}
