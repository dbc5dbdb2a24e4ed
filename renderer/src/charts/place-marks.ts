/** A label of the lane above the plot: where it stands and on which side of its line the words go. */
export interface PlacedMark {
  readonly index: number;
  readonly x: number;
  /** 'none' drops the words: neighbours are closer than they are wide. */
  readonly words: 'right' | 'left' | 'none';
}

export const markIconWidth = 18;
const gap = 10;

/**
 * Places labels from left to right: words to the right of the icon if the next mark leaves room, else to the left if
 * the mark before does, else the icon alone. An icon that would cover the one before is left out (its line stays).
 */
export function placeMarks(
  marks: readonly { readonly x: number; readonly wordsWidth: number }[],
  bounds: { readonly left: number; readonly right: number },
): PlacedMark[] {
  const placed: PlacedMark[] = [];
  let taken = bounds.left - gap;
  for (const [index, { x, wordsWidth }] of marks.entries()) {
    if (x - markIconWidth / 2 < taken) continue;
    const next = marks.slice(index + 1).find((other) => other.x - x >= markIconWidth);
    const roomRight = (next === undefined ? bounds.right : next.x - markIconWidth / 2) - (x + markIconWidth / 2);
    const roomLeft = x - markIconWidth / 2 - taken;
    const words =
      wordsWidth <= roomRight - (next === undefined ? 0 : gap)
        ? 'right'
        : wordsWidth + gap <= roomLeft
          ? 'left'
          : 'none';
    placed.push({ index, x, words });
    taken = x + markIconWidth / 2 + (words === 'right' ? wordsWidth : 0);
  }
  return placed;
}
