import type { StateCreator } from 'zustand';
import type { Movie, Theater } from '../../../backend/domain/question.ts';
import type { AppInfo, AppState, RequestFailure, Settings } from '../../../electron/contract/signatures.ts';
import { type FrameState, frameStateOf } from './frame-state.ts';

export interface Catalogue {
  readonly theaters: ReadonlyMap<number, Theater>;
  readonly movies: ReadonlyMap<number, Movie>;
}

/** Something the user is told once. */
export interface Notice {
  readonly id: number;
  /** Stays until dismissed; else it leaves by itself. */
  readonly lasting: boolean;
  readonly tone: 'info' | 'error';
  readonly text: string;
  readonly hint: string | null;
}

const keptNotices = 3;

export interface AppSlice {
  /** null until main has spoken. */
  readonly appState: AppState | null;
  /** The state of the frame, renewed by `connect` with whatever it is made of and once a second. */
  readonly frame: FrameState;
  readonly info: AppInfo | null;
  readonly settings: Settings | null;
  /** null until the data source runs. */
  readonly catalogue: Catalogue | null;
  readonly notices: readonly Notice[];
  takeAppState(state: AppState): void;
  takeInfo(info: AppInfo): void;
  takeSettings(settings: Settings): void;
  takeCatalogue(theaters: readonly Theater[], movies: readonly Movie[]): void;
  tell(text: string): void;
  tellFailure(what: string, failure: RequestFailure): void;
  /** What went wrong and stays true until it is dismissed, wherever the user is. */
  tellLasting(text: string, hint: string | null): void;
  dismissNotice(id: number): void;
}

const opening = frameStateOf(
  { appState: null, status: null, latest: null, pausedAt: null, hiddenAmounts: false, nameOf: (source) => source },
  0,
);

export const createAppSlice: StateCreator<AppSlice, [], [], AppSlice> = (set) => {
  let notices = 0;
  const notice = (tone: Notice['tone'], lasting: boolean, text: string, hint: string | null): void => {
    notices += 1;
    const added: Notice = { id: notices, lasting, tone, text, hint };
    set((state) => ({ notices: [...state.notices.filter((held) => held.text !== text), added].slice(-keptNotices) }));
  };
  return {
    appState: null,
    frame: opening,
    info: null,
    settings: null,
    catalogue: null,
    notices: [],
    takeAppState: (appState) => set({ appState }),
    takeInfo: (info) => {
      set({ info });
      for (const text of info.notices) notice('info', true, text, null);
    },
    takeSettings: (settings) => set({ settings }),
    takeCatalogue: (theaters, movies) =>
      set({
        catalogue: {
          theaters: new Map(theaters.map((theater) => [theater.id, theater])),
          movies: new Map(movies.map((movie) => [movie.id, movie])),
        },
      }),
    tell: (text) => notice('info', false, text, null),
    tellFailure: (what, failure) =>
      notice('error', true, `${what}: ${failure.message} (${failure.code})`, failure.hint),
    tellLasting: (text, hint) => notice('error', true, text, hint),
    dismissNotice: (id) => set((state) => ({ notices: state.notices.filter((held) => held.id !== id) })),
  };
};
