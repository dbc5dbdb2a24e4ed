import type { SystemStatus } from '../../../backend/domain/status.ts';
import type { AppState } from '../../../electron/contract/signatures.ts';
import { asFailure, request, subscribe } from '../bridge/bridge-client.ts';
import { Diagnostics } from '../bridge/diagnostics.ts';
import { attempt } from './actions.ts';
import { useConsole } from './console-store.ts';
import { sourceNameOf } from './data-sources.ts';
import { createFeedSink, type FeedBatch } from './feed-sink.ts';
import { frameStateOf, sameFrame } from './frame-state.ts';
import { queryClient, refreshStored, storedKey } from './query-client.ts';
import { runCommand } from './run-command.ts';

/** While history is made or days are recomputed, answers are asked again this often, ms. */
const changingMs = 2000;

/** The state of the frame is looked at this often even when nothing arrives, ms. */
const frameMs = 1000;

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
    if (batch.restarted && before?.phase !== 'starting') forgetSource();
    if (batch.appState !== null) takeAppState(batch.appState);
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
    followFrame(),
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
    ...{ status: null, produced: [], live: null, latest: null, seen: [], pausedAt: null, waiting: 0 },
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

/** Keeps the state of the frame: with each change of what it is made of, and as time passes without any. */
function followFrame(): () => void {
  const renew = (): void => {
    const state = useConsole.getState();
    const { appState, status, latest, pausedAt, hiddenAmounts } = state;
    const nameOf = (source: string): string => sourceNameOf(state, source);
    const next = frameStateOf({ appState, status, latest, pausedAt, hiddenAmounts, nameOf }, Date.now());
    if (!sameFrame(next, state.frame)) useConsole.setState({ frame: next });
  };
  renew();
  const unsubscribe = useConsole.subscribe(renew);
  const timer = setInterval(renew, frameMs);
  return () => {
    clearInterval(timer);
    unsubscribe();
  };
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
function contentOf(status: SystemStatus): string {
  const { profile, backend, zone, cutoverHour, generation, simulator, rebuild, businessDay } = status;
  const changing = [simulator.backfill === null, rebuild === null];
  return [profile, backend, zone, cutoverHour, generation, businessDay, ...changing].join(' ');
}
