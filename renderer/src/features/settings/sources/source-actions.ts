import { useQuery } from '@tanstack/react-query';
import { type ServiceName, serviceNames } from '../../../../../backend/domain/connection.ts';
import { asFailure, request } from '../../../bridge/bridge-client.ts';
import { attempt, switchDataSource } from '../../../store/actions.ts';
import { useConsole } from '../../../store/console-store.ts';
import { activeSourceOf, sourceNameOf } from '../../../store/data-sources.ts';
import { queryClient } from '../../../store/query-client.ts';
import { concerns, type Draft, errorsOf, type FieldName, profileOf } from './profile-draft.ts';
import { newProfile, useSources } from './sources-store.ts';

const profilesKey = ['profiles'];

/** The profiles with the states of their passwords. */
export function useProfiles() {
  return useQuery({ queryKey: profilesKey, queryFn: () => request('profiles.list') });
}

/** After a change: the list, and the settings, which have the profiles' names. */
async function renew(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: profilesKey });
  useConsole.getState().takeSettings(await request('settings.get'));
}

/** What main calls a profile: nothing while it is not saved. */
const idOf = (key: string): string | null => (key === newProfile ? null : key);

/** Field of a form, so that the first wrong one can be gone to. */
export const fieldId = (field: FieldName): string => `profile-${field.replace('.', '-')}`;

/** Shows what is wrong and goes there. Whether all was in order. */
function inOrder(key: string, draft: Draft, concerning: (field: string) => boolean): boolean {
  const wrong = Object.keys(errorsOf(draft)).filter(concerning) as FieldName[];
  const [first] = wrong;
  if (first === undefined) return true;
  useSources.getState().check(key, wrong);
  document.getElementById(fieldId(first))?.focus();
  return false;
}

/** Saves the draft of a profile. Its id; null when it is not in order or was refused, which is told. */
export async function saveDraft(key: string, draft: Draft): Promise<string | null> {
  if (!inOrder(key, draft, () => true)) return null;
  let saved: string | null = null;
  await attempt('The profile was not saved', async () => {
    const { id } = await request('profiles.save', {
      id: idOf(key),
      profile: profileOf(draft),
      secrets: draft.secrets,
    });
    useSources.getState().saved(id);
    await renew();
    saved = id;
    const { tests, discard, select, tell } = useSources.getState();
    const shown = tests[key] ?? {};
    discard(key);
    for (const service of serviceNames) if (shown[service] !== undefined) tell(id, service, shown[service]);
    select(id);
  });
  return saved;
}

/** Tries services with what is typed; what comes out is in the store. */
export async function testDraft(key: string, draft: Draft, services: readonly ServiceName[]): Promise<void> {
  if (!inOrder(key, draft, (field) => services.some((service) => concerns(field, service)))) return;
  await Promise.all(services.map((service) => testService(key, draft, service)));
}

async function testService(key: string, draft: Draft, service: ServiceName): Promise<void> {
  const { tell } = useSources.getState();
  tell(key, service, { kind: 'running' });
  const asked = { settings: draft[service], secret: draft.secrets[service] };
  try {
    const secret = draft.secrets[service];
    const [test] = await request('profiles.test', {
      id: idOf(key),
      settings: { [service]: profileOf(draft)[service] },
      secrets: secret === undefined ? {} : { [service]: secret },
    });
    // What was typed meanwhile has not been tried.
    if (test !== undefined && isAsked(key, service, asked)) tell(key, service, { kind: 'done', test });
  } catch (error) {
    if (isAsked(key, service, asked)) tell(key, service, { kind: 'refused', failure: asFailure(error) });
  }
}

function isAsked(
  key: string,
  service: ServiceName,
  asked: { readonly settings: Draft[ServiceName]; readonly secret: string | null | undefined },
): boolean {
  const { drafts, tests } = useSources.getState();
  if (tests[key]?.[service]?.kind !== 'running') return false;
  const now = drafts[key];
  return now === undefined || (now[service] === asked.settings && now.secrets[service] === asked.secret);
}

/** Starts a source in place of the present one, or that again. A failure is told on every screen until it is dismissed. */
export async function applySource(id: string): Promise<void> {
  const { setSwitching } = useSources.getState();
  const state = useConsole.getState();
  setSwitching({ id, before: state.appState?.phase === 'running' ? activeSourceOf(state) : null });
  const failure = await switchDataSource(id);
  // Another one may have been chosen while this one waited for its services.
  if (useSources.getState().switching?.id === id) setSwitching(null);
  if (failure === null) return;
  const { message, hint } = failure;
  state.tellLasting(`${sourceNameOf(state, id)} is not in use`, hint === null ? message : `${message} ${hint}`);
}

export async function copySource(id: string): Promise<void> {
  await attempt('The profile was not copied', async () => {
    const copy = await request('profiles.copy', { id });
    await renew();
    useSources.getState().select(copy.id);
  });
}

export async function deleteSource(id: string): Promise<boolean> {
  return attempt('The profile was not deleted', async () => {
    await request('profiles.delete', { id });
    const { discard, select } = useSources.getState();
    discard(id);
    select(null);
    await renew();
  });
}

export async function exportSource(id: string): Promise<void> {
  await attempt('The profile was not exported', async () => {
    const path = await request('profiles.export', { id });
    if (path !== null) useConsole.getState().tell(`Saved as ${path}, without passwords`);
  });
}

export async function importSource(): Promise<void> {
  await attempt('No profile was imported', async () => {
    const imported = await request('profiles.import');
    if (imported === null) return;
    await renew();
    useSources.getState().select(imported.id);
    useConsole.getState().tell('Imported. A file holds no passwords: enter them, then test.');
  });
}
