import { expect, test } from 'vitest';
import { bytesOf, hexLines, textOf } from './raw-bytes.ts';

const bytes = bytesOf('e/8AfQ==');

test('a dump has the place, the bytes and what of them can be printed', () => {
  expect([...bytes]).toEqual([0x7b, 0xff, 0x00, 0x7d]);
  expect(hexLines(bytes, 3)).toEqual([
    { at: 0, hex: '7b ff 00', text: '{··' },
    { at: 3, hex: '7d', text: '}' },
  ]);
  expect(hexLines(new Uint8Array(), 16)).toEqual([]);
});

test('as text, what is not UTF-8 and what cannot be seen is made visible', () => {
  expect(textOf(bytes)).toBe('{\uFFFD\u2400}');
  expect(textOf(new TextEncoder().encode('Süßes\n\t'))).toBe('Süßes\n\u2409');
});
