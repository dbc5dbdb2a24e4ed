import { serviceNames } from '../../../../../backend/domain/connection.ts';
import type { ProfileEntry, ProfileList } from '../../../../../electron/contract/signatures.ts';
import { useConsole } from '../../../store/console-store.ts';
import { activeSourceOf } from '../../../store/data-sources.ts';
import { ConnectionCard } from './connection-card.tsx';
import { EditorBar } from './editor-bar.tsx';
import { EditorHead } from './editor-head.tsx';
import type { Form } from './fields.tsx';
import { type Draft, draftOf, emptyDraft, errorsOf } from './profile-draft.ts';
import { ServiceCard } from './service-card.tsx';
import { KafkaForm, PostgresForm, RedisForm } from './service-forms.tsx';
import { testDraft } from './source-actions.ts';
import classes from './sources.module.css';
import { newProfile, useSources } from './sources-store.ts';
import { SwitchNotice } from './switch-notice.tsx';

interface ProfileEditorProps {
  /** null for the profile that is not saved yet. */
  readonly entry: ProfileEntry | null;
  readonly newSecrets: ProfileList['newSecrets'];
}

const noSecrets: ProfileEntry['secrets'] = { kafka: 'none', postgres: 'none', redis: 'none' };

/** A profile: what is typed is a draft until it is saved; the built-in one can be looked at, tried and used. */
export function ProfileEditor({ entry, newSecrets }: ProfileEditorProps) {
  const key = entry?.profile.id ?? newProfile;
  const held = useSources((state) => state.drafts[key]);
  const checked = useSources((state) => state.checked[key]);
  const tests = useSources((state) => state.tests[key]) ?? {};
  const { edit, check } = useSources.getState();
  const isActive = useConsole((state) => activeSourceOf(state) === key);
  const draft: Draft = held ?? (entry === null ? emptyDraft : draftOf(entry.profile));
  const errors = errorsOf(draft);
  const secrets = entry?.secrets ?? noSecrets;
  const form: Form = {
    readOnly: entry?.builtIn ?? false,
    errorAt: (field) => (checked?.includes(field) ? errors[field] : undefined),
    onLeave: (field) => check(key, [field]),
  };
  const change = (patch: Partial<Draft>): void => edit(key, { ...draft, ...patch });
  const secretOf = (service: (typeof serviceNames)[number]) => ({
    state: secrets[service],
    value: draft.secrets[service],
    kept: newSecrets,
    onChange: (value: string | null | undefined) => {
      const { [service]: _, ...others } = draft.secrets;
      change({ secrets: value === undefined ? others : { ...others, [service]: value } });
    },
  });
  const test = (service: (typeof serviceNames)[number]) => ({
    service,
    test: tests[service],
    onTest: () => void testDraft(key, draft, [service]),
  });
  return (
    <div className={classes.detail}>
      <div className={classes.scroll}>
        <SwitchNotice />
        <EditorHead entry={entry} draft={draft} form={form} isActive={isActive} onChange={change} />
        {isActive ? <ConnectionCard embedded={false} /> : null}
        <ServiceCard {...test('kafka')}>
          <KafkaForm
            form={form}
            value={draft.kafka}
            secret={secretOf('kafka')}
            onChange={(kafka) => change({ kafka })}
          />
        </ServiceCard>
        <ServiceCard {...test('postgres')}>
          <PostgresForm
            form={form}
            value={draft.postgres}
            secret={secretOf('postgres')}
            onChange={(postgres) => change({ postgres })}
          />
        </ServiceCard>
        <ServiceCard {...test('redis')}>
          <RedisForm
            form={form}
            value={draft.redis}
            secret={secretOf('redis')}
            onChange={(redis) => change({ redis })}
          />
        </ServiceCard>
      </div>
      <EditorBar
        entry={entry}
        draft={draft}
        wrong={Object.keys(errors).filter((field) => checked?.some((shown) => shown === field)).length}
        isActive={isActive}
        newSecrets={newSecrets}
        testing={serviceNames.some((service) => tests[service]?.kind === 'running')}
        onTestAll={() => void testDraft(key, draft, serviceNames)}
      />
    </div>
  );
}
