import { asFailure } from '../../bridge/bridge-client.ts';
import { useConsole } from '../../store/console-store.ts';
import { activeSourceOf } from '../../store/data-sources.ts';
import { SkeletonRows, WidgetError } from '../../ui/states.tsx';
import { EmbeddedSource } from './sources/embedded-source.tsx';
import { ProfileEditor } from './sources/profile-editor.tsx';
import { useProfiles } from './sources/source-actions.ts';
import { SourceList } from './sources/source-list.tsx';
import classes from './sources/sources.module.css';
import { newProfile, useSources } from './sources/sources-store.ts';

/** Where ticket sales come from: the sources, and the one that is looked at. */
export function DataSource() {
  const { data, error, refetch } = useProfiles();
  const active = useConsole(activeSourceOf);
  // Before the first choice, who comes here has services in mind.
  const wanted = useSources((state) => state.selected) ?? active ?? 'local';
  const hasDraft = useSources((state) => state.drafts[newProfile] !== undefined);
  const profiles = data?.profiles ?? [];
  const entry = profiles.find(({ profile }) => profile.id === wanted) ?? null;
  const isThere = wanted === 'embedded' || (wanted === newProfile ? hasDraft : entry !== null);
  const selected = isThere || data === undefined ? wanted : 'embedded';
  return (
    <div className={classes.sources}>
      <SourceList profiles={profiles} selected={selected} />
      {selected === 'embedded' ? (
        <EmbeddedSource />
      ) : data !== undefined ? (
        <ProfileEditor key={selected} entry={entry} newSecrets={data.newSecrets} />
      ) : (
        <div className={classes.detail}>
          {error === null ? (
            <SkeletonRows rows={8} />
          ) : (
            <WidgetError failure={asFailure(error)} onRetry={() => void refetch()} />
          )}
        </div>
      )}
    </div>
  );
}
