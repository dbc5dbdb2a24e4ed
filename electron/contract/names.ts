/** Names only: the preload bundles this file, so it imports nothing. */
export const requestNames = [
  'app.info',
  'app.state',
  'app.startEmbedded',
  'app.quit',
  'settings.get',
  'settings.update',
  'profiles.list',
  'profiles.save',
  'profiles.copy',
  'profiles.delete',
  'profiles.export',
  'profiles.import',
  'profiles.test',
  'dataSource.switch',
  'catalogue.get',
  'query.ask',
  'query.compare',
  'backend.switch',
  'sales.recent',
  'live.snapshot',
  'status.get',
  'simulator.start',
  'simulator.stop',
  'simulator.pause',
  'simulator.resume',
  'simulator.update',
  'simulator.burst',
  'simulator.startBackfill',
  'simulator.cancelBackfill',
  'consumer.retry',
  'consumer.pause',
  'consumer.resume',
  'deadLetters.list',
  'deadLetters.redrive',
  'data.rebuild',
  'calendar.change',
  'data.reset',
  'reconcile.run',
  'file.save',
  'link.open',
  'folder.open',
  'window.fullscreen',
  'diagnostics.report',
] as const;
export type RequestName = (typeof requestNames)[number];

export const feedNames = ['app', 'live', 'status', 'window', 'command', 'diagnostics'] as const;
export type FeedName = (typeof feedNames)[number];

/** IPC channel of a request, of a feed. */
export const requestChannel = (name: RequestName): string => `request:${name}`;
export const feedChannel = (name: FeedName): string => `feed:${name}`;
