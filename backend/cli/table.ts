import { printable } from '../lib/plain-text.ts';

/** Rows in columns. What others wrote may hold what a terminal would obey: it is shown, not obeyed. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell)));
  const widths = cells[0]?.map((_cell, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? '')))) ?? [];
  return cells
    .map((row) => {
      const padded = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)));
      return `${padded.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** In characters as a person counts them. */
function widthOf(text: string): number {
  return [...text].length;
}

export function instant(at: number | null): string {
  return at === null ? 'never' : new Date(at).toISOString();
}
