import { Button, UnstyledButton } from '@mantine/core';
import { FileInput, HardDrive, type LucideIcon, Plus, Server } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { connectionLimits } from '../../../../../backend/domain/connection.ts';
import type { ProfileEntry } from '../../../../../electron/contract/signatures.ts';
import { useConsole } from '../../../store/console-store.ts';
import { activeSourceOf } from '../../../store/data-sources.ts';
import { useNow } from '../../../ui/clock.ts';
import { Icon } from '../../../ui/icon.tsx';
import { StateChip } from '../../../ui/state-chip.tsx';
import { spanWords } from '../../../ui/time-words.ts';
import { changeOf, emptyDraft, placeWords } from './profile-draft.ts';
import { importSource } from './source-actions.ts';
import { activeWords, type SourceWords, testedWords } from './source-state.ts';
import classes from './sources.module.css';
import { newProfile, useSources } from './sources-store.ts';

/** All sources with their states; one of them is shown beside. */
export function SourceList({
  profiles,
  selected,
}: {
  readonly profiles: readonly ProfileEntry[];
  readonly selected: string;
}) {
  const select = useSources((state) => state.select);
  const edit = useSources((state) => state.edit);
  const draft = useSources((state) => state.drafts[newProfile]);
  const savedAs = useSources((state) => state.savedAs);
  const unsaved = profiles.some(({ profile }) => profile.id === savedAs) ? undefined : draft;
  const own = profiles.filter(({ builtIn }) => !builtIn).length;
  const full = own >= connectionLimits.profiles;
  const add = (): void => {
    if (unsaved === undefined) edit(newProfile, emptyDraft);
    select(newProfile);
  };
  return (
    <section className={classes.list} aria-labelledby="sources">
      <header className={classes.listHead}>
        <h2 id="sources">Sources</h2>
        <Button
          size="sm"
          leftSection={<Icon of={Plus} small />}
          disabled={full}
          title={full ? `There are ${own} profiles, which is as many as there can be` : undefined}
          onClick={add}
        >
          New
        </Button>
      </header>
      <ul className={classes.items}>
        <Source
          id="embedded"
          name="Embedded"
          place="inside ReelMetrics"
          icon={HardDrive}
          selected={selected === 'embedded'}
        />
        {profiles.map((entry) => (
          <Profile key={entry.profile.id} entry={entry} selected={selected === entry.profile.id} />
        ))}
        {unsaved === undefined ? null : (
          <Source
            id={newProfile}
            name={unsaved.name.trim() || 'Without name'}
            place="not saved yet"
            icon={Server}
            tag="new"
            selected={selected === newProfile}
          />
        )}
      </ul>
      <footer className={classes.listFoot}>
        <Button
          fullWidth
          size="sm"
          leftSection={<Icon of={FileInput} small />}
          disabled={full}
          onClick={() => void importSource()}
        >
          Import profile
        </Button>
      </footer>
    </section>
  );
}

function Profile({
  entry: { profile, builtIn },
  selected,
}: {
  readonly entry: ProfileEntry;
  readonly selected: boolean;
}) {
  const draft = useSources((state) => state.drafts[profile.id]);
  const edited = draft !== undefined && changeOf(draft, profile) !== 'none';
  const place = placeWords(profile);
  return (
    <Source
      id={profile.id}
      name={profile.name}
      place={builtIn ? `${place}, the preset` : place}
      icon={Server}
      selected={selected}
      {...(edited ? { tag: 'edited' } : profile.observeOnly ? { tag: 'observes' } : {})}
    />
  );
}

interface SourceProps {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly icon: LucideIcon;
  readonly tag?: string;
  readonly selected: boolean;
}

function Source({ id, name, place, icon, tag, selected }: SourceProps) {
  const select = useSources((state) => state.select);
  const isActive = useConsole((state) => activeSourceOf(state) === id);
  return (
    <li>
      <UnstyledButton className={classes.item} aria-current={selected ? 'true' : undefined} onClick={() => select(id)}>
        <span className={classes.itemLine}>
          <Icon of={icon} />
          <span className={classes.itemName} title={name}>
            {name}
          </span>
          {tag === undefined ? null : <span className={classes.tag}>{tag}</span>}
          {isActive ? <span className={classes.tag}>in use</span> : null}
        </span>
        <span className={classes.itemPlace} title={place}>
          {place}
        </span>
        {isActive ? <ActiveState embedded={id === 'embedded'} /> : <TestedState id={id} />}
      </UnstyledButton>
    </li>
  );
}

function ActiveState({ embedded }: { readonly embedded: boolean }) {
  const words = useConsole(useShallow(({ appState, status }) => activeWords(appState, status, embedded)));
  return <State words={words} />;
}

function TestedState({ id }: { readonly id: string }) {
  const tests = useSources((state) => state.tests[id]);
  return <State words={testedWords(tests ?? {})} />;
}

function State({ words: { state, words, since } }: { readonly words: SourceWords }) {
  return (
    <StateChip state={state} plain>
      {words}
      {since === null ? null : <Since at={since} />}
    </StateChip>
  );
}

function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return <> for {spanWords(Math.max(0, now - at))}</>;
}
