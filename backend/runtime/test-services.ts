import { type ServiceName, serviceNames } from '../domain/connection.ts';
import type { ServiceTest } from '../domain/status.ts';
import { testKafka } from '../kafka/test-kafka.ts';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';
import { testPostgres } from '../postgres/test-postgres.ts';
import { testRedis } from '../redis/test-redis.ts';
import type { Profile, ProfileSecrets } from '../settings/profile.ts';

/** The settings to try: of one service, of several, or a whole profile. */
type ServiceSettings = Partial<Pick<Profile, ServiceName>>;

type Passed = Pick<ServiceTest, 'tookMs' | 'detail'>;

/**
 * Tries the settings of each given service at the same time, within some 5 s, and changes nothing that lasts. Never
 * throws: what goes wrong is in the result, with the cause and what to do.
 */
export async function testServices(
  settings: ServiceSettings,
  secrets: ProfileSecrets,
): Promise<readonly ServiceTest[]> {
  const tests: Readonly<Record<ServiceName, (() => Promise<Passed>) | null>> = {
    kafka: settings.kafka ? testKafka.bind(null, settings.kafka, secrets.kafka) : null,
    postgres: settings.postgres ? testPostgres.bind(null, settings.postgres, secrets.postgres) : null,
    redis: settings.redis ? testRedis.bind(null, settings.redis, secrets.redis) : null,
  };
  const asked = serviceNames.map((service) => {
    const test = tests[service];
    return test === null ? [] : [outcomeOf(service, test)];
  });
  return Promise.all(asked.flat());
}

async function outcomeOf(service: ServiceName, test: () => Promise<Passed>): Promise<ServiceTest> {
  const started = performance.now();
  try {
    const { tookMs, detail } = await test();
    return { service, ok: true, tookMs, detail, code: null, hint: null };
  } catch (error) {
    return {
      service,
      ok: false,
      tookMs: performance.now() - started,
      detail: messageOf(error),
      code: causeCode(error),
      hint: error instanceof AppError ? (error.hint ?? null) : null,
    };
  }
}

/** The code of the first cause that has one (errno, SQLSTATE, TLS), else our own. */
function causeCode(error: unknown): string | null {
  let cause: unknown = error;
  for (let depth = 0; depth < 8 && cause instanceof Error && cause.cause !== undefined; depth += 1) {
    cause = cause.cause;
    const code = codeOf(cause);
    if (code !== null) return code;
  }
  return codeOf(error);
}
