import type { Settings } from '../../backend/settings/settings.ts';
import { loadSettings, saveSettings } from '../../backend/settings/settings-file.ts';

/** New values, or what makes them from the settings of that moment. */
type Change = Partial<Settings> | ((current: Settings) => Partial<Settings>);
type Listener = (now: Settings, before: Settings) => void;

/** The settings in force: checked, written before they count, one change at a time. */
export class SettingsStore {
  readonly #file: string;
  readonly #listeners = new Set<Listener>();
  #current: Settings;
  #queue: Promise<unknown> = Promise.resolve();
  /** What the user should be told of the file that was found (set aside because corrupt, …). */
  readonly notices: readonly string[];

  private constructor(file: string, settings: Settings, notices: readonly string[]) {
    this.#file = file;
    this.#current = settings;
    this.notices = notices;
  }

  static async open(file: string): Promise<SettingsStore> {
    const { settings, notices } = await loadSettings(file);
    return new SettingsStore(file, settings, notices);
  }

  get current(): Settings {
    return this.#current;
  }

  /** Calls back after each change. Returns the unsubscriber. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Merges, checks, writes, then takes effect. Throws `bad_settings`, or `data_folder_unusable` when it cannot be written. */
  update(change: Change): Promise<Settings> {
    const applied = this.#queue.then(() => this.#apply(change));
    // The caller gets the failure; the next change is not held up by it.
    this.#queue = applied.catch(() => undefined);
    return applied;
  }

  async #apply(change: Change): Promise<Settings> {
    const before = this.#current;
    const now: Settings = { ...before, ...(typeof change === 'function' ? change(before) : change) };
    await saveSettings(this.#file, now);
    this.#current = now;
    for (const listener of this.#listeners) listener(now, before);
    return now;
  }
}
