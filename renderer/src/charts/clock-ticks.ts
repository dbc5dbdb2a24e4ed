const minuteMs = 60_000;
/** Every zone's offset is a multiple of a quarter hour, so finer steps are aligned alike in all zones. */
const quarterMinutes = 15;

/** Steps in minutes that read well on a clock. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720] as const;

/**
 * Instants in `from..to` (epoch ms) where the local clock shows a multiple of a round step; as many as fit at most.
 * `localMinute` gives the minutes since local midnight of an instant.
 */
export function clockTicks(from: number, to: number, most: number, localMinute: (at: number) => number): number[] {
  const span = (to - from) / minuteMs;
  const step = steps.find((candidate) => span / candidate <= most) ?? 1440;
  const grid = Math.min(step, quarterMinutes) * minuteMs;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / grid) * grid; at <= to; at += grid) {
    if (step <= quarterMinutes ? (at / minuteMs) % step === 0 : localMinute(at) % step === 0) ticks.push(at);
  }
  return ticks;
}
