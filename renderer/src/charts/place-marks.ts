/** A label of the lane above the plot: where it stands and on which side of its line the words go. */
interface PlacedMark {
  readonly index: number;
  readonly x: number;
  /** 'none' drops the words: there is no room for them. */
  readonly words: 'right' | 'left' | 'none';
}

interface MarkToPlace {
  readonly x: number;
  readonly wordsWidth: number;
  /** Gets its place before the others. */
  readonly important: boolean;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

export const markIconWidth = 18;
const gap = 10;

/**
 * Places labels: first the icons, of which one that would cover another is left out (its line stays), then the words, to
 * the right of the icon if there is room, else to the left, else none. The important go first, then the newest.
 */
export function placeMarks(
  marks: readonly MarkToPlace[],
  bounds: { readonly left: number; readonly right: number },
): PlacedMark[] {
  const order = marks
    .map((mark, index) => ({ ...mark, index }))
    .sort((a, b) => Number(b.important) - Number(a.important) || b.x - a.x);
  const taken: Interval[] = [];
  const isFree = (wanted: Interval): boolean => taken.every(({ from, to }) => wanted.to <= from || wanted.from >= to);

  const standing = order.filter(({ x }) => {
    const icon = { from: x - markIconWidth / 2, to: x + markIconWidth / 2 };
    if (!isFree(icon)) return false;
    taken.push(icon);
    return true;
  });
  return standing
    .map(({ index, x, wordsWidth }): PlacedMark => {
      const right = { from: x + markIconWidth / 2, to: x + markIconWidth / 2 + wordsWidth };
      const left = { from: x - markIconWidth / 2 - wordsWidth, to: x - markIconWidth / 2 };
      if (right.to <= bounds.right && isFree({ ...right, to: right.to + gap })) {
        taken.push(right);
        return { index, x, words: 'right' };
      }
      if (left.from >= bounds.left && isFree({ ...left, from: left.from - gap })) {
        taken.push(left);
        return { index, x, words: 'left' };
      }
      return { index, x, words: 'none' };
    })
    .sort((a, b) => a.index - b.index);
}
