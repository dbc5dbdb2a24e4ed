import { expect, it } from 'vitest';
import { chartMarks } from './chart-marks.ts';

const shown = { from: 100_000, to: 400_000, noPictureSince: null, clock: (at: number) => `t${at}` };

it('makes an outage one band and one label with its length', () => {
  const { marks, bands } = chartMarks(
    [
      { at: 150_000, kind: 'consumer-down', text: 'Consumer down' },
      { at: 250_000, kind: 'consumer-up', text: 'Consumer up' },
      { at: 300_000, kind: 'backend-switched', text: 'Backend → sql' },
    ],
    shown,
  );
  expect(bands).toEqual([{ kind: 'outage', from: 150_000, to: 250_000 }]);
  expect(marks.map(({ text }) => text)).toEqual(['Consumer down 1 m 40 s', 'Backend → sql']);
});

it('hatches from the last picture to the right edge and leaves out what lies before the span', () => {
  const { marks, bands } = chartMarks([{ at: 50_000, kind: 'simulator-started', text: 'Simulator started' }], {
    ...shown,
    noPictureSince: 350_000,
  });
  expect(bands).toEqual([{ kind: 'no-picture', from: 350_000, to: 400_000 }]);
  expect(marks).toEqual([{ at: 350_000, kind: 'no-picture', text: 'No picture since t350000' }]);
});

it('shows the part of an outage that reaches into the span', () => {
  const { bands } = chartMarks(
    [
      { at: 50_000, kind: 'consumer-down', text: '' },
      { at: 120_000, kind: 'consumer-up', text: '' },
    ],
    shown,
  );
  expect(bands).toHaveLength(1);
});
