import { describe, expect, it } from 'vitest';
import type { Mark } from '../../backend/domain/status.ts';
import { AppError } from '../../backend/lib/app-error.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import { type CreateRuntime, RuntimeHost } from './runtime-host.ts';

/** The few doors of a runtime that its host uses. */
function makeRuntime(
  calls: string[],
  simulatorState: 'running' | 'paused' | 'stopped',
  marks: readonly Mark[] = [],
): Runtime {
  const parts = {
    status: () => ({ at: 1000, marks, simulator: { state: simulatorState, backfill: null } }),
    simulator: {
      stop: async () => void calls.push('stop simulator'),
      start: () => void calls.push('start simulator'),
      pause: () => void calls.push('pause simulator'),
    },
    close: async () => void calls.push('close'),
  };
  return parts as unknown as Runtime;
}

function setUp(create: CreateRuntime) {
  const host = new RuntimeHost(create, silentLogger);
  const phases: string[] = [host.state.phase];
  host.onState((state) => phases.push('step' in state ? `${state.phase}: ${state.step}` : state.phase));
  return { host, phases };
}

describe('the runtime host', () => {
  it('shows progress, runs, and stops the simulator before it closes', async () => {
    const calls: string[] = [];
    const { host, phases } = setUp(async (_source, onProgress) => {
      onProgress({ step: 'Creating the database', share: 0.5 });
      return makeRuntime(calls, 'running');
    });
    const [first, second] = await Promise.all([host.start('embedded'), host.start('embedded')]);
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
    await expect(host.start('embedded')).rejects.toMatchObject({ code: 'data_folder_in_use' });
    expect(host.state).toEqual({
      phase: 'failed',
      error: { code: 'data_folder_in_use', message: 'Another ReelMetrics uses it.', hint: 'Close it.', canRetry: true },
    });
    expect(() => host.require()).toThrowError(expect.objectContaining({ code: 'not_available' }));
    await host.start('embedded');
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
    const started = host.start('embedded');
    const stopped = host.stop();
    finish(makeRuntime(calls, 'stopped'));
    await started;
    await stopped;
    expect(calls).toEqual(['close']);
    expect(host.state.phase).toBe('stopping');
    await expect(host.start('embedded')).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('asks for a data source before there is one', () => {
    const { host } = setUp(() => Promise.reject(new Error('not asked for')));
    expect(() => host.require()).toThrowError(expect.objectContaining({ code: 'no_data_source' }));
  });

  const until = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new AppError('cancelled', 'The start was given up.')));
    });

  it('closes one source before it starts another', async () => {
    const calls: string[] = [];
    const { host } = setUp(async (source) => {
      calls.push(`create ${source}`);
      return makeRuntime(calls, 'running');
    });
    await host.start('embedded');
    await host.switchTo('local');
    expect(calls).toEqual(['create embedded', 'stop simulator', 'close', 'create local']);
    expect(host).toMatchObject({ source: 'local', state: { phase: 'running' } });
    await host.switchTo('local');
    expect(calls).toHaveLength(4);
  });

  it('goes back to the source before when the new one does not start, and says why', async () => {
    const calls: string[] = [];
    const { host } = setUp(async (source) => {
      if (source === 'local') throw new AppError('bad_settings', 'The password is wrong.');
      return makeRuntime(calls, 'stopped');
    });
    await host.start('embedded');
    await expect(host.switchTo('local')).rejects.toMatchObject({
      code: 'not_available',
      message: 'local cannot be used: The password is wrong.',
      hint: 'embedded is in use again.',
    });
    expect(host).toMatchObject({ source: 'embedded', state: { phase: 'running' } });
    expect(calls).toEqual(['close']);
  });

  it.each([
    ['running', ['stop simulator', 'close', 'start simulator']],
    ['paused', ['stop simulator', 'close', 'start simulator', 'pause simulator']],
    ['stopped', ['close']],
  ] as const)('gives a source that is taken again its marks, and its simulator, which was %s', async (state, calls) => {
    const mark: Mark = { at: 1, kind: 'simulator-started', text: 'Simulator started' };
    const called: string[] = [];
    const given: (readonly Mark[])[] = [];
    const { host } = setUp(async (source, _onProgress, _signal, marks) => {
      given.push(marks);
      if (source === 'local') throw new AppError('bad_settings', 'The password is wrong.');
      return makeRuntime(called, state, [mark]);
    });
    await host.start('embedded');
    await expect(host.switchTo('local')).rejects.toMatchObject({ code: 'not_available' });
    expect(called).toEqual(calls);
    expect(given.slice(0, 2)).toEqual([[], []]);
    expect(given[2]?.map(({ kind }) => kind)).toEqual(['simulator-started', 'consumer-down', 'consumer-up']);
    expect(given[2]?.[1]?.at).toBe(1000);
    await host.restart();
    expect(called.slice(calls.length)).toEqual(calls);
  });

  it('gives up a start that waits for services when another source is chosen, and when it is closed', async () => {
    const { host } = setUp((source, _onProgress, signal) =>
      source === 'local' ? until(signal) : Promise.resolve(makeRuntime([], 'stopped')),
    );
    const waiting = expect(host.start('local')).rejects.toMatchObject({ code: 'cancelled' });
    await host.switchTo('embedded');
    await waiting;
    expect(host).toMatchObject({ source: 'embedded', state: { phase: 'running' } });

    const other = setUp((_source, _onProgress, signal) => until(signal)).host;
    const started = expect(other.start('local')).rejects.toMatchObject({ code: 'cancelled' });
    await other.stop();
    await started;
    expect(other.state.phase).toBe('stopping');
  });
});
