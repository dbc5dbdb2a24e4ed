import { describe, expect, it } from 'vitest';
import { placeMarks } from './place-marks.ts';

const bounds = { left: 0, right: 600 };

describe('placeMarks', () => {
  it('writes to the right while there is room', () => {
    const placed = placeMarks(
      [
        { x: 100, wordsWidth: 80 },
        { x: 300, wordsWidth: 80 },
      ],
      bounds,
    );
    expect(placed.map(({ words }) => words)).toEqual(['right', 'right']);
  });

  it('flips to the left at the right edge', () => {
    expect(placeMarks([{ x: 590, wordsWidth: 80 }], bounds)[0]?.words).toBe('left');
  });

  it('drops the words where neighbours are closer than them', () => {
    const placed = placeMarks(
      [
        { x: 40, wordsWidth: 80 },
        { x: 80, wordsWidth: 80 },
        { x: 120, wordsWidth: 80 },
      ],
      bounds,
    );
    expect(placed.map(({ words }) => words)).toEqual(['none', 'none', 'right']);
  });

  it('leaves out an icon that would cover the one before', () => {
    expect(
      placeMarks(
        [
          { x: 40, wordsWidth: 10 },
          { x: 44, wordsWidth: 10 },
        ],
        bounds,
      ).map(({ index }) => index),
    ).toEqual([0]);
  });
});
