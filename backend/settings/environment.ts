/**
 * The preset "Local services", with addresses and names taken from the environment where they are given there: how
 * headless programs and tests are told where the services are.
 */

import { isLoopback } from '../lib/addresses.ts';
import { AppError } from '../lib/app-error.ts';
import type { Profile, ProfileSecrets } from './profile.ts';
import { localProfile, localSecrets, profileSchema } from './profile.ts';
import { parseServiceUrl, type ServiceUrl, type UrlForm } from './service-url.ts';

/** What the environment may set, for `--help`. */
export const profileVariables = {
  REELMETRICS_KAFKA_BROKERS: 'host:port, several with commas',
  REELMETRICS_TOPIC: 'topic of the ticket sales',
  REELMETRICS_GROUP: 'consumer group',
  REELMETRICS_DATABASE_URL: 'postgres://user:password@host:port/database[?sslmode=require]',
  REELMETRICS_REDIS_URL: 'redis[s]://user:password@host:port/database',
  REELMETRICS_KEY_PREFIX: 'before every key in Redis',
} as const;

interface UrlVariable extends Omit<UrlForm, 'name' | 'form'> {
  readonly name: keyof typeof profileVariables;
}

const databaseUrl: UrlVariable = {
  ...{ name: 'REELMETRICS_DATABASE_URL', schemes: ['postgres', 'postgresql'], port: 5432, parameters: ['sslmode'] },
};
const redisUrl: UrlVariable = {
  ...{ name: 'REELMETRICS_REDIS_URL', schemes: ['redis', 'rediss'], port: 6379, parameters: [] },
};

export interface LocalServices {
  readonly profile: Profile;
  readonly secrets: ProfileSecrets;
}

/** Errors: `AppError` bad_settings, naming the variable. */
export function localServices(env: NodeJS.ProcessEnv): LocalServices {
  const { kafka, postgres, redis } = localProfile;
  const database = urlOf(env, databaseUrl);
  const cache = urlOf(env, redisUrl);
  const profile: Profile = {
    ...localProfile,
    kafka: {
      ...kafka,
      brokers: env.REELMETRICS_KAFKA_BROKERS?.split(',').map((broker) => broker.trim()) ?? kafka.brokers,
      topic: env.REELMETRICS_TOPIC ?? kafka.topic,
      group: env.REELMETRICS_GROUP ?? kafka.group,
    },
    postgres: database
      ? {
          host: database.host,
          port: database.port,
          database: database.path ?? postgres.database,
          user: database.user ?? postgres.user,
          tls: { enabled: tlsOf(database), ca: null },
        }
      : postgres,
    redis: {
      ...(cache
        ? {
            host: cache.host,
            port: cache.port,
            database: numberOf(cache),
            username: cache.user,
            tls: { enabled: cache.scheme === 'rediss', ca: null },
          }
        : redis),
      keyPrefix: env.REELMETRICS_KEY_PREFIX ?? redis.keyPrefix,
    },
  };
  // The preset allows invented sales as it is for services of this computer; others have to allow them by name.
  const here = [...profile.kafka.brokers.map(hostOfBroker), profile.postgres.host].every(isLoopback);
  const checked = profileSchema.safeParse({ ...profile, simulation: here });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const path = issue?.path ?? [];
    const name = variableOf(path);
    throw new AppError('bad_settings', `${name} (${path.join('.')}): ${issue?.message ?? 'not valid'}`, {
      hint: `${name} is written: ${profileVariables[name]}.`,
    });
  }
  return {
    profile: checked.data,
    secrets: {
      ...localSecrets,
      ...(database ? { postgres: database.password } : {}),
      ...(cache ? { redis: cache.password } : {}),
    },
  };
}

function urlOf(env: NodeJS.ProcessEnv, { name, ...form }: UrlVariable): ServiceUrl | null {
  const text = env[name];
  if (text === undefined) return null;
  if (text !== '') return parseServiceUrl(text, { ...form, name, form: profileVariables[name] });
  throw new AppError('bad_settings', `${name} is empty.`, {
    hint: `Leave it out, or write ${profileVariables[name]}.`,
  });
}

function hostOfBroker(broker: string): string {
  return broker.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** Errors: `AppError` bad_settings for a mode that is not kept: one that may go on without encryption. */
function tlsOf({ parameters }: ServiceUrl): boolean {
  const mode = parameters.get('sslmode') ?? 'disable';
  if (mode === 'disable') return false;
  if (['require', 'verify-ca', 'verify-full'].includes(mode)) return true;
  throw new AppError('bad_settings', `${databaseUrl.name} has an sslmode that is not supported.`, {
    hint: 'Use sslmode=disable, require, verify-ca or verify-full.',
  });
}

/** Errors: `AppError` bad_settings when the path is no number. */
function numberOf({ path }: ServiceUrl): number {
  if (path === null) return 0;
  if (/^\d{1,4}$/.test(path)) return Number(path);
  throw new AppError('bad_settings', `${redisUrl.name} has a database that is not a number.`, {
    hint: `It is written ${profileVariables[redisUrl.name]}, the database from 0 to 1023.`,
  });
}

/** Where a field of the profile comes from. */
function variableOf([service, field]: readonly PropertyKey[]): keyof typeof profileVariables {
  if (service === 'postgres') return 'REELMETRICS_DATABASE_URL';
  if (service === 'redis') return field === 'keyPrefix' ? 'REELMETRICS_KEY_PREFIX' : 'REELMETRICS_REDIS_URL';
  if (field === 'topic') return 'REELMETRICS_TOPIC';
  return field === 'group' ? 'REELMETRICS_GROUP' : 'REELMETRICS_KAFKA_BROKERS';
}
