import { type CommandId, commands } from '../../../../electron/contract/commands.ts';

/** What of a key press matters; a `KeyboardEvent` is one. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Where the focus is: what a key without Ctrl would otherwise do there. */
export type Focus = 'text' | 'control' | 'page';

const named: Readonly<Record<string, string>> = { Space: ' ', Left: 'ArrowLeft', Right: 'ArrowRight' };

/** The command that a key press means, or null. In a text field only combinations with Ctrl (Command) count. */
export function commandOf(press: KeyPress, focus: Focus, mac: boolean): CommandId | null {
  for (const { id, keys } of commands) {
    if (keys === null || !isPressed(keys, press, mac)) continue;
    if (focus === 'text' && !keys.startsWith('CmdOrCtrl') && !/^F\d/.test(keys)) return null;
    // Space works the button or switch that has the focus.
    if (focus === 'control' && keys === 'Space') return null;
    return id;
  }
  return focus === 'text' ? null : screenOf(press);
}

/** The number keys alone choose a screen, as the rail prints them. */
function screenOf(press: KeyPress): CommandId | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.shiftKey) return null;
  const command = commands.find(({ id, keys }) => id.startsWith('screen.') && keys === `CmdOrCtrl+${press.key}`);
  return command?.id ?? null;
}

function isPressed(keys: string, press: KeyPress, mac: boolean): boolean {
  const parts = keys.split('+');
  const key = parts.pop() ?? '';
  const control = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (other || control !== parts.includes('CmdOrCtrl') || press.altKey !== parts.includes('Alt')) return false;
  // On most keyboards '?' itself needs Shift.
  if (key !== '?' && press.shiftKey !== parts.includes('Shift')) return false;
  return isKey(key, press);
}

function isKey(key: string, { key: pressed, code }: KeyPress): boolean {
  if (named[key] !== undefined) return pressed === named[key];
  if (pressed.toUpperCase() === key.toUpperCase()) return true;
  if (/^\d$/.test(key)) return code === `Digit${key}`;
  // A keyboard of another script gives no Latin letter; there the place of the key counts.
  const isLatin = /^[\p{ASCII}]$/u.test(pressed);
  return !isLatin && /^[A-Z]$/.test(key) && code === `Key${key}`;
}

/** What has the focus. */
export function focusOf(element: Element | null): Focus {
  if (element === null || element === document.body) return 'page';
  if (element instanceof HTMLElement && element.isContentEditable) return 'text';
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) return 'text';
  if (element instanceof HTMLInputElement)
    return /^(checkbox|radio|button|range)$/.test(element.type) ? 'control' : 'text';
  return element.matches(
    'button, a, summary, [role="button"], [role="slider"], [role="switch"], [role="tab"], [role="option"]',
  )
    ? 'control'
    : 'page';
}
