/** A cell: text, a number, or nothing. Amounts come as decimal text, which a spreadsheet reads exactly. */
export type CsvCell = string | number | null;

/**
 * CSV as RFC 4180 has it, with a byte order mark so that spreadsheets take it for UTF-8. Text that a spreadsheet would
 * run as a formula, also after blanks or in its full-width signs, gets an apostrophe.
 */
export function toCsv(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  const line = (cells: readonly CsvCell[]): string => `${cells.map(cell).join(',')}\r\n`;
  return `\uFEFF${line(head)}${rows.map(line).join('')}`;
}

function cell(value: CsvCell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const isNumber = /^-?\d+(\.\d+)?$/.test(value);
  const text = !isNumber && /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
