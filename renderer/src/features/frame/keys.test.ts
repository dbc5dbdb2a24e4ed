import { expect, test } from 'vitest';
import { commandOf, type KeyPress } from './keys.ts';

const press = (key: string, patch: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...patch,
});

test.each([
  [press('k', { ctrlKey: true }), 'palette.open'],
  [press('S', { ctrlKey: true, shiftKey: true }), 'simulator.toggle'],
  [press('ArrowLeft', { altKey: true }), 'day.previous'],
  [press('?', { shiftKey: true }), 'shortcuts.show'],
  [press(' '), 'live.pause'],
  [press('F11'), 'wall.toggle'],
  [press(',', { ctrlKey: true }), 'settings.open'],
  [press('2'), 'screen.theatres'],
  [press('&', { code: 'Digit1', ctrlKey: true }), 'screen.live'],
  [press('л', { code: 'KeyK', ctrlKey: true }), 'palette.open'],
  [press('s', { ctrlKey: true }), null],
  [press('5'), 'screen.settings'],
  [press('6'), null],
] as const)('%o means %s', (key, command) => {
  expect(commandOf(key, 'page', false)).toBe(command);
});

test('a Dvorak keyboard goes by its letters, not by their places', () => {
  expect(commandOf(press('t', { code: 'KeyK', ctrlKey: true }), 'page', false)).toBeNull();
});

test('on macOS Command takes the place of Ctrl', () => {
  expect(commandOf(press('k', { metaKey: true }), 'page', true)).toBe('palette.open');
  expect(commandOf(press('k', { ctrlKey: true }), 'page', true)).toBeNull();
});

test('in a text field only combinations with Ctrl count', () => {
  expect(commandOf(press(' '), 'text', false)).toBeNull();
  expect(commandOf(press('1'), 'text', false)).toBeNull();
  expect(commandOf(press('?', { shiftKey: true }), 'text', false)).toBeNull();
  expect(commandOf(press('k', { ctrlKey: true }), 'text', false)).toBe('palette.open');
});

test('Space works the control that has the focus', () => {
  expect(commandOf(press(' '), 'control', false)).toBeNull();
});
