import { describe, expect, it } from 'vitest';
import { placeMarks } from './place-marks.ts';

const bounds = { left: 0, right: 600 };
const mark = (x: number, wordsWidth = 80, important = false) => ({ x, wordsWidth, important });
const words = (...marks: Parameters<typeof placeMarks>[0]) => placeMarks(marks, bounds).map((placed) => placed.words);

describe('placeMarks', () => {
  it('writes to the right while there is room', () => {
    expect(words(mark(100), mark(300))).toEqual(['right', 'right']);
  });

  it('flips to the left at the right edge', () => {
    expect(words(mark(590))).toEqual(['left']);
  });

  it('drops the words where neighbours are closer than them', () => {
    expect(words(mark(40), mark(80), mark(120))).toEqual(['none', 'none', 'right']);
  });

  it('leaves out the older of two icons that would cover each other', () => {
    expect(placeMarks([mark(40, 10), mark(44, 10)], bounds).map(({ index }) => index)).toEqual([1]);
  });

  it('gives the important one its icon and words before the others', () => {
    const placed = placeMarks([mark(560), mark(580, 80, true), mark(590)], bounds);
    expect(placed.map(({ index }) => index)).toEqual([0, 1]);
    const alone = placeMarks([mark(380), mark(580, 80, true)], bounds);
    expect(alone.map((each) => each.words)).toEqual(['right', 'left']);
  });
});
