/**
 * Connection profiles: where Kafka, PostgreSQL and Redis are and how to sign in. A profile holds no secret; those are
 * kept apart (`ProfileSecrets`), encrypted by the operating system or for the session only.
 */
import { z } from 'zod';
import { connectionLimits, type FieldRule, fieldRules } from '../domain/connection.ts';

const { host: hostRule, name: nameRule, broker, topic, group, keyPrefix, certificate, profileName } = fieldRules;
const { port: ports, redisDatabase, brokers } = connectionLimits;

const text = ({ allows, words }: FieldRule) => z.string().refine(allows, words);
const trimmed = ({ allows, words }: FieldRule) => z.string().trim().refine(allows, words);

const host = text(hostRule);
const port = z.int().min(ports.min).max(ports.max);
const name = trimmed(nameRule);

const tls = z.strictObject({
  enabled: z.boolean(),
  /** Certificate of the authority that signed the server's, PEM; null = those the system trusts. */
  ca: text(certificate).max(connectionLimits.certificate).nullable(),
});

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

export const kafkaSettingsSchema = z.strictObject({
  brokers: z.array(text(broker)).min(1).max(brokers),
  topic: text(topic),
  /** Consumer group: consoles and workers of one group share the partitions. */
  group: text(group),
  tls,
  sasl: z.strictObject({ mechanism: z.enum(saslMechanisms), username: name }).nullable(),
});

export const postgresSettingsSchema = z.strictObject({ host, port, database: name, user: name, tls });

export const redisSettingsSchema = z.strictObject({
  host,
  port,
  database: z.int().min(redisDatabase.min).max(redisDatabase.max),
  username: name.nullable(),
  /** Before every key, so that several consoles can share a server. */
  keyPrefix: text(keyPrefix),
  tls,
});

export const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'small letters, digits and hyphens, at most 40'),
  name: trimmed(profileName),
  /** No consumer here: other consoles or workers store; live figures come from polling the database. */
  observeOnly: z.boolean(),
  /** Whether invented sales may go into its topic; files from before this field do not allow it. */
  simulation: z.boolean().default(false),
  kafka: kafkaSettingsSchema,
  postgres: postgresSettingsSchema,
  redis: redisSettingsSchema,
});

export type TlsSettings = z.infer<typeof tls>;
export type KafkaSettings = z.infer<typeof kafkaSettingsSchema>;
export type PostgresSettings = z.infer<typeof postgresSettingsSchema>;
export type RedisSettings = z.infer<typeof redisSettingsSchema>;
export type Profile = z.infer<typeof profileSchema>;
export type SaslMechanism = (typeof saslMechanisms)[number];

/** Passwords of a profile; null = none. */
export interface ProfileSecrets {
  readonly kafka: string | null;
  readonly postgres: string | null;
  readonly redis: string | null;
}

export const noSecrets: ProfileSecrets = { kafka: null, postgres: null, redis: null };

const plain: TlsSettings = { enabled: false, ca: null };

/** The services of docker-compose.yml and of `npm run services -- up`: on this computer, open to it alone. */
export const localProfile: Profile = {
  id: 'local',
  name: 'Local services',
  observeOnly: false,
  simulation: true,
  kafka: { brokers: ['127.0.0.1:9092'], topic: 'ticket-sales', group: 'reelmetrics', tls: plain, sasl: null },
  postgres: { host: '127.0.0.1', port: 5432, database: 'reelmetrics', user: 'reelmetrics', tls: plain },
  redis: { host: '127.0.0.1', port: 6379, database: 0, username: null, keyPrefix: 'reelmetrics:', tls: plain },
};

/** The password that docker-compose.yml gives the database: it guards nothing, the port is open on loopback only. */
export const localSecrets: ProfileSecrets = { kafka: null, postgres: 'reelmetrics', redis: null };
