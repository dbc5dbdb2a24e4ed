import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { commands } from '../contract/commands.ts';
import { menuTemplate } from './menu.ts';

function flatten(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])]);
}
const ids = new Set<string>(commands.map((command) => command.id));
const ours = (items: readonly MenuItemConstructorOptions[]) => flatten(items).filter((item) => ids.has(item.id ?? ''));

describe('the native menu', () => {
  it.each(['linux', 'win32', 'darwin'] as const)('has every command once, and runs it (%s)', (platform) => {
    const ran: string[] = [];
    const items = ours(menuTemplate({ platform, devTools: false, run: (id) => void ran.push(id) }));
    for (const item of items) (item.click as () => void)();
    expect([...ran].sort()).toEqual(commands.map((command) => command.id).sort());
  });

  it('shows keys without taking them, so that the page alone acts on them', () => {
    for (const platform of ['linux', 'win32'] as const) {
      const items = ours(menuTemplate({ platform, devTools: true, run: () => undefined }));
      expect(
        items.filter((item) => item.accelerator !== undefined).every((item) => item.registerAccelerator === false),
      ).toBe(true);
      expect(items.find((item) => item.id === 'live.pause')?.accelerator).toBe('Space');
    }
    const mac = ours(menuTemplate({ platform: 'darwin', devTools: true, run: () => undefined }));
    expect(mac.every((item) => item.accelerator === undefined)).toBe(true);
  });

  it('offers developer tools only when they are allowed, and never a reload that would bypass Refresh', () => {
    const roles = (devTools: boolean) =>
      flatten(menuTemplate({ platform: 'linux', devTools, run: () => undefined })).map((item) => item.role);
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toContain('toggleDevTools');
    expect(roles(true)).not.toContain('reload');
    expect(roles(true)).toContain('quit');
  });
});
