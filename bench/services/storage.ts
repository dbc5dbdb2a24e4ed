/** What a million sales over three days take: bytes per sale in PostgreSQL, bytes per theatre and day in Redis. */
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Figure } from '../figures.ts';
import { storeAll } from './ingest.ts';
import { askEverything } from './questions.ts';
import type { Stage } from './stage.ts';
import { fillTopic } from './topic.ts';

const sales = 1_000_000;
const days = 3;

export async function storage(stage: Stage): Promise<readonly Figure[]> {
  const { env } = await stage.ground('storage');
  await fillTopic(env, Math.round(sales * stage.scale), { days });
  await storeAll(env);
  // Whoever asks has the days built.
  await askEverything(env);
  return [...(await inPostgres(env)), ...(await inRedis(env))];
}

async function inPostgres(env: NodeJS.ProcessEnv): Promise<readonly Figure[]> {
  const client = new pg.Client({ connectionString: env.REELMETRICS_DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query<Record<'stored' | 'sale' | 'identities' | 'rollups' | 'days', string>>(
      `select (select count(*) from sale) as stored,
         (select sum(pg_total_relation_size(relid)) from pg_partition_tree('sale')) as sale,
         pg_total_relation_size('sale_identity') as identities,
         pg_total_relation_size('rollup_theater_movie') + pg_total_relation_size('rollup_theater_quarter')
           + pg_total_relation_size('rollup_minute') + pg_total_relation_size('rollup_day') as rollups,
         (select count(distinct business_day) from rollup_day) as days`,
    );
    const [row] = rows;
    if (!row) throw new Error('PostgreSQL has not answered');
    return [
      { name: 'storage.postgresBytesPerSale', value: Number(row.sale) / Number(row.stored), unit: 'bytes' },
      { name: 'storage.postgresBytesPerIdentity', value: Number(row.identities) / Number(row.stored), unit: 'bytes' },
      { name: 'storage.postgresRollupBytesPerDay', value: Number(row.rollups) / Number(row.days), unit: 'bytes' },
    ];
  } finally {
    await client.end();
  }
}

async function inRedis(env: NodeJS.ProcessEnv): Promise<readonly Figure[]> {
  const redis = new Redis(String(env.REELMETRICS_REDIS_URL));
  try {
    const keys = await redis.keys(`${env.REELMETRICS_KEY_PREFIX}v2:*:day:*`);
    let bytes = 0;
    for (const key of keys) bytes += Number(await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
    const built = new Set(keys.map((key) => /:day:([^:]+)/.exec(key)?.[1])).size;
    const theaters = new Set<string>();
    for (const key of keys.filter((each) => each.endsWith(':1'))) {
      for (const field of await redis.hkeys(key)) theaters.add(field.split(':')[0] ?? '');
    }
    return [
      { name: 'storage.redisBytesPerDay', value: bytes / built, unit: 'bytes' },
      { name: 'storage.redisBytesPerTheaterDay', value: bytes / built / theaters.size, unit: 'bytes' },
    ];
  } finally {
    redis.disconnect();
  }
}
