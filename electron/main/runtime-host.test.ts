import { describe, expect, it } from 'vitest';
import { AppError } from '../../backend/lib/app-error.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import type { Runtime, StartProgress } from '../../backend/runtime.ts';
import { RuntimeHost } from './runtime-host.ts';

type Create = (onProgress: (progress: StartProgress) => void) => Promise<Runtime>;

/** The few doors of a runtime that its host uses. */
function makeRuntime(calls: string[], simulatorState: 'running' | 'stopped'): Runtime {
  const parts = {
    status: () => ({ simulator: { state: simulatorState } }),
    simulator: { stop: async () => void calls.push('stop simulator') },
    close: async () => void calls.push('close'),
  };
  return parts as unknown as Runtime;
}

function setUp(create: Create) {
  const host = new RuntimeHost(create, silentLogger);
  const phases: string[] = [host.state.phase];
  host.onState((state) => phases.push('step' in state ? `${state.phase}: ${state.step}` : state.phase));
  return { host, phases };
}

describe('the runtime host', () => {
  it('shows progress, runs, and stops the simulator before it closes', async () => {
    const calls: string[] = [];
    const { host, phases } = setUp(async (onProgress) => {
      onProgress({ step: 'Creating the database', share: 0.5 });
      return makeRuntime(calls, 'running');
    });
    const [first, second] = await Promise.all([host.start(), host.start()]);
    expect(first).toBe(second);
    expect(host.require()).toBe(first);
    await Promise.all([host.stop(), host.stop()]);
    expect(calls).toEqual(['stop simulator', 'close']);
    expect(phases).toEqual([
      'no-source',
      'starting: Starting',
      'starting: Creating the database',
      'running',
      'stopping: Waiting for the data source',
      'stopping: Stopping the simulator',
      'stopping: Storing what was sold and closing the database',
    ]);
  });

  it('tells why a start failed, and can be started again', async () => {
    let attempts = 0;
    const { host } = setUp(async () => {
      attempts += 1;
      if (attempts === 1)
        throw new AppError('data_folder_in_use', 'Another ReelMetrics uses it.', { hint: 'Close it.' });
      return makeRuntime([], 'stopped');
    });
    await expect(host.start()).rejects.toMatchObject({ code: 'data_folder_in_use' });
    expect(host.state).toEqual({
      phase: 'failed',
      error: { code: 'data_folder_in_use', message: 'Another ReelMetrics uses it.', hint: 'Close it.', canRetry: true },
    });
    expect(() => host.require()).toThrowError(expect.objectContaining({ code: 'not_available' }));
    await host.start();
    expect(host.state.phase).toBe('running');
  });

  it('closes a runtime whose start was still under way, and starts nothing after that', async () => {
    const calls: string[] = [];
    let finish: (runtime: Runtime) => void = () => undefined;
    const { host } = setUp(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    const started = host.start();
    const stopped = host.stop();
    finish(makeRuntime(calls, 'stopped'));
    await started;
    await stopped;
    expect(calls).toEqual(['close']);
    expect(host.state.phase).toBe('stopping');
    await expect(host.start()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('asks for a data source before there is one', () => {
    const { host } = setUp(() => Promise.reject(new Error('not asked for')));
    expect(() => host.require()).toThrowError(expect.objectContaining({ code: 'no_data_source' }));
  });
});
