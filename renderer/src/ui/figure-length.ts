/**
 * Length of a figure in tabular digits, for the width of a column that may not cut it: the letters of a currency without a
 * sign (`KWD 1.250`) are wider than a digit.
 */
export function figureLength(text: string): number {
  return text.length + 0.4 * (text.match(/\p{L}/gu)?.length ?? 0);
}
