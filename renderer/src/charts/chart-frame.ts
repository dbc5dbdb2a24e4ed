/** Where the plot lies inside the chart, in px. Fixed for a currency, so that figures of any length do not move it. */
export const plotMargin = { top: 30, right: 12, bottom: 0, left: 0 } as const;
export const timeAxisHeight = 26;

export interface PlotFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly from: number;
  readonly to: number;
  readonly min: number;
  readonly max: number;
}

export function plotFrame(
  size: { width: number; height: number },
  axisWidth: number,
  range: { from: number; to: number; min: number; max: number },
): PlotFrame {
  return {
    left: plotMargin.left + axisWidth,
    right: size.width - plotMargin.right,
    top: plotMargin.top,
    bottom: size.height - timeAxisHeight - plotMargin.bottom,
    ...range,
  };
}

export function xOf(at: number, { left, right, from, to }: PlotFrame): number {
  return left + ((at - from) / (to - from)) * (right - left);
}

export function yOf(cents: number, { top, bottom, min, max }: PlotFrame): number {
  return bottom - ((cents - min) / (max - min)) * (bottom - top);
}

/** Instant under a horizontal position, clamped to the plot. */
export function instantAt(x: number, { left, right, from, to }: PlotFrame): number {
  const share = Math.min(Math.max((x - left) / (right - left), 0), 1);
  return from + share * (to - from);
}
