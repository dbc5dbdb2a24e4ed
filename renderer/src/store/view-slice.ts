import type { StateCreator } from 'zustand';

export type Screen = 'live' | 'theatres' | 'pipeline' | 'simulator' | 'settings';
export type SettingsSection = 'general' | 'data-source' | 'backend' | 'live' | 'local-api' | 'shortcuts' | 'about';

/** What the user is looking at and how. Kept for the session only. */
export interface ViewSlice {
  readonly screen: Screen;
  /** A business day gone by; null follows the current one. */
  readonly day: string | null;
  readonly compare: boolean;
  readonly hiddenAmounts: boolean;
  readonly shortcutsOpen: boolean;
  /** Text that the lists of the screen are filtered by. */
  readonly filter: string;
  /** Theatre whose drawer is open. */
  readonly drawerTheaterId: number | null;
  readonly wallMode: boolean;
  readonly settingsSection: SettingsSection;
  show(screen: Screen): void;
  setDay(day: string | null): void;
  toggleCompare(): void;
  toggleAmounts(): void;
  setShortcutsOpen(open: boolean): void;
  setFilter(filter: string): void;
  openDrawer(theaterId: number | null): void;
  setWallMode(on: boolean): void;
  showSettings(section: SettingsSection): void;
}

export const createViewSlice: StateCreator<ViewSlice, [], [], ViewSlice> = (set) => ({
  screen: 'live',
  day: null,
  compare: true,
  hiddenAmounts: false,
  shortcutsOpen: false,
  filter: '',
  drawerTheaterId: null,
  wallMode: false,
  settingsSection: 'general',
  show: (screen) => set((state) => (state.screen === screen ? state : { screen, filter: '' })),
  setDay: (day) => set({ day }),
  toggleCompare: () => set((state) => ({ compare: !state.compare })),
  toggleAmounts: () => set((state) => ({ hiddenAmounts: !state.hiddenAmounts })),
  setShortcutsOpen: (shortcutsOpen) => set({ shortcutsOpen }),
  setFilter: (filter) => set({ filter }),
  openDrawer: (drawerTheaterId) => set({ drawerTheaterId }),
  setWallMode: (wallMode) => set({ wallMode }),
  showSettings: (settingsSection) => set({ screen: 'settings', settingsSection, filter: '' }),
});
