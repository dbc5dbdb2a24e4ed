import type { Logger } from '../../../backend/ports/logger.ts';
import type { AppInfo, DiagnosticsReport, Settings } from '../../contract/signatures.ts';
import type { Feed } from '../feed.ts';
import type { LocalApi } from '../local-api.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { RuntimeHost } from '../runtime-host.ts';
import type { SettingsStore } from '../settings-store.ts';

/** What the window may have done on the desktop. */
export interface Desktop {
  /** Asks where, writes, and returns the path; null when the user cancels. */
  saveFile(suggestedName: string, content: string): Promise<string | null>;
  /** Asks which, and gives the text (at most 1 MB) with the bare file name; null when the user cancels. */
  openFile(kind: {
    readonly name: string;
    readonly extension: string;
  }): Promise<{ readonly name: string; readonly text: string } | null>;
  /** False when the link is not one of ours. */
  openLink(url: string): Promise<boolean>;
  openFolder(which: 'data' | 'logs'): Promise<void>;
  setFullScreen(on: boolean): void;
  quit(): void;
}

/** What handlers are made of. */
export interface Services {
  readonly info: () => AppInfo;
  readonly settings: SettingsStore;
  readonly profiles: ProfileStore;
  readonly host: RuntimeHost;
  /** See `switchDataSource`: starts another source, or the same again, and keeps the choice. */
  readonly switchDataSource: (id: string) => Promise<Settings>;
  /** Starts the chosen source again where its own calendar is not known here: it gets this one. */
  readonly startWithCalendar: (calendar: { readonly zone: string; readonly cutoverHour: number }) => Promise<void>;
  readonly feed: Feed;
  readonly localApi: LocalApi;
  readonly desktop: Desktop;
  /** Takes the page's report in a diagnostic run; null in any other. */
  readonly takeReport: ((report: DiagnosticsReport) => void) | null;
  readonly logger: Logger;
}
