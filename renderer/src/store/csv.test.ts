import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('cells with commas, quotes or line breaks are quoted', () => {
  expect(
    toCsv(
      ['name', 'n'],
      [
        ['Grandmother\'s "Zeppelin", part 2', 3],
        [null, -1],
      ],
    ),
  ).toBe('\uFEFFname,n\r\n"Grandmother\'s ""Zeppelin"", part 2",3\r\n,-1\r\n');
});

test('text that a spreadsheet would run is defused, a negative amount is not', () => {
  expect(toCsv(['a', 'b'], [['=HYPERLINK("x")', '-12.50']])).toContain('"\'=HYPERLINK(""x"")",-12.50');
});

test.each(['+SUM(1)', '-1+2', '@SUM(A1)', ' =1+1', '\t=1', '\r=1', '\n=1', '＝1+1'])(
  '%j cannot start a formula',
  (text) => {
    const [, row] = toCsv(['a'], [[text]]).split('a\r\n');
    expect(row).toMatch(/^"?'/);
  },
);
