import type { Mark } from '../../../../backend/domain/status.ts';
import type { ChartBand, ChartMark } from '../../charts/revenue-picture.ts';
import { spanWords } from '../../ui/time-words.ts';

interface Shown {
  readonly from: number;
  readonly to: number;
  /** When the picture stopped, epoch ms; null while there is one. */
  readonly noPictureSince: number | null;
  readonly clock: (at: number) => string;
}

/** The marks and bands of a span of time: an outage is a band from consumer-down to consumer-up, under one label. */
export function chartMarks(marks: readonly Mark[], shown: Shown): { marks: ChartMark[]; bands: ChartBand[] } {
  const { from, to, noPictureSince, clock } = shown;
  const drawn: ChartMark[] = [];
  const bands: ChartBand[] = [];
  let downAt: number | null = null;
  for (const { at, kind, text } of marks) {
    if (kind === 'consumer-down') downAt ??= at;
    else if (kind === 'consumer-up') {
      if (downAt !== null) {
        bands.push({ kind: 'outage', from: downAt, to: at });
        drawn.push({ at: downAt, kind: 'consumer-down', text: `Consumer down ${spanWords(at - downAt)}` });
      }
      downAt = null;
    } else drawn.push({ at, kind, text });
  }
  if (noPictureSince !== null) {
    bands.push({ kind: 'no-picture', from: noPictureSince, to });
    drawn.push({ at: noPictureSince, kind: 'no-picture', text: `No picture since ${clock(noPictureSince)}` });
  }
  return {
    marks: drawn.filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at),
    bands: bands.filter((band) => band.to > from && band.from < to),
  };
}
