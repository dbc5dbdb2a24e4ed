import { beforeEach, expect, test } from 'vitest';
import type { SystemStatus } from '../../../backend/domain/status.ts';
import { defaultSettings } from '../../../backend/settings/settings.ts';
import { useConsole } from './console-store.ts';
import { keptSamples } from './status-slice.ts';

const initial = useConsole.getInitialState();
beforeEach(() => useConsole.setState(initial, true));

const start = Date.UTC(2026, 10, 22, 18, 0, 0);

/** Only what the samples are made of. */
function status(at: number, rate: number, state: SystemStatus['simulator']['state'] = 'running'): SystemStatus {
  return {
    at,
    simulator: { state, rate, burst: null, settings: { ...defaultSettings.simulator, rate: 16 } },
  } as unknown as SystemStatus;
}

const { takeStatus } = useConsole.getState();

test('one sample stands for two seconds', () => {
  takeStatus(status(start, 10));
  takeStatus(status(start + 500, 12));
  takeStatus(status(start + 2000, 14));
  expect(useConsole.getState().produced).toEqual([
    { at: start, rate: 10, target: 16 },
    { at: start + 2000, rate: 14, target: 16 },
  ]);
});

test('the target of a burst is the burst, of a stopped simulator none', () => {
  const bursting = status(start, 10);
  takeStatus({ ...bursting, simulator: { ...bursting.simulator, burst: { rate: 2000, until: start + 9000 } } });
  takeStatus(status(start + 2000, 0, 'stopped'));
  expect(useConsole.getState().produced.map(({ target }) => target)).toEqual([2000, 0]);
});

test('samples are capped', () => {
  for (let index = 0; index < keptSamples * 2; index += 1) takeStatus(status(start + index * 2000, index));
  const { produced } = useConsole.getState();
  expect(produced).toHaveLength(keptSamples);
  expect(produced.at(-1)?.rate).toBe(keptSamples * 2 - 1);
});
