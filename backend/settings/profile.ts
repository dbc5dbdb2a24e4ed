/**
 * Connection profiles: where Kafka, PostgreSQL and Redis are and how to sign in. A profile holds no secret; those are
 * kept apart (`ProfileSecrets`), encrypted by the operating system or for the session only.
 */
import { z } from 'zod';

const host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9._:-]+$/, 'a host name or an address');
const port = z.int().min(1).max(65_535);
const name = z.string().trim().min(1).max(120);

const tls = z.strictObject({
  enabled: z.boolean(),
  /** Certificate of the authority that signed the server's, PEM; null = those the system trusts. */
  ca: z.string().max(64_000).nullable(),
});

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

export const kafkaSettingsSchema = z.strictObject({
  brokers: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+:\d{1,5}$|^\[[0-9A-Fa-f:]+\]:\d{1,5}$/, 'host:port'))
    .min(1)
    .max(16),
  topic: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'letters, digits, dot, underscore and hyphen, at most 249'),
  /** Consumer group: consoles and workers of one group share the partitions. */
  group: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, 'letters, digits, dot, underscore and hyphen, at most 249'),
  tls,
  sasl: z.strictObject({ mechanism: z.enum(saslMechanisms), username: name }).nullable(),
});

export const postgresSettingsSchema = z.strictObject({ host, port, database: name, user: name, tls });

export const redisSettingsSchema = z.strictObject({
  host,
  port,
  database: z.int().min(0).max(1_023),
  username: name.nullable(),
  /** Before every key, so that several consoles can share a server. */
  keyPrefix: z.string().regex(/^[A-Za-z0-9._:-]{0,64}$/, 'letters, digits and . _ : -, at most 64'),
  tls,
});

export const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'small letters, digits and hyphens, at most 40'),
  name: z.string().trim().min(1).max(60),
  /** No consumer here: other consoles or workers store; live figures come from polling the database. */
  observeOnly: z.boolean(),
  kafka: kafkaSettingsSchema,
  postgres: postgresSettingsSchema,
  redis: redisSettingsSchema,
});

export type TlsSettings = z.infer<typeof tls>;
export type KafkaSettings = z.infer<typeof kafkaSettingsSchema>;
export type PostgresSettings = z.infer<typeof postgresSettingsSchema>;
export type RedisSettings = z.infer<typeof redisSettingsSchema>;
export type Profile = z.infer<typeof profileSchema>;

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
  kafka: { brokers: ['127.0.0.1:9092'], topic: 'ticket-sales', group: 'reelmetrics', tls: plain, sasl: null },
  postgres: { host: '127.0.0.1', port: 5432, database: 'reelmetrics', user: 'reelmetrics', tls: plain },
  redis: { host: '127.0.0.1', port: 6379, database: 0, username: null, keyPrefix: 'reelmetrics:', tls: plain },
};

/** The password that docker-compose.yml gives the database: it guards nothing, the port is open on loopback only. */
export const localSecrets: ProfileSecrets = { kafka: null, postgres: 'reelmetrics', redis: null };
