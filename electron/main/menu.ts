import type { MenuItemConstructorOptions } from 'electron';
import { type CommandId, commands } from '../contract/commands.ts';

export interface MenuOptions {
  readonly platform: NodeJS.Platform;
  readonly devTools: boolean;
  /** A command was chosen. */
  readonly run: (id: CommandId) => void;
}

type CommandMenu = (typeof commands)[number]['menu'];

/**
 * The native menu: our commands beside the system's roles. The page handles the commands' keys itself, so the menu only
 * shows them; macOS cannot show a key without taking it, so there the keys stand in the shortcut sheet alone. No key
 * fires twice either way.
 */
export function menuTemplate({ platform, devTools, run }: MenuOptions): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const items = (menu: CommandMenu): MenuItemConstructorOptions[] =>
    commands
      .filter((command) => command.menu === menu)
      .map(({ id, label, keys }) => ({
        id,
        label,
        ...(keys === null || mac ? {} : { accelerator: keys, registerAccelerator: false }),
        click: () => run(id),
      }));
  const line: MenuItemConstructorOptions = { type: 'separator' };
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    { label: 'File', submenu: [...items('File'), line, mac ? { role: 'close' } : { role: 'quit' }] },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...items('View'),
        line,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        ...(devTools ? [line, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    { label: 'Live', submenu: items('Live') },
    { role: 'windowMenu' },
    { role: 'help', submenu: items('Help') },
  ];
}
