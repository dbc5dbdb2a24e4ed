import type { BackendName } from '../../../backend/domain/question.ts';
import type { SimulatorSettings } from '../../../backend/domain/status.ts';
import type { RequestFailure, RequestInput } from '../../../electron/contract/signatures.ts';
import { asFailure, request } from '../bridge/bridge-client.ts';
import { useConsole } from './console-store.ts';

/** Runs something asked by the user; a failure is told in the window as "what: why". Returns whether it went well. */
export async function attempt(what: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    useConsole.getState().tellFailure(what, asFailure(error));
    return false;
  }
}

/** Changes settings; the window shows the change at once, and takes it back when main refuses it. */
export async function updateSettings(patch: RequestInput<'settings.update'>): Promise<boolean> {
  const { settings: before, takeSettings } = useConsole.getState();
  if (before !== null) takeSettings({ ...before, ...withoutUndefined(patch) });
  try {
    takeSettings(await request('settings.update', patch));
    return true;
  } catch (error) {
    if (before !== null) takeSettings(before);
    useConsole.getState().tellFailure('The setting was not kept', asFailure(error));
    return false;
  }
}

function withoutUndefined<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export async function switchBackend(backend: BackendName): Promise<boolean> {
  const done = await attempt('The backend was not switched', () => request('backend.switch', { backend }));
  const { settings, takeSettings } = useConsole.getState();
  if (done && settings !== null) takeSettings({ ...settings, backend });
  return done;
}

/** New settings for the simulator: kept, and applied to a run in progress. */
export async function updateSimulator(simulator: SimulatorSettings): Promise<boolean> {
  const { settings: before, takeSettings } = useConsole.getState();
  if (before !== null) takeSettings({ ...before, simulator });
  const done = await attempt('The simulator did not take the change', () => request('simulator.update', simulator));
  if (!done && before !== null) takeSettings(before);
  return done;
}

/** Starts the built-in data. A source that fails to start says so in the app state, which the window shows by itself. */
export async function startEmbedded(history: boolean): Promise<void> {
  const { takeAppState, tellFailure } = useConsole.getState();
  try {
    await request('app.startEmbedded', { history });
  } catch (error) {
    const appState = await request('app.state');
    takeAppState(appState);
    if (appState.phase !== 'failed') tellFailure('The built-in data did not start', asFailure(error));
  }
}

/**
 * Starts another data source, or the one in use again; progress is in the app state. Gives the failure, which the caller
 * shows: a source that could not start in time has given way to the one before. Being left for another one is none.
 */
export async function switchDataSource(id: string): Promise<RequestFailure | null> {
  const { takeSettings, takeAppState } = useConsole.getState();
  try {
    takeSettings(await request('dataSource.switch', { id }));
    return null;
  } catch (error) {
    const failure = asFailure(error);
    takeAppState(await request('app.state'));
    return failure.code === 'cancelled' ? null : failure;
  }
}

/** `profile`: the name of the profile as it was typed, where the data in use ask for it. */
export function startSimulator(profile?: string): Promise<boolean> {
  return attempt('The simulator did not start', () =>
    request('simulator.start', profile === undefined ? undefined : { profile }),
  );
}

export function stopSimulator(): Promise<boolean> {
  return attempt('The simulator did not stop', () => request('simulator.stop'));
}

/** The consumer reads nothing until it is resumed; what arrives meanwhile waits in the log. */
export function pauseConsumer(): Promise<boolean> {
  return attempt('The consumer was not paused', () => request('consumer.pause'));
}

export function resumeConsumer(): Promise<boolean> {
  return attempt('The consumer was not resumed', () => request('consumer.resume'));
}

/** Saves a file through the system's dialog and says where. */
export function saveFile(file: { readonly suggestedName: string; readonly content: string }): Promise<boolean> {
  return attempt('The file was not saved', async () => {
    const path = await request('file.save', file);
    if (path !== null) useConsole.getState().tell(`Saved as ${path}`);
  });
}

export async function setWallMode(on: boolean): Promise<void> {
  const done = await attempt('Full screen is not available', () => request('window.fullscreen', { on }));
  if (done) useConsole.getState().setWallMode(on);
}
