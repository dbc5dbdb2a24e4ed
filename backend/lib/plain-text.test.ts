import { describe, expect, it } from 'vitest';
import { faultOf, printable, printableJson } from './plain-text.ts';

describe('plain text', () => {
  it.each(['ada', 'Zoë', '北京 影院', 'سينما', 'a\u200db', '👩‍🚀', 'e\u0301', ''])('"%s" is fit', (text) => {
    expect([faultOf(text), printable(text)]).toEqual([null, text]);
  });

  it.each([
    ['a\0b', 'U+0000 at position 2'],
    ['\u001b]0;x\u0007', 'U+001B at position 1'],
    ['a\nb', 'U+000A'],
    ['a\tb', 'U+0009'],
    ['\u007f', 'U+007F'],
    ['\u009b31m', 'U+009B'],
    ['\u202egpj.exe', 'U+202E'],
    ['a\u2066b', 'U+2066'],
    ['\u200fx', 'U+200F'],
    ['a\u2028b', 'U+2028'],
    ['\ud800', 'U+D800'],
    ['x\udc00y', 'U+DC00 at position 2'],
    ['\ufeffx', 'U+FEFF'],
  ])('%j is not', (text, words) => {
    expect(faultOf(text)).toContain(words);
    expect(printable(text)).toMatch(/\\u\{[0-9a-f]+\}/);
    expect(faultOf(printable(text))).toBeNull();
  });

  it('is measured in bytes', () => {
    expect(faultOf('é'.repeat(60), 120)).toBeNull();
    expect(faultOf('é'.repeat(61), 120)).toContain('122 bytes');
    expect(faultOf('👍'.repeat(31), 120)).toContain('124 bytes');
  });

  it('is escaped in JSON without another value', () => {
    const value = { text: 'a\u009b31m\u202e\u007f\u001b\0', name: 'Zoë' };
    const json = printableJson(JSON.stringify(value));
    expect([faultOf(json), JSON.parse(json)]).toEqual([null, value]);
  });

  it('keeps line breaks where they are wanted', () => {
    expect(printable('a\nb\u001b', { lines: true })).toBe('a\nb\\u{1b}');
  });
});
