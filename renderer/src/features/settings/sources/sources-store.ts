import { create } from 'zustand';
import { type ServiceName, serviceNames } from '../../../../../backend/domain/connection.ts';
import type { Draft, FieldName } from './profile-draft.ts';
import type { TestState, TestStates } from './source-state.ts';

/** Stands for the profile that is not saved yet, where others have their ids. */
export const newProfile = '+';

/** A change of source that this window asked for. */
export interface Switching {
  readonly id: string;
  /** What is taken again when it cannot be used; null when nothing ran. */
  readonly before: string | null;
}

/** What the section holds while the window is open, whichever screen is shown: unsaved texts are not lost by a look elsewhere. */
interface SourcesState {
  /** Source that is shown; null shows the active one. */
  readonly selected: string | null;
  readonly drafts: Readonly<Record<string, Draft>>;
  /** Fields whose errors are shown: left once, or found when it was to be saved or tried. */
  readonly checked: Readonly<Record<string, readonly FieldName[]>>;
  readonly tests: Readonly<Record<string, TestStates>>;
  /** What a draft has just been saved as: once the list has that profile, the draft is not shown beside it. */
  readonly savedAs: string | null;
  readonly switching: Switching | null;
  select(id: string | null): void;
  edit(id: string, draft: Draft): void;
  /** Forgets the draft, and what its tests have shown. */
  discard(id: string): void;
  saved(id: string): void;
  check(id: string, fields: readonly FieldName[]): void;
  tell(id: string, service: ServiceName, test: TestState): void;
  setSwitching(switching: Switching | null): void;
}

export const useSources = create<SourcesState>()((set) => ({
  selected: null,
  drafts: {},
  checked: {},
  tests: {},
  savedAs: null,
  switching: null,
  select: (selected) => set({ selected }),
  // A test of other settings says nothing of these.
  edit: (id, draft) =>
    set(({ drafts, tests }) => ({
      drafts: { ...drafts, [id]: draft },
      tests: { ...tests, [id]: stillTrue(tests[id] ?? {}, drafts[id], draft) },
    })),
  discard: (id) =>
    set(({ drafts, checked, tests }) => ({
      drafts: without(drafts, id),
      checked: without(checked, id),
      tests: without(tests, id),
      savedAs: null,
    })),
  saved: (savedAs) => set({ savedAs }),
  check: (id, fields) =>
    set(({ checked }) => ({ checked: { ...checked, [id]: [...new Set([...(checked[id] ?? []), ...fields])] } })),
  tell: (id, service, test) => set(({ tests }) => ({ tests: { ...tests, [id]: { ...tests[id], [service]: test } } })),
  setSwitching: (switching) => set({ switching }),
}));

function stillTrue(tests: TestStates, before: Draft | undefined, now: Draft): TestStates {
  const unchanged = serviceNames.filter(
    (service) => before?.[service] === now[service] && before.secrets[service] === now.secrets[service],
  );
  return Object.fromEntries(unchanged.flatMap((service) => (tests[service] ? [[service, tests[service]]] : [])));
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  const { [id]: _, ...rest } = record;
  return rest;
}
