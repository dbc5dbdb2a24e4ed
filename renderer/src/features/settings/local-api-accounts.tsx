import { Button, CopyButton, PasswordInput, Select, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Copy, KeyRound, UserPlus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import {
  type ApiKey,
  accountName,
  isPasswordLength,
  leastPasswordLength,
  locksAt,
  mostPasswordLength,
  type Role,
  roles,
  type User,
} from '../../../../backend/domain/account.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { attempt } from '../../store/actions.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Card } from '../../ui/card.tsx';
import { useNow } from '../../ui/clock.ts';
import { Icon } from '../../ui/icon.tsx';
import { StateChip } from '../../ui/state-chip.tsx';
import { SkeletonRows, WidgetError } from '../../ui/states.tsx';
import { clockWords, spanWords } from '../../ui/time-words.ts';
import { SettingRow } from './setting-row.tsx';
import classes from './settings.module.css';

const queryKey = ['localApi.accounts'];
/** Others sign in, and are locked, meanwhile. */
const lookMs = 5_000;

/** Who may ask: users and keys, kept with the data. */
export function LocalApiAccounts() {
  const running = useConsole((state) => state.appState?.phase === 'running');
  const client = useQueryClient();
  const accounts = useQuery({
    queryKey,
    queryFn: () => request('localApi.accounts'),
    enabled: running,
    refetchInterval: lookMs,
  });
  const refresh = () => client.invalidateQueries({ queryKey });
  if (!running) {
    return (
      <Card title="Users and keys">
        <div className={classes.text}>
          <p>They are kept with the data: choose a data source first.</p>
        </div>
      </Card>
    );
  }
  if (accounts.isError) {
    return (
      <Card title="Users and keys">
        <WidgetError failure={asFailure(accounts.error)} onRetry={() => void accounts.refetch()} />
      </Card>
    );
  }
  if (accounts.data === undefined) {
    return (
      <Card title="Users and keys">
        <SkeletonRows rows={3} />
      </Card>
    );
  }
  const { users, keys } = accounts.data;
  return (
    <>
      <Users users={users} onChange={refresh} />
      <Keys keys={keys} onChange={refresh} />
    </>
  );
}

interface UsersProps {
  readonly users: readonly User[];
  readonly onChange: () => Promise<void>;
}

function Users({ users, onChange }: UsersProps) {
  const now = useNow();
  const zone = useConsole(zoneOf);
  const toggle = async ({ name, disabledAt }: User): Promise<void> => {
    await attempt('The user was not changed', () =>
      request('localApi.setUserDisabled', { name, disabled: disabledAt === null }),
    );
    await onChange();
  };
  const unlock = async ({ name }: User): Promise<void> => {
    await attempt('The user was not unlocked', () => request('localApi.unlockUser', { name }));
    await onChange();
  };
  return (
    <Card
      title="Users"
      note="kept with the data; disabling ends their sessions"
      foot={<AddUser first={users.length === 0} onAdded={onChange} />}
    >
      {users.length === 0 ? (
        <div className={classes.text}>
          <p>Nobody can sign in yet. Add the first admin below.</p>
        </div>
      ) : null}
      {users.map((user) => (
        <SettingRow
          key={user.name}
          label={user.name}
          note={`${user.role}, ${signedIn(user, now)}${lockWords(user, now, zone)}`}
        >
          {locksAt(user, now).length > 0 ? (
            <>
              <StateChip state="warn">Locked</StateChip>
              <Button size="sm" onClick={() => void unlock(user)} aria-label={`Unlock ${user.name}`}>
                Unlock
              </Button>
            </>
          ) : null}
          <StateChip state={user.disabledAt === null ? 'ok' : 'idle'}>
            {user.disabledAt === null ? 'Enabled' : 'Disabled'}
          </StateChip>
          <Button
            size="sm"
            onClick={() => void toggle(user)}
            aria-label={`${user.disabledAt === null ? 'Disable' : 'Enable'} ${user.name}`}
          >
            {user.disabledAt === null ? 'Disable' : 'Enable'}
          </Button>
        </SettingRow>
      ))}
    </Card>
  );
}

/** From where a user has to wait, since when and until when. */
function lockWords(user: User, now: number, zone: string): string {
  return locksAt(user, now)
    .map(
      ({ network, since, until }) =>
        `; locked from ${network ?? 'networks without a sign-in before'} until ${clockWords(until, zone)}, since ${clockWords(since, zone)}`,
    )
    .join('');
}

function signedIn({ lastSignInAt }: User, now: number): string {
  return lastSignInAt === null ? 'never signed in' : `signed in ${spanWords(Math.max(0, now - lastSignInAt))} ago`;
}

function RoleSelect({ value, onChange }: { readonly value: Role; readonly onChange: (role: Role) => void }) {
  return (
    <Select
      aria-label="Role"
      w={116}
      data={[...roles]}
      value={value}
      allowDeselect={false}
      onChange={(role) => onChange(roles.find((each) => each === role) ?? 'viewer')}
    />
  );
}

interface AddUserProps {
  /** Nobody can sign in yet: the first one is to be an admin. */
  readonly first: boolean;
  readonly onAdded: () => Promise<void>;
}

function AddUser({ first, onAdded }: AddUserProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, setChosen] = useState<Role | null>(null);
  const role = chosen ?? (first ? 'admin' : 'viewer');
  const wrong = wrongWith(name, password);
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!(await attempt('The user was not added', () => request('localApi.addUser', { name, role, password })))) return;
    setName('');
    setPassword('');
    setChosen(null);
    await onAdded();
  };
  return (
    <form className={classes.accountForm} onSubmit={(event) => void add(event)}>
      <TextInput
        aria-label="Name of the user"
        placeholder="Name"
        w={140}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        aria-label="Password, 12 characters or more"
        placeholder="Password, 12 characters or more"
        w={290}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setChosen} />
      <Button
        type="submit"
        size="sm"
        leftSection={<Icon of={UserPlus} small />}
        disabled={name === '' || password === '' || wrong !== null}
      >
        Add user
      </Button>
      {wrong === null ? null : (
        <span className={classes.rowNote} role="status">
          {wrong}
        </span>
      )}
    </form>
  );
}

/** What keeps what was typed from being a user; null while nothing does. */
function wrongWith(name: string, password: string): string | null {
  if (name !== '' && !accountName.test(name)) return 'A name has small letters, digits, ".", "_" and "-", at most 40.';
  if (password !== '' && !isPasswordLength(password)) {
    return `A password has ${leastPasswordLength} to ${mostPasswordLength} characters.`;
  }
  return null;
}

interface KeysProps {
  readonly keys: readonly ApiKey[];
  readonly onChange: () => Promise<void>;
}

function Keys({ keys, onChange }: KeysProps) {
  const now = useNow();
  const [made, setMade] = useState<{ readonly id: string; readonly key: string } | null>(null);
  const revoke = async (id: string): Promise<void> => {
    const revoked = await attempt('The key was not revoked', () => request('localApi.revokeKey', { id }));
    if (revoked && made?.id === id) setMade(null);
    await onChange();
  };
  return (
    <Card
      title="Keys"
      note="for machines"
      foot={
        <CreateKey
          onMade={async (key) => {
            setMade(key);
            await onChange();
          }}
        />
      }
    >
      {made === null ? null : (
        <SettingRow label="New key" note="Shown only now: keep it where the machine finds it.">
          <code className={classes.path} data-selectable>
            {made.key}
          </code>
          <CopyButton value={made.key}>
            {({ copied, copy }) => (
              <Button size="sm" leftSection={<Icon of={copied ? Check : Copy} small />} onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </SettingRow>
      )}
      {keys.length === 0 ? (
        <div className={classes.text}>
          <p>There are no keys.</p>
        </div>
      ) : null}
      {keys.map(({ id, name, role, revokedAt, lastUsedAt }) => (
        <SettingRow
          key={id}
          label={name}
          note={`${id}, ${role}, ${lastUsedAt === null ? 'never used' : `used ${spanWords(Math.max(0, now - lastUsedAt))} ago`}`}
        >
          <StateChip state={revokedAt === null ? 'ok' : 'idle'}>{revokedAt === null ? 'Valid' : 'Revoked'}</StateChip>
          {revokedAt === null ? (
            <Button size="sm" onClick={() => void revoke(id)} aria-label={`Revoke ${name}`}>
              Revoke
            </Button>
          ) : null}
        </SettingRow>
      ))}
    </Card>
  );
}

function CreateKey({
  onMade,
}: {
  readonly onMade: (made: { readonly id: string; readonly key: string }) => Promise<void>;
}) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    await attempt('The key was not made', async () => {
      const made = await request('localApi.createKey', { name, role });
      setName('');
      await onMade(made);
    });
  };
  return (
    <form className={classes.accountForm} onSubmit={(event) => void create(event)}>
      <TextInput
        aria-label="What the key is for"
        placeholder="What it is for"
        w={260}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <RoleSelect value={role} onChange={setRole} />
      <Button type="submit" size="sm" leftSection={<Icon of={KeyRound} small />} disabled={name.trim() === ''}>
        Create key
      </Button>
    </form>
  );
}
