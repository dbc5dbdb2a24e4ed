import type { PartStatus, ServiceState } from '../domain/status.ts';
import { ContinuedLog } from '../ingest/continued-log.ts';
import { openKafkaEventLog } from '../kafka/kafka-event-log.ts';
import { AppError } from '../lib/app-error.ts';
import { backoffDelay } from '../lib/backoff.ts';
import type { ReleaseStack } from '../lib/release-stack.ts';
import { systemClock } from '../ports/clock.ts';
import type { PartitionOffsets } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { coreMigrations } from '../postgres/core-migrations.ts';
import { migrate } from '../postgres/migrate.ts';
import { resetStore } from '../postgres/reset.ts';
import { PostgresSaleStore } from '../postgres/sale-store.ts';
import { openPostgresServer, type PostgresServer } from '../postgres/server-database.ts';
import { explainPostgresFailure } from '../postgres/server-failures.ts';
import { beginAtEnds, databaseIdentity, PostgresLogBases, servicesMigrations } from '../postgres/shared-database.ts';
import { explainNameTaken, findOurTables } from '../postgres/whose-tables.ts';
import { openRedis } from '../redis/redis-connection.ts';
import type { PostgresSettings, Profile, ProfileSecrets } from '../settings/profile.ts';
import type { Platform } from './platform.ts';
import type { StartProgress } from './types.ts';

/** Partitions whose batches are stored at the same time, each on a connection of its own. */
const parallel = 3;
const retryDelays = { baseMs: 500, capMs: 5_000 };
const clientName = 'reelmetrics';

/**
 * Connects to the services of a profile and waits for the database as long as it takes, telling of all three meanwhile;
 * Kafka and Redis may come later. Errors: `AppError` newer_schema, foreign_tables; cancelled when the signal aborts.
 */
export async function openServicesPlatform(
  options: {
    readonly profile: Profile;
    readonly secrets: ProfileSecrets;
    readonly logger: Logger;
    readonly signal?: AbortSignal | undefined;
  },
  onProgress: (progress: StartProgress) => void,
  releases: ReleaseStack,
): Promise<Platform> {
  const { profile, secrets, logger } = options;
  const redis = openRedis({ settings: profile.redis, password: secrets.redis, clientName, logger });
  releases.push('redis', () => redis.close());
  const database = openPostgresServer({
    settings: profile.postgres,
    password: secrets.postgres,
    applicationName: clientName,
    logger,
  });
  releases.push('database', () => database.close());
  const kafkaListeners = new Set<() => void>();
  const kafka = openKafkaEventLog({
    settings: profile.kafka,
    password: secrets.kafka,
    clientId: clientName,
    logger,
    onState: () => {
      for (const listener of [...kafkaListeners]) listener();
    },
  });
  releases.push('event log', () => kafka.close());

  const onStatus = (listener: () => void) => {
    kafkaListeners.add(listener);
    const ends = [redis.onStatus(listener), database.onStatus(listener), () => kafkaListeners.delete(listener)];
    return () => {
      for (const end of ends) end();
    };
  };
  let refusal: AppError | undefined;
  const postgres = { status: () => withRefusal(database.status(), refusal) };
  const tell = () =>
    onProgress({
      step: `Waiting for PostgreSQL at ${addressOf(profile.postgres)}`,
      share: null,
      services: serviceStates(profile, { kafka, postgres, redis }),
    });
  const unsubscribe = onStatus(tell);
  try {
    tell();
    await untilMigrated(database, profile.postgres, options.signal, (error) => {
      refusal = error;
      logger.warn('PostgreSQL is not ready', { error: error.message, hint: error.hint });
      tell();
      // Its state is known only when it is asked something; the answer does not matter here.
      void kafka.partitions().catch(() => undefined);
    });
  } finally {
    unsubscribe();
  }
  onProgress({ step: 'Preparing tables', share: null });
  const { pool, longPool } = database;
  redis.bindTo(await databaseIdentity(pool));
  const store = new PostgresSaleStore(pool, { source: 'copy' });
  const log = new ContinuedLog(kafka, new PostgresLogBases(pool), logger);
  return {
    profile: profile.id,
    pool,
    longPool,
    store,
    log,
    readModel: redis.readModel,
    answers: redis.answers,
    created: false,
    shared: true,
    parallel,
    states: () => ({ database: database.status(), log: kafka.status(), readModel: redis.status() }),
    onStatus,
    // Services come back.
    onStuck: () => () => {},
    async reset() {
      // Asked for while nothing is stored: all before these ends is deleted, and all after them counts.
      let ends: readonly PartitionOffsets[] = [];
      await resetStore(longPool, async (client) => {
        ends = await kafka.partitions();
        await beginAtEnds(client, kafka.topic, ends);
      });
      await kafka.deleteRecords(ends);
    },
    // The broker does it.
    keepRetention: () => async () => {},
  };
}

/** Tries until the tables are there; what nobody mends by waiting ends it. */
async function untilMigrated(
  database: PostgresServer,
  settings: PostgresSettings,
  signal: AbortSignal | undefined,
  onFailure: (error: AppError) => void,
): Promise<void> {
  const { longPool } = database;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await findOurTables(longPool, settings.database);
      for (const family of [coreMigrations, servicesMigrations]) await migrate(longPool, family);
      return;
    } catch (cause) {
      const error = explainPostgresFailure(explainNameTaken(cause, settings.database), settings);
      if (error.code === 'newer_schema' || error.code === 'foreign_tables') throw error;
      onFailure(error);
      await systemClock.sleep(backoffDelay(attempt, retryDelays, Math.random()), signal);
      if (signal?.aborted) throw new AppError('cancelled', 'Waiting for PostgreSQL was given up.', { cause });
    }
  }
}

/** What answers a heartbeat is not up while it refuses what a start needs. */
function withRefusal(status: PartStatus, refusal: AppError | undefined): PartStatus {
  if (refusal === undefined || status.state !== 'up') return status;
  return { ...status, state: 'down', reason: `${refusal.message} ${refusal.hint ?? ''}`.trim(), code: refusal.code };
}

function serviceStates(
  { kafka, postgres, redis }: Profile,
  parts: Readonly<Record<ServiceState['service'], { status(): ServiceState['status'] }>>,
): readonly ServiceState[] {
  return [
    { service: 'kafka', address: kafka.brokers.join(', '), status: parts.kafka.status() },
    { service: 'postgres', address: addressOf(postgres), status: parts.postgres.status() },
    { service: 'redis', address: addressOf(redis), status: parts.redis.status() },
  ];
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
