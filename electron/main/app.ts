import { join } from 'node:path';
import { app, type BrowserWindow, Menu, nativeTheme, safeStorage, session } from 'electron';
import { AppError } from '../../backend/lib/app-error.ts';
import { ReleaseStack } from '../../backend/lib/release-stack.ts';
import type { Logger } from '../../backend/ports/logger.ts';
import type { Runtime } from '../../backend/runtime.ts';
import { destinationsOf } from '../../backend/settings/destination.ts';
import { isSource } from '../../backend/settings/profiles.ts';
import type { Settings } from '../../backend/settings/settings.ts';
import { resolveZone } from '../../backend/settings/zone.ts';
import type { ProgramArguments } from './arguments.ts';
import { type CrashHandling, writeCrashReport } from './crash.ts';
import { createDesktop } from './desktop.ts';
import { Feed, windowTarget } from './feed.ts';
import type { Folders } from './folders.ts';
import { appInfo, launchedAt } from './info.ts';
import { createHandlers } from './ipc/handlers/index.ts';
import { openRouter } from './ipc/router.ts';
import { LocalApi } from './local-api.ts';
import { menuTemplate } from './menu.ts';
import { ProfileStore } from './profile-store.ts';
import { servePage } from './protocol.ts';
import { createQuit } from './quit.ts';
import { RuntimeHost } from './runtime-host.ts';
import { SecretsStore } from './secrets-store.ts';
import { guardApp } from './security/navigation.ts';
import { blockNetwork } from './security/network.ts';
import { devServerUrl, pageUrl } from './security/origin.ts';
import { denyPermissions } from './security/permissions.ts';
import { SettingsStore } from './settings-store.ts';
import { ReportInbox, runSmoke } from './smoke.ts';
import { secretVault } from './supported-runtime.ts';
import { switchDataSource } from './switch-data-source.ts';
import { offerReload, openMainWindow, rememberWindow } from './window.ts';
import { WindowAudit } from './window-audit.ts';
import { startPostgresWorker } from './worker-host.ts';

export interface StartContext {
  readonly args: ProgramArguments;
  readonly folders: Folders;
  readonly logger: Logger;
  readonly logFile: string;
  readonly crashes: CrashHandling;
}

const quitLimitMs = 15_000;

/** Beside the main bundle, packed and unpacked. */
const preloadFile = join(import.meta.dirname, '../preload/index.cjs');
const pageFolder = join(import.meta.dirname, '../renderer');

/**
 * The composition root. Steps in order; whoever acquires pushes its releaser, so leaving runs them backwards: the
 * runtime drains and closes first, while the window still shows it, and then the rest.
 */
export async function startApp({ args, folders, logger, logFile, crashes }: StartContext): Promise<void> {
  logger.info('ready', { sinceLaunchMs: Math.round(Date.now() - launchedAt()) });
  const diagnostic = args.smoke !== null;
  const devServer = devServerUrl(app.isPackaged, process.env);
  const devTools = !app.isPackaged || args.devtools;
  const release = new ReleaseStack();
  const step = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    const started = performance.now();
    const value = await run();
    logger.info('started', { step: name, tookMs: Math.round(performance.now() - started) });
    return value;
  };

  const quit = createQuit({ release, exit: (code) => app.exit(code), logger, limitMs: quitLimitMs });
  await step('quit', () => leaveThroughQuit(quit, diagnostic));

  const settings = await step('settings', () => openSettings(args, folders.settingsFile));
  nativeTheme.themeSource = settings.current.theme;

  await step('protocol', () => servePage(session.defaultSession, pageFolder, logger));

  await step('security', () => {
    guardApp(app, devServer, logger);
    denyPermissions(session.defaultSession, logger);
    blockNetwork(session.defaultSession, devServer, logger);
  });

  const window = await step('window', () =>
    openMainWindow({
      preload: preloadFile,
      url: devServer ?? pageUrl,
      stateFile: folders.windowStateFile,
      devTools,
      diagnostic,
      logger,
    }),
  );
  release.push('window state', () => rememberWindow(window, folders.windowStateFile));
  closeThroughQuit(window);

  const target = windowTarget(window, diagnostic);
  const feed = new Feed(target, { tickRate: settings.current.tickRate, measured: diagnostic });
  target.onWatched(() => feed.refresh());
  followFullScreen(window, feed);
  release.push('feed', () => feed.close());

  const secrets = await step('secrets', () =>
    SecretsStore.open(folders.secretsFile, secretVault(safeStorage, process.platform), logger, (id) => {
      const profile = settings.current.profiles.find((known) => known.id === id);
      return profile === undefined ? null : destinationsOf(profile);
    }),
  );
  const profiles = new ProfileStore({ settings, secrets, env: process.env });

  let insteadOfUnknown: { readonly zone: string; readonly cutoverHour: number } | undefined;
  const host = new RuntimeHost(
    async (source, onProgress, signal, marks) => {
      // Loaded only now: the first paint does not wait for the database's code.
      const { createRuntime } = await import('../../backend/runtime.ts');
      const { zone, cutoverHour, currency, backend, fallback, simulator } = settings.current;
      return createRuntime({
        source:
          source === 'embedded'
            ? { kind: 'embedded', dataDir: folders.data, startWorker: startPostgresWorker }
            : { kind: 'services', ...(await profiles.services(source)) },
        signal,
        marks,
        calendar: { zone: resolveZone(zone), cutoverHour },
        currency,
        insteadOfUnknown,
        backend,
        fallback,
        simulator,
        logger,
        consume: true,
        onProgress,
      });
    },
    logger,
    (source) => profiles.nameOf(source),
  );
  host.onState((state) => {
    if (state.phase === 'running' && host.current !== null) feed.attach(host.current);
    if (state.phase === 'starting') feed.detach();
    feed.appState(state);
  });

  const audit = new WindowAudit(() => host.current, logger);
  const localApi = new LocalApi(settings.current, { version: app.getVersion(), audit, logger });

  const info = () =>
    appInfo({ dataFolder: folders.data, logFile, diagnostic, notices: [...settings.notices, ...secrets.notices] });
  const inbox = new ReportInbox();
  await step('ipc', () => {
    const desktop = createDesktop(window, { data: folders.data, logs: folders.logs });
    const handlers = createHandlers({
      info,
      settings,
      profiles,
      host,
      // Where the data's own zone is not known here the start was refused: it is tried again with the one chosen.
      startWithCalendar: async (calendar) => {
        insteadOfUnknown = calendar;
        try {
          if (settings.current.dataSource !== null) await host.start(settings.current.dataSource);
        } finally {
          insteadOfUnknown = undefined;
        }
      },
      switchDataSource: (id) => switchDataSource({ host, settings, profiles }, id),
      feed,
      localApi,
      desktop,
      takeReport: diagnostic ? inbox.take : null,
      logger,
    });
    release.push('ipc', openRouter(window, { handlers, audit, devServer, logger }));
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(menuTemplate({ platform: process.platform, devTools, run: (id) => feed.command(id) })),
    );
  });

  settings.onChange((now, before) => applySettings(now, before, host, feed));
  settings.onChange((now, before) => {
    if (now.localApi !== before.localApi) void localApi.apply(now);
  });
  host.onState(() => void localApi.attach(host.current));
  host.onState((state) => {
    if (state.phase === 'running' && host.current !== null) void pinCalendar(settings, host.current, logger);
  });
  watchProcesses(window, diagnostic, quit, crashes, logger);

  release.push('feed of the runtime', () => feed.detach());
  release.push('runtime', () => host.stop());
  release.push('local API', () => localApi.close());
  if (args.smoke !== null) {
    const code = await runSmoke({ options: args.smoke, window, host, feed, settings, info, inbox, logger });
    await quit(code);
  } else if (settings.current.dataSource !== null) {
    // Told of by the host, in the log and in the window.
    await host.start(settings.current.dataSource).catch(() => undefined);
  }
}

/** A profile on the command line counts as the first-run choice; a diagnostic run sets up its own throw-away file. */
async function openSettings(args: ProgramArguments, file: string): Promise<SettingsStore> {
  const settings = await SettingsStore.open(file);
  if (args.profile !== null && settings.current.dataSource !== args.profile) {
    if (!isSource(args.profile, settings.current.profiles)) {
      throw new AppError('bad_settings', `There is no profile "${args.profile}".`, {
        hint: 'Start without --profile and look at Settings, Data source.',
      });
    }
    await settings.update({ dataSource: args.profile });
  }
  if (args.smoke !== null)
    await settings.update({ startScreen: 'live', simulator: { ...settings.current.simulator, rate: args.smoke.rate } });
  return settings;
}

/** From the first data on, the settings name a zone: a computer that travels is not to move business days. */
async function pinCalendar(settings: SettingsStore, runtime: Runtime, logger: Logger): Promise<void> {
  if (settings.current.zone !== 'host') return;
  const { zone, cutoverHour } = runtime.status();
  await settings
    .update({ zone, cutoverHour })
    .catch((error: unknown) => logger.warn('the zone of the data was not kept in the settings', { error }));
}

/** Settings that take effect at once. */
function applySettings(now: Settings, before: Settings, host: RuntimeHost, feed: Feed): void {
  if (now.theme !== before.theme) nativeTheme.themeSource = now.theme;
  if (now.tickRate !== before.tickRate) feed.setTickRate(now.tickRate);
  const runtime = host.current;
  if (runtime === null) return;
  if (now.backend !== before.backend) runtime.switchBackend(now.backend);
  if (now.fallback !== before.fallback) runtime.setFallback(now.fallback);
  if (now.simulator !== before.simulator) runtime.simulator.update(now.simulator);
}

/** Every way to leave goes through the one quit: menu, system, signals. */
function leaveThroughQuit(quit: (code: number) => Promise<void>, diagnostic: boolean): void {
  // A diagnostic run that somebody cuts short has shown nothing.
  const code = diagnostic ? 1 : 0;
  app.on('before-quit', (event) => {
    event.preventDefault();
    void quit(code);
  });
  app.on('window-all-closed', () => void quit(code));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void quit(code));
  // Without Node's inspector nothing takes it, and the system's default is to end the program undrained.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => {});
}

/** The system has ways of its own out of full screen; what it is now counts, not which event says so. */
function followFullScreen(window: BrowserWindow, feed: Feed): void {
  const tell = (): void => feed.fullScreen(window.isFullScreen());
  window.on('enter-full-screen', tell);
  window.on('leave-full-screen', tell);
}

/** The window stays until everything is stored, so that it can show that; a console without a window would go on unseen. */
function closeThroughQuit(window: BrowserWindow): void {
  window.on('close', (event) => {
    event.preventDefault();
    app.quit();
  });
  app.on('second-instance', () => {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  });
}

function watchProcesses(
  window: BrowserWindow,
  diagnostic: boolean,
  quit: (code: number) => Promise<void>,
  crashes: CrashHandling,
  logger: Logger,
): void {
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const detail = `${details.reason}, exit code ${details.exitCode}`;
    writeCrashReport(
      crashes.folder,
      { kind: 'window process gone', at: new Date().toISOString(), program: crashes.program, detail },
      logger,
    );
    // A page that is loaded again knows nothing of its wall mode, and the question below must be seen.
    if (window.isFullScreen()) window.setFullScreen(false);
    if (diagnostic) {
      process.stderr.write(`smoke: FAILED, the window's process ended (${detail})\n`);
      void quit(1);
      return;
    }
    offerReload(window, details.reason)
      .then((choice) => (choice === 'quit' ? quit(0) : window.webContents.reload()))
      .catch((error: unknown) => logger.error('reload not offered', { error }));
  });
  app.on('child-process-gone', (_event, details) => {
    if (details.reason !== 'clean-exit')
      logger.error('helper process gone', { type: details.type, reason: details.reason, exitCode: details.exitCode });
  });
}
