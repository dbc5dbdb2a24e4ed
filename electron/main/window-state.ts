import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { codeOf } from '../../backend/lib/app-error.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import { type Bounds, minimumSize } from './window-options.ts';

const coordinate = z.int().min(-100_000).max(100_000);
const schema = z.strictObject({
  bounds: z.strictObject({ x: coordinate, y: coordinate, width: coordinate, height: coordinate }),
  maximized: z.boolean(),
});

/** Where the window was, unmaximised, and whether it was maximised. */
export type WindowState = z.infer<typeof schema>;

/** Part of a window (px) that must lie on a display for a hand to reach it. */
const graspable = { width: 120, height: 40 } as const;

/**
 * The bounds to open with: those remembered, not smaller than the minimum and not larger than the display that shows
 * most of them; null when no display shows enough of them any more.
 */
export function fitBounds(bounds: Bounds, workAreas: readonly Bounds[]): Bounds | null {
  let best: { area: Bounds; shown: number } | null = null;
  for (const area of workAreas) {
    const width = overlap(bounds.x, bounds.width, area.x, area.width);
    const height = overlap(bounds.y, bounds.height, area.y, area.height);
    if (width < graspable.width || height < graspable.height) continue;
    if (best === null || width * height > best.shown) best = { area, shown: width * height };
  }
  if (best === null) return null;
  const width = Math.max(minimumSize.width, Math.min(bounds.width, best.area.width));
  const height = Math.max(minimumSize.height, Math.min(bounds.height, best.area.height));
  // The title bar stays in reach.
  return { x: bounds.x, y: Math.max(bounds.y, best.area.y), width, height };
}

function overlap(start: number, length: number, otherStart: number, otherLength: number): number {
  return Math.min(start + length, otherStart + otherLength) - Math.max(start, otherStart);
}

/** What was remembered; null at the first start or when the file makes no sense (then it is simply written anew). */
export function readWindowState(file: string, logger: Logger): WindowState | null {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') logger.warn('window state not readable, using the default', { file });
    return null;
  }
}

/** Written beside and renamed, so that a crash leaves the old one. */
export function writeWindowState(file: string, state: WindowState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}
