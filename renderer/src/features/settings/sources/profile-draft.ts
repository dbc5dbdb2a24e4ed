import {
  connectionLimits,
  type FieldRule,
  fieldRules,
  type ServiceName,
} from '../../../../../backend/domain/connection.ts';
import type {
  Profile,
  ProfileDraft,
  SaslMechanism,
  SecretChanges,
  TlsSettings,
} from '../../../../../electron/contract/signatures.ts';

/** A profile as it is typed: texts, and passwords that are entered anew (text), to be forgotten (null) or left alone. */
export interface Draft {
  readonly name: string;
  readonly observeOnly: boolean;
  readonly simulation: boolean;
  readonly kafka: {
    /** host:port, several with commas. */
    readonly brokers: string;
    readonly topic: string;
    readonly group: string;
    readonly tls: TlsDraft;
    readonly mechanism: SaslMechanism | 'none';
    readonly username: string;
  };
  readonly postgres: {
    readonly host: string;
    readonly port: string;
    readonly database: string;
    readonly user: string;
    readonly tls: TlsDraft;
  };
  readonly redis: {
    readonly host: string;
    readonly port: string;
    readonly database: string;
    readonly username: string;
    readonly keyPrefix: string;
    readonly tls: TlsDraft;
  };
  readonly secrets: SecretChanges;
}

export interface TlsDraft {
  readonly enabled: boolean;
  readonly ca: string;
}

type FieldOf<S extends ServiceName> = `${S}.${Exclude<keyof Draft[S], 'tls' | 'mechanism'> & string}` | `${S}.ca`;
export type FieldName = 'name' | FieldOf<'kafka'> | FieldOf<'postgres'> | FieldOf<'redis'>;
export type FieldErrors = Readonly<Partial<Record<FieldName, string>>>;

const plain: TlsDraft = { enabled: false, ca: '' };

/** What a new profile begins with: the names that the services' documentation uses, and nothing where they are. */
export const emptyDraft: Draft = {
  name: 'New profile',
  observeOnly: false,
  simulation: false,
  kafka: {
    brokers: '',
    topic: 'ticket-sales',
    group: 'reelmetrics',
    tls: plain,
    mechanism: 'none',
    username: '',
  },
  postgres: { host: '', port: '5432', database: 'reelmetrics', user: 'reelmetrics', tls: plain },
  redis: { host: '', port: '6379', database: '0', username: '', keyPrefix: 'reelmetrics:', tls: plain },
  secrets: {},
};

export function draftOf({ name, observeOnly, simulation, kafka, postgres, redis }: ProfileDraft): Draft {
  return {
    name,
    observeOnly,
    simulation,
    kafka: {
      brokers: kafka.brokers.join(', '),
      topic: kafka.topic,
      group: kafka.group,
      tls: tlsDraft(kafka.tls),
      mechanism: kafka.sasl?.mechanism ?? 'none',
      username: kafka.sasl?.username ?? '',
    },
    postgres: { ...postgres, port: String(postgres.port), tls: tlsDraft(postgres.tls) },
    redis: {
      ...redis,
      port: String(redis.port),
      database: String(redis.database),
      username: redis.username ?? '',
      tls: tlsDraft(redis.tls),
    },
    secrets: {},
  };
}

/** What is wrong with a draft, by field. */
export function errorsOf({ name, kafka, postgres, redis }: Draft): FieldErrors {
  const brokers = brokersOf(kafka.brokers);
  const tooMany = brokers.length > connectionLimits.brokers ? `At most ${connectionLimits.brokers} brokers.` : null;
  const { broker, profileName, topic, group, host, name: rule, keyPrefix } = fieldRules;
  const badBroker = brokers.find((address) => !broker.allows(address));
  const found: Readonly<Record<FieldName, string | null>> = {
    name: problem(profileName, name),
    'kafka.brokers':
      brokers.length === 0 || badBroker !== undefined
        ? `${badBroker === undefined ? '' : `${badBroker}: `}${broker.words}`
        : tooMany,
    'kafka.topic': problem(topic, kafka.topic.trim()),
    'kafka.group': problem(group, kafka.group.trim()),
    'kafka.username': kafka.mechanism === 'none' ? null : problem(rule, kafka.username),
    'kafka.ca': certificateProblem(kafka.tls),
    'postgres.host': problem(host, postgres.host.trim()),
    'postgres.port': numberProblem(postgres.port, connectionLimits.port),
    'postgres.database': problem(rule, postgres.database),
    'postgres.user': problem(rule, postgres.user),
    'postgres.ca': certificateProblem(postgres.tls),
    'redis.host': problem(host, redis.host.trim()),
    'redis.port': numberProblem(redis.port, connectionLimits.port),
    'redis.database': numberProblem(redis.database, connectionLimits.redisDatabase),
    'redis.username': redis.username.trim() === '' ? null : problem(rule, redis.username),
    'redis.keyPrefix': problem(keyPrefix, redis.keyPrefix.trim()),
    'redis.ca': certificateProblem(redis.tls),
  };
  return Object.fromEntries(Object.entries(found).filter(([, words]) => words !== null)) as FieldErrors;
}

/** Whether an error keeps a service from being tried. */
export function concerns(field: string, service: ServiceName): boolean {
  return field.startsWith(`${service}.`);
}

/** The profile that a draft without errors stands for. */
export function profileOf(draft: Draft): ProfileDraft {
  const { kafka, postgres, redis } = draft;
  return {
    name: draft.name.trim(),
    observeOnly: draft.observeOnly,
    simulation: draft.simulation,
    kafka: {
      brokers: [...brokersOf(kafka.brokers)],
      topic: kafka.topic.trim(),
      group: kafka.group.trim(),
      tls: tlsOf(kafka.tls),
      sasl: kafka.mechanism === 'none' ? null : { mechanism: kafka.mechanism, username: kafka.username.trim() },
    },
    postgres: {
      host: postgres.host.trim(),
      port: Number(postgres.port),
      database: postgres.database.trim(),
      user: postgres.user.trim(),
      tls: tlsOf(postgres.tls),
    },
    redis: {
      host: redis.host.trim(),
      port: Number(redis.port),
      database: Number(redis.database),
      username: redis.username.trim() || null,
      keyPrefix: redis.keyPrefix.trim(),
      tls: tlsOf(redis.tls),
    },
  };
}

/** What was changed: the connection, or only what does not touch it (the name). */
export function changeOf(draft: Draft, profile: Profile): 'none' | 'name' | 'connection' {
  const { id: _, ...saved } = profile;
  const { name, secrets, ...rest } = draft;
  const { name: savedName, secrets: _none, ...savedRest } = draftOf(saved);
  if (Object.keys(secrets).length > 0 || JSON.stringify(rest) !== JSON.stringify(savedRest)) return 'connection';
  return name === savedName ? 'none' : 'name';
}

/** Where a profile leads to, in few words. */
export function placeWords({ kafka }: Pick<Profile, 'kafka'>): string {
  const [first = '', ...others] = kafka.brokers;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function brokersOf(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((broker) => broker !== '');
}

function problem({ allows, words }: FieldRule, text: string): string | null {
  return allows(text) ? null : words;
}

function numberProblem(text: string, { min, max }: { readonly min: number; readonly max: number }): string | null {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? null : `A number from ${min} to ${max}.`;
}

function certificateProblem({ enabled, ca }: TlsDraft): string | null {
  if (!enabled || ca.trim() === '') return null;
  if (ca.length > connectionLimits.certificate) return `At most ${connectionLimits.certificate} characters.`;
  return problem(fieldRules.certificate, ca);
}

function tlsDraft({ enabled, ca }: TlsSettings): TlsDraft {
  return { enabled, ca: ca ?? '' };
}

function tlsOf({ enabled, ca }: TlsDraft): TlsSettings {
  return { enabled, ca: enabled && ca.trim() !== '' ? `${ca.trim()}\n` : null };
}
