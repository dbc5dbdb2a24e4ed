/** What the fields of a connection may hold: one definition for the settings file, for requests and for the form. */

export const serviceNames = ['kafka', 'postgres', 'redis'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface FieldRule {
  /** Whether the text may stand in the field. */
  readonly allows: (text: string) => boolean;
  /** What is wanted, for a person. */
  readonly words: string;
}

export const connectionLimits = {
  profiles: 20,
  brokers: 16,
  port: { min: 1, max: 65_535 },
  redisDatabase: { min: 0, max: 1_023 },
  /** Characters of a certificate, and of a password. */
  certificate: 64_000,
  password: 1_024,
} as const;

const { port } = connectionLimits;

const trimmed = (most: number) => (text: string) => text.trim().length >= 1 && text.trim().length <= most;
const matching = (pattern: RegExp) => (text: string) => pattern.test(text);

const kafkaName: FieldRule = {
  // "." and ".." are what Kafka refuses of these.
  allows: matching(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/),
  words: 'Letters, digits, dot, underscore and hyphen, at most 249; not . or .. alone.',
};

export const fieldRules = {
  profileName: { allows: trimmed(60), words: 'A name of 1 to 60 characters.' },
  broker: { allows: isBroker, words: 'host:port, such as kafka-1:9092.' },
  topic: kafkaName,
  group: kafkaName,
  host: { allows: matching(/^[A-Za-z0-9._:-]{1,253}$/), words: 'A host name or an address, without port.' },
  /** Names of users and databases. */
  name: { allows: trimmed(120), words: 'A name of 1 to 120 characters.' },
  keyPrefix: { allows: matching(/^[A-Za-z0-9._:-]{0,64}$/), words: 'Letters, digits and . _ : -, at most 64.' },
  certificate: {
    allows: (text) => /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(text),
    words: 'A certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.',
  },
} as const satisfies Readonly<Record<string, FieldRule>>;

function isBroker(text: string): boolean {
  const digits = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):(\d{1,5})$/.exec(text)?.[1];
  return digits !== undefined && Number(digits) >= port.min && Number(digits) <= port.max;
}
