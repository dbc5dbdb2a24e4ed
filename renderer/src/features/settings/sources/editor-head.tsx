import { Button, Switch } from '@mantine/core';
import { Copy, FileOutput, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ProfileEntry } from '../../../../../electron/contract/signatures.ts';
import { Panel } from '../../../ui/card.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { type Form, TextField } from './fields.tsx';
import type { Draft } from './profile-draft.ts';
import { copySource, deleteSource, exportSource } from './source-actions.ts';
import classes from './sources.module.css';

interface EditorHeadProps {
  readonly entry: ProfileEntry | null;
  readonly draft: Draft;
  readonly form: Form;
  readonly isActive: boolean;
  readonly onChange: (patch: Partial<Draft>) => void;
}

/** Name, observing, and what can be done with the profile as a whole. */
export function EditorHead({ entry, draft, form, isActive, onChange }: EditorHeadProps) {
  const [deleting, setDeleting] = useState(false);
  if (entry !== null && deleting) return <Question entry={entry} onKeep={() => setDeleting(false)} />;
  return (
    <Panel label="Profile" className={classes.head ?? ''}>
      <div className={classes.headLine}>
        {entry?.builtIn ? (
          <div className={classes.headName}>
            <h2>{draft.name}</h2>
            <p className={classes.hint}>
              The services of docker-compose.yml or <code>npm run services -- up</code>. To change it, change a copy.
            </p>
          </div>
        ) : (
          <div className={classes.headName}>
            <TextField
              form={form}
              field="name"
              label="Name"
              value={draft.name}
              span={12}
              mono={false}
              onChange={(name) => onChange({ name })}
            />
          </div>
        )}
        {entry === null ? null : (
          <div className={classes.headActions}>
            <Button size="sm" leftSection={<Icon of={Copy} small />} onClick={() => void copySource(entry.profile.id)}>
              Copy
            </Button>
            <Button
              size="sm"
              leftSection={<Icon of={FileOutput} small />}
              onClick={() => void exportSource(entry.profile.id)}
            >
              Export
            </Button>
            {entry.builtIn ? null : (
              <Button
                size="sm"
                leftSection={<Icon of={Trash2} small />}
                disabled={isActive}
                title={isActive ? 'It is in use: use another source first' : undefined}
                onClick={() => setDeleting(true)}
              >
                Delete
              </Button>
            )}
          </div>
        )}
      </div>
      {entry?.builtIn ? null : (
        <div className={classes.observe}>
          <Switch
            label="Observe only"
            checked={draft.observeOnly}
            onChange={(event) => onChange({ observeOnly: event.currentTarget.checked })}
          />
          <span className={classes.hint}>
            No consumer here: other consoles or workers store, and this one looks into their database.
          </span>
        </div>
      )}
      {entry?.builtIn ? null : (
        <div className={classes.observe}>
          <Switch
            label="Allow invented sales"
            checked={draft.simulation && !draft.observeOnly}
            disabled={draft.observeOnly}
            onChange={(event) => onChange({ simulation: event.currentTarget.checked })}
          />
          <span className={classes.hint}>
            {draft.observeOnly
              ? 'Never where this console only observes.'
              : 'Simulator, history and reset. What is counted stays in the topic: for test systems only.'}
          </span>
        </div>
      )}
    </Panel>
  );
}

function Question({ entry: { profile }, onKeep }: { readonly entry: ProfileEntry; readonly onKeep: () => void }) {
  const [busy, setBusy] = useState(false);
  const remove = async (): Promise<void> => {
    setBusy(true);
    if (!(await deleteSource(profile.id))) {
      setBusy(false);
      onKeep();
    }
  };
  return (
    <div className={classes.question} role="alertdialog" aria-label={`Delete ${profile.name}`}>
      <span>
        Delete <strong>{profile.name}</strong> with its passwords? The data in its services stays.
      </span>
      <Button size="sm" disabled={busy} autoFocus onClick={onKeep}>
        Keep
      </Button>
      <Button
        size="sm"
        data-danger
        leftSection={<Icon of={Trash2} small />}
        loading={busy}
        onClick={() => void remove()}
      >
        Delete profile
      </Button>
    </div>
  );
}
