const inset = 3;

/** SVG path through the values on their own scale, and where the last one lies; gaps at null. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
): { path: string; end: { x: number; y: number } | null } {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { path: '', end: null };
  const lowest = Math.min(...known);
  const span = Math.max(...known) - lowest;
  const step = values.length > 1 ? (width - 2 * inset) / (values.length - 1) : 0;
  // A level series lies in the middle, as the bottom would read as zero; nothing at all lies at the bottom.
  const level = lowest === 0 ? height - inset : height / 2;
  let path = '';
  let pen = 'M';
  let end: { x: number; y: number } | null = null;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    const x = round(inset + index * step);
    const y = round(span === 0 ? level : height - inset - ((value - lowest) / span) * (height - 2 * inset));
    path += `${pen}${x} ${y}`;
    pen = 'L';
    end = { x, y };
  }
  return { path, end };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
