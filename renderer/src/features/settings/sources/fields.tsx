import { ActionIcon, Input, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { X } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import type { SecretState } from '../../../../../electron/contract/signatures.ts';
import { Icon } from '../../../ui/icon.tsx';
import type { FieldName, TlsDraft } from './profile-draft.ts';
import { fieldId } from './source-actions.ts';
import classes from './sources.module.css';

/** What all fields of a form have in common. */
export interface Form {
  readonly readOnly: boolean;
  /** The error to show at a field, if any. */
  readonly errorAt: (field: FieldName) => string | undefined;
  /** The field was left: its error may be shown from now on. */
  readonly onLeave: (field: FieldName) => void;
}

interface TextFieldProps {
  readonly form: Form;
  readonly field: FieldName;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  /** Columns of twelve. */
  readonly span: number;
  readonly mono?: boolean;
  readonly onChange: (value: string) => void;
}

export function TextField({ form, field, label, value, placeholder, span, mono = true, onChange }: TextFieldProps) {
  return (
    <TextInput
      id={fieldId(field)}
      className={classes[`span${span}`]}
      classNames={mono ? { input: classes.mono } : {}}
      label={label}
      value={value}
      readOnly={form.readOnly}
      error={form.errorAt(field)}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={() => form.onLeave(field)}
      {...(placeholder === undefined ? {} : { placeholder })}
    />
  );
}

interface ChoiceFieldProps<T extends string> {
  readonly form: Form;
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly span: number;
  readonly onChange: (value: T) => void;
}

export function ChoiceField<T extends string>({ form, label, value, options, span, onChange }: ChoiceFieldProps<T>) {
  return (
    <Select
      className={classes[`span${span}`]}
      label={label}
      data={options.map((option) => ({ ...option }))}
      value={value}
      readOnly={form.readOnly}
      onChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    />
  );
}

interface TlsFieldProps {
  readonly form: Form;
  /** Read out with the switch. */
  readonly service: string;
  readonly value: TlsDraft;
  readonly span: number;
  readonly onChange: (value: TlsDraft) => void;
}

export function TlsSwitch({ form, service, value, span, onChange }: TlsFieldProps) {
  const id = useId();
  return (
    <Input.Wrapper label="TLS" labelProps={{ htmlFor: id }} className={classes[`span${span}`]}>
      <div className={classes.switchCell}>
        <Switch
          id={id}
          aria-label={`TLS to ${service}`}
          label={value.enabled ? 'on' : 'off'}
          checked={value.enabled}
          disabled={form.readOnly}
          onChange={(event) => onChange({ ...value, enabled: event.currentTarget.checked })}
        />
      </div>
    </Input.Wrapper>
  );
}

interface CertificateFieldProps {
  readonly form: Form;
  readonly field: FieldName;
  readonly value: TlsDraft;
  readonly onChange: (value: TlsDraft) => void;
}

/** Asked for only where TLS is on. */
export function CertificateField({ form, field, value, onChange }: CertificateFieldProps) {
  if (!value.enabled) return null;
  return (
    <Textarea
      id={fieldId(field)}
      className={classes.span12}
      classNames={{ input: `${classes.mono} ${classes.certificate}` }}
      label="Certificate of the authority, PEM"
      description="Empty: those that this computer trusts."
      placeholder="-----BEGIN CERTIFICATE-----"
      value={value.ca}
      rows={3}
      readOnly={form.readOnly}
      error={form.errorAt(field)}
      spellCheck={false}
      onChange={(event) => onChange({ ...value, ca: event.currentTarget.value })}
      onBlur={() => form.onLeave(field)}
    />
  );
}

interface SecretFieldProps {
  readonly form: Form;
  readonly service: string;
  readonly state: SecretState;
  /** Text sets, null forgets, undefined leaves it. */
  readonly value: string | null | undefined;
  /** What becomes of a new one. */
  readonly kept: 'stored' | 'session';
  readonly span: number;
  readonly onChange: (value: string | null | undefined) => void;
}

const stateWords: Readonly<Record<SecretState, string>> = { stored: 'stored', session: 'this session', none: 'none' };

/** A password: it can be set and forgotten, and never comes back to the window. */
export function SecretField({ form, service, state, value, kept, span, onChange }: SecretFieldProps) {
  const held = value === undefined && state !== 'none';
  const words: ReactNode =
    typeof value === 'string'
      ? kept === 'stored'
        ? 'new'
        : 'this session'
      : value === null
        ? 'forgotten'
        : stateWords[state];
  const clearable = !form.readOnly && (held || value !== undefined);
  return (
    <TextInput
      className={classes[`span${span}`]}
      classNames={{ input: classes.mono }}
      label="Password"
      aria-label={`Password of ${service}, ${typeof words === 'string' ? words : ''}`}
      type="password"
      autoComplete="new-password"
      readOnly={form.readOnly}
      value={value ?? ''}
      placeholder={held ? '••••••••••••' : ''}
      rightSectionWidth={clearable ? 112 : 92}
      rightSection={
        <span className={classes.secretState}>
          {words}
          {clearable ? (
            <ActionIcon
              size={22}
              variant="subtle"
              aria-label={
                value === undefined ? `Forget the password of ${service}` : `Undo the new password of ${service}`
              }
              title={value === undefined ? 'Forget' : 'Undo'}
              onClick={() => onChange(value === undefined ? null : undefined)}
            >
              <Icon of={X} small />
            </ActionIcon>
          ) : null}
        </span>
      }
      onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}
