import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { type LocalServices, localServices, profileVariables } from './environment.ts';
import { withFileVariables } from './file-variables.ts';
import { localProfile } from './profile.ts';
import { parseProfile } from './profile-file.ts';
import { readTextFile } from './text-file.ts';

/** Where headless programs take the passwords of a profile from, for `--help`; a profile holds none. */
export const secretVariables = {
  REELMETRICS_KAFKA_PASSWORD: 'password of the Kafka user',
  REELMETRICS_POSTGRES_PASSWORD: 'password of the PostgreSQL user',
  REELMETRICS_REDIS_PASSWORD: 'password of the Redis user',
} as const;

/**
 * A profile by the word on the command line: "local", or the file that the console exported it to.
 * Errors: `AppError` bad_settings when there is no such profile, or the file holds no profile.
 */
export async function findProfile(name: string, given: NodeJS.ProcessEnv): Promise<LocalServices> {
  const env = await withFileVariables(given, [...Object.keys(profileVariables), ...Object.keys(secretVariables)]);
  if (name === localProfile.id) return withPasswordsOf(env, localServices(env));
  let text: string;
  try {
    text = await readTextFile(name);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const missing = codeOf(cause) === 'ENOENT';
    throw new AppError(
      'bad_settings',
      missing ? `There is no profile "${name}".` : `The profile ${name} cannot be read: ${messageOf(cause)}`,
      { hint: 'Use "local", or a file to which Settings, Data source has exported a profile.', cause },
    );
  }
  return {
    profile: parseProfile(text, name),
    secrets: {
      kafka: env.REELMETRICS_KAFKA_PASSWORD ?? null,
      postgres: env.REELMETRICS_POSTGRES_PASSWORD ?? null,
      redis: env.REELMETRICS_REDIS_PASSWORD ?? null,
    },
  };
}

/** A password of its own variable counts where the URL of the service has none: there it needs no escaping. */
function withPasswordsOf(env: NodeJS.ProcessEnv, { profile, secrets }: LocalServices): LocalServices {
  const inUrl = (url: string | undefined, secret: string | null) => (url ? secret : null);
  return {
    profile,
    secrets: {
      kafka: env.REELMETRICS_KAFKA_PASSWORD ?? secrets.kafka,
      postgres:
        inUrl(env.REELMETRICS_DATABASE_URL, secrets.postgres) ?? env.REELMETRICS_POSTGRES_PASSWORD ?? secrets.postgres,
      redis: inUrl(env.REELMETRICS_REDIS_URL, secrets.redis) ?? env.REELMETRICS_REDIS_PASSWORD ?? secrets.redis,
    },
  };
}
