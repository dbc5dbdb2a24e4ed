import type { SystemStatus } from '../../../backend/domain/status.ts';
import type { AppState } from '../../../electron/contract/signatures.ts';
import { asFailure, request, subscribe } from '../bridge/bridge-client.ts';
import { Diagnostics } from '../bridge/diagnostics.ts';
import { attempt } from './actions.ts';
import { useConsole } from './console-store.ts';
import { createFeedSink, type FeedBatch } from './feed-sink.ts';
import { queryClient, refreshStored, storedKey } from './query-client.ts';
import { runCommand } from './run-command.ts';

/** While history is made or days are recomputed, answers are asked again this often, ms. */
const changingMs = 2000;

/**
 * Joins the store to main: feeds in, first requests out. Before the first render, so that the picture main sends when
 * the page has loaded is not missed. Returns the releaser.
 */
export function connect(): () => void {
  let diagnostics: Diagnostics | null = null;
  let mending = false;

  const mend = (): void => {
    if (mending) return;
    mending = true;
    void attempt('The live picture could not be mended', async () => {
      sink.live(await request('live.snapshot'));
    }).finally(() => {
      mending = false;
    });
  };

  const apply = (batch: FeedBatch): void => {
    const { takeFrames, takeStatus, takeAppState, appState: before } = useConsole.getState();
    if (batch.appState !== null) takeAppState(batch.appState);
    if (batch.appState?.phase === 'starting' && before?.phase !== 'starting') {
      forgetSource();
      // What came along with it is of the source that was left.
      return;
    }
    if (batch.status !== null) takeStatus(batch.status);
    if (batch.frames.length > 0) {
      const missed = takeFrames(batch.frames);
      diagnostics?.taken(batch.frames, Date.now());
      if (missed) mend();
    }
  };
  const sink = createFeedSink({ schedule: (flush) => requestAnimationFrame(flush), apply });

  const releasers = [
    subscribe('live', sink.live),
    subscribe('status', sink.status),
    subscribe('app', sink.appState),
    subscribe('window', ({ fullScreen }) => {
      if (!fullScreen) useConsole.getState().setWallMode(false);
    }),
    subscribe('command', ({ id }) => runCommand(id)),
    subscribe('diagnostics', () => {
      const report = diagnostics?.report(useConsole.getState().latest?.ledger ?? { events: 0, grossCents: 0n });
      if (report === undefined) return;
      void attempt('The diagnostic report was not sent', () => request('diagnostics.report', report));
    }),
    refreshOnChange(),
    loadCatalogueWhenRunning(),
  ];

  void attempt('ReelMetrics did not answer', async () => {
    const [info, settings, appState] = await Promise.all([
      request('app.info'),
      request('settings.get'),
      request('app.state'),
    ]);
    if (info.diagnostic) diagnostics = new Diagnostics();
    const state = useConsole.getState();
    state.takeInfo(info);
    state.takeSettings(settings);
    if (settings.dataSource !== null) state.show(settings.startScreen);
    if (state.appState === null) state.takeAppState(appState);
  });

  return () => {
    for (const release of releasers) release();
    diagnostics?.close();
  };
}

/** What was of one data source is never shown as another's. */
function forgetSource(): void {
  useConsole.setState({
    ...{ status: null, produced: [], live: null, latest: null, pausedAt: null, waiting: 0 },
    ...{ catalogue: null, day: null, drawerTheaterId: null },
  });
  queryClient.removeQueries({ queryKey: [storedKey] });
}

/** Names and the first status, each time the data source has come up. */
function loadCatalogueWhenRunning(): () => void {
  return useConsole.subscribe((state, before) => {
    if (state.appState?.phase !== 'running' || isSame(state.appState, before.appState)) return;
    void (async () => {
      try {
        const [{ theaters, movies }, status, settings] = await Promise.all([
          request('catalogue.get'),
          request('status.get'),
          request('settings.get'),
        ]);
        state.takeCatalogue(theaters, movies);
        state.takeSettings(settings);
        if (useConsole.getState().status === null) state.takeStatus(status);
      } catch (error) {
        state.tellFailure('Names of theatres and movies are missing', asFailure(error));
      }
    })();
  });
}

function isSame(now: AppState, before: AppState | null): boolean {
  return now.phase === 'running' && before?.phase === 'running' && now.source === before.source;
}

/** Answers about stored days are asked again when something happened to those days. */
function refreshOnChange(): () => void {
  let last = 0;
  return useConsole.subscribe((state, before) => {
    if (state.status === before.status || state.status === null || before.status === null) return;
    const changing = state.status.simulator.backfill !== null || state.status.rebuild !== null;
    const due = changing && Date.now() - last >= changingMs;
    if (!due && contentOf(state.status) === contentOf(before.status)) return;
    last = Date.now();
    void refreshStored();
  });
}

/** What the stored days depend on besides the sales of the current one. */
function contentOf({ profile, backend, zone, cutoverHour, simulator, rebuild, businessDay }: SystemStatus): string {
  return [profile, backend, zone, cutoverHour, businessDay, simulator.backfill === null, rebuild === null].join(' ');
}
