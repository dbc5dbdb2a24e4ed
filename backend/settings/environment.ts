/**
 * The preset "Local services", with addresses and names taken from the environment where they are given there: how
 * headless programs and tests are told where the services are.
 */

import { isLoopback } from '../lib/addresses.ts';
import { AppError, messageOf } from '../lib/app-error.ts';
import type { Profile, ProfileSecrets } from './profile.ts';
import { localProfile, localSecrets, profileSchema } from './profile.ts';

/** What the environment may set, for `--help`. */
export const profileVariables = {
  REELMETRICS_KAFKA_BROKERS: 'host:port, several with commas',
  REELMETRICS_TOPIC: 'topic of the ticket sales',
  REELMETRICS_GROUP: 'consumer group',
  REELMETRICS_DATABASE_URL: 'postgres://user:password@host:port/database[?sslmode=require]',
  REELMETRICS_REDIS_URL: 'redis[s]://user:password@host:port/database',
  REELMETRICS_KEY_PREFIX: 'before every key in Redis',
} as const;

export interface LocalServices {
  readonly profile: Profile;
  readonly secrets: ProfileSecrets;
}

/** Errors: `AppError` bad_settings, naming the variable. */
export function localServices(env: NodeJS.ProcessEnv): LocalServices {
  const { kafka, postgres, redis } = localProfile;
  const database = urlOf(env, 'REELMETRICS_DATABASE_URL', ['postgres:', 'postgresql:']);
  const cache = urlOf(env, 'REELMETRICS_REDIS_URL', ['redis:', 'rediss:']);
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
          host: hostOf(database),
          port: Number(database.port || 5432),
          database: decodeURIComponent(database.pathname.slice(1)) || postgres.database,
          user: decodeURIComponent(database.username) || postgres.user,
          tls: { enabled: wantsTls(database), ca: null },
        }
      : postgres,
    redis: {
      ...(cache
        ? {
            host: hostOf(cache),
            port: Number(cache.port || 6379),
            database: Number(cache.pathname.slice(1) || 0),
            username: decodeURIComponent(cache.username) || null,
            tls: { enabled: cache.protocol === 'rediss:', ca: null },
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
    throw new AppError('bad_settings', `${issue?.path.join('.') ?? 'profile'}: ${issue?.message ?? 'not valid'}`, {
      hint: `Look at the environment: ${Object.keys(profileVariables).join(', ')}.`,
    });
  }
  return {
    profile: checked.data,
    secrets: {
      ...localSecrets,
      ...(database ? { postgres: decodeURIComponent(database.password) || null } : {}),
      ...(cache ? { redis: decodeURIComponent(cache.password) || null } : {}),
    },
  };
}

function urlOf(env: NodeJS.ProcessEnv, name: keyof typeof profileVariables, protocols: readonly string[]): URL | null {
  const text = env[name];
  if (!text) return null;
  const hint = `${name} wants ${profileVariables[name]}.`;
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    // The text may hold a password: it is not repeated.
    throw new AppError('bad_settings', `${name} is not a URL: ${messageOf(cause)}`, { hint });
  }
  if (!protocols.includes(url.protocol)) {
    throw new AppError('bad_settings', `${name} begins with ${url.protocol}`, { hint });
  }
  return url;
}

function hostOfBroker(broker: string): string {
  return broker.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function wantsTls(url: URL): boolean {
  const mode = url.searchParams.get('sslmode');
  return mode !== null && mode !== 'disable' && mode !== 'allow' && mode !== 'prefer';
}
