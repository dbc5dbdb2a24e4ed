import { afterEach, expect, test } from 'vitest';
import type { SystemStatus } from '../../../backend/domain/status.ts';
import { canRun } from './can-run.ts';
import { useConsole } from './console-store.ts';

const simulator = (state: 'running' | 'stopping', allowed = true) =>
  ({ simulator: { state }, simulation: { allowed, reason: null, confirm: null } }) as SystemStatus;

afterEach(() => useConsole.setState({ appState: null, status: null, day: null }));

test('before the data source runs, nothing acts on it', () => {
  useConsole.setState({ appState: { phase: 'no-source' } });
  const state = useConsole.getState();
  for (const id of ['live.pause', 'view.refresh', 'simulator.toggle', 'backend.toggle', 'export.csv'] as const)
    expect(canRun(id, state), id).toBe(false);
  for (const id of ['screen.live', 'theme.toggle', 'day.previous'] as const) expect(canRun(id, state), id).toBe(true);
});

test('before the first choice there is no screen to go to but that of the choice and the settings', () => {
  useConsole.setState({ appState: { phase: 'no-source' } });
  for (const id of ['screen.theatres', 'screen.pipeline', 'screen.simulator'] as const)
    expect(canRun(id, useConsole.getState()), id).toBe(false);
  expect(canRun('screen.settings', useConsole.getState())).toBe(true);
});

test('the current day has no next one, a closed day has', () => {
  expect(canRun('day.next', useConsole.getState())).toBe(false);
  useConsole.setState({ day: '2026-11-20' });
  expect(canRun('day.next', useConsole.getState())).toBe(true);
  expect(canRun('day.today', useConsole.getState())).toBe(true);
});

test('a simulator that is stopping is left to it', () => {
  useConsole.setState({ appState: { phase: 'running', source: 'embedded' }, status: simulator('running') });
  expect(canRun('simulator.toggle', useConsole.getState())).toBe(true);
  useConsole.setState({ status: simulator('stopping') });
  expect(canRun('simulator.toggle', useConsole.getState())).toBe(false);
});

test('no key starts the simulator where invented sales are not allowed', () => {
  useConsole.setState({ appState: { phase: 'running', source: 'prod' }, status: simulator('running', false) });
  expect(canRun('simulator.toggle', useConsole.getState())).toBe(false);
});

test('a screen that offers no file and no filter has neither command', () => {
  useConsole.setState({ appState: { phase: 'running', source: 'embedded' } });
  expect(canRun('export.csv', useConsole.getState())).toBe(false);
  expect(canRun('filter.focus', useConsole.getState())).toBe(false);
});
