import { CircleStop, CircleX, type LucideIcon, Play, Scale, Unplug } from 'lucide-react';
import { memo } from 'react';
import { Icon } from '../ui/icon.tsx';
import { type PlotFrame, xOf } from './chart-frame.ts';
import classes from './charts.module.css';
import { markIconWidth, placeMarks } from './place-marks.ts';
import type { ChartMark } from './revenue-picture.ts';

const icons: Readonly<Record<ChartMark['kind'], LucideIcon>> = {
  'simulator-started': Play,
  'simulator-stopped': CircleStop,
  'backend-switched': Scale,
  'consumer-down': Unplug,
  'no-picture': CircleX,
};

/** Mean advance of the interface font at 11 px: enough to know whether words fit. */
const characterWidth = 5.9;

/** The lane above the plot: an icon and words over each mark's line. */
export const MarksLane = memo(function MarksLane({
  marks,
  frame,
}: {
  readonly marks: readonly ChartMark[];
  readonly frame: PlotFrame;
}) {
  const placed = placeMarks(
    marks.map(({ at, text, kind }) => ({
      x: xOf(at, frame),
      wordsWidth: text.length * characterWidth + 6,
      important: kind === 'no-picture',
    })),
    frame,
  );
  return (
    <div className={classes.lane} aria-hidden="true">
      {placed.map(({ index, x, words }) => {
        const mark = marks[index];
        if (mark === undefined) return null;
        return (
          <div
            key={`${mark.kind} ${mark.at}`}
            className={classes.mark}
            data-kind={mark.kind}
            data-words={words}
            style={
              words === 'left' ? { right: `calc(100% - ${x + markIconWidth / 2}px)` } : { left: x - markIconWidth / 2 }
            }
            title={mark.text}
          >
            <Icon of={icons[mark.kind]} small />
            {words === 'none' ? null : <span>{mark.text}</span>}
          </div>
        );
      })}
    </div>
  );
});
