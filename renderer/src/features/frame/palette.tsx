import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import { Search } from 'lucide-react';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { commands } from '../../../../electron/contract/commands.ts';
import { canRun } from '../../store/can-run.ts';
import { useConsole } from '../../store/console-store.ts';
import { runCommand, setPaletteOpener } from '../../store/run-command.ts';
import { offeredActions, onScreenActions } from '../../store/screen-actions.ts';
import { Icon } from '../../ui/icon.tsx';
import { KeyHint } from '../../ui/key-hint.tsx';
import classes from './frame.module.css';

/** Every command of the registry, and every theatre, by name. */
export function Palette() {
  const catalogue = useConsole((state) => state.catalogue);
  const openDrawer = useConsole((state) => state.openDrawer);
  const show = useConsole((state) => state.show);
  useEffect(() => {
    setPaletteOpener(() => spotlight.open());
    return () => setPaletteOpener(() => undefined);
  }, []);

  // What a screen offers is not in the store: a change of it draws anew, and the selection is then made anew.
  useSyncExternalStore(onScreenActions, offeredActions);
  const runnable = useConsole(
    useShallow((state) => commands.filter(({ id }) => canRun(id, state)).map(({ id }): string => id)),
  );

  const groups = useMemo((): SpotlightActionGroupData[] => {
    const commandActions = commands
      .filter(({ id }) => id !== 'palette.open')
      .map(({ id, label, keys }) => ({
        id,
        label,
        disabled: !runnable.includes(id),
        onClick: () => runCommand(id),
        rightSection: keys === null ? null : <KeyHint keys={keys} />,
      }));
    const theaterActions = [...(catalogue?.theaters.values() ?? [])].map(({ id, name, city }) => ({
      id: `theatre-${id}`,
      label: name,
      description: city,
      onClick: () => {
        show('theatres');
        openDrawer(id);
      },
    }));
    return [
      { group: 'Commands', actions: commandActions },
      ...(theaterActions.length === 0 ? [] : [{ group: 'Theatres', actions: theaterActions }]),
    ];
  }, [catalogue, runnable, openDrawer, show]);

  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      limit={60}
      scrollable
      maxHeight={420}
      size={520}
      nothingFound="Nothing of that name"
      transitionProps={{ duration: 0 }}
      overlayProps={{ backgroundOpacity: 0.4, blur: 0 }}
      attributes={{ content: { 'aria-label': 'Commands and theatres' } }}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      searchProps={{
        leftSection: <Icon of={Search} />,
        placeholder: 'Find or run a command',
        'aria-label': 'Find or run a command',
      }}
      classNames={{
        content: classes.palette ?? '',
        search: classes.paletteSearch ?? '',
        action: classes.paletteAction ?? '',
        actionSection: classes.paletteSection ?? '',
        actionsGroup: classes.paletteGroup ?? '',
      }}
    />
  );
}
