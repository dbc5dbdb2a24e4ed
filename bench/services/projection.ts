/** Upserts of the read model in Redis, against a bare pipeline that sets the same fields to the same values. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { RollupRows } from '../../backend/domain/rollup.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import { openRedis } from '../../backend/redis/redis-connection.ts';
import { encodeRows } from '../../backend/redis/row-codec.ts';
import { localServices } from '../../backend/settings/environment.ts';
import type { Figure } from '../figures.ts';
import type { Stage } from './stage.ts';

const day = '2026-11-22';
const midnight = Date.UTC(2026, 10, 22);
const seconds = 10;
const theaters = 10;
const movies = 24;
const quarters = 24;

/** What a large batch of one partition changes, with new totals. */
function changed(version: number): RollupRows {
  const measures = {
    grossCents: 129_900n * BigInt(version),
    refundCents: 0n,
    sales: version,
    refunds: 0,
    admits: version,
  };
  const row = { day, measures, version };
  const each = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  return {
    theaterMovies: each(theaters * movies, (index) => ({
      ...row,
      theaterId: 1 + (index % theaters),
      movieId: 1 + Math.floor(index / theaters),
    })),
    theaterQuarters: each(theaters * quarters, (index) => ({
      ...row,
      theaterId: 1 + (index % theaters),
      at: midnight + Math.floor(index / theaters) * 900_000,
    })),
    minutes: each(19, (index) => ({ ...row, partition: 0, at: midnight + index * 60_000 })),
    days: [{ ...row, partition: 0 }],
  };
}

const rowsOfBatch = theaters * movies + theaters * quarters + 20;

export async function projection(stage: Stage): Promise<readonly Figure[]> {
  const { env } = await stage.ground('projection');
  const upsertsPerSecond = await readModelRate(env, seconds * stage.scale);
  const barePipelinePerSecond = await barePipelineRate(env, seconds * stage.scale);
  return [
    { name: 'projection.upsertsPerSecond', value: upsertsPerSecond, unit: 'rows/s' },
    { name: 'projection.barePipelinePerSecond', value: barePipelinePerSecond, unit: 'rows/s' },
    { name: 'projection.ratio', value: upsertsPerSecond / barePipelinePerSecond, unit: 'ratio' },
  ];
}

async function readModelRate(env: NodeJS.ProcessEnv, duration: number): Promise<number> {
  const { profile, secrets } = localServices(env);
  const redis = openRedis({
    settings: profile.redis,
    password: secrets.redis,
    clientName: 'bench',
    logger: silentLogger,
  });
  redis.bindTo('bench');
  while (redis.status().state !== 'up') await sleep(20);
  try {
    const { readModel } = redis;
    const build = await readModel.beginBuild(day);
    await readModel.apply(changed(1));
    await readModel.endBuild(day, build);
    const rate = await repeat(duration, (version) => readModel.apply(changed(version)));
    const held = await readModel.theaterMovies(day);
    if (held?.rows.length !== theaters * movies) throw new Error('the read model has lost the day');
    return rate;
  } finally {
    await redis.close();
  }
}

async function barePipelineRate(env: NodeJS.ProcessEnv, duration: number): Promise<number> {
  const redis = new Redis(String(env.REELMETRICS_REDIS_URL));
  try {
    return await repeat(duration, async (version) => {
      const pipeline = redis.pipeline();
      for (const families of encodeRows(changed(version)).values()) {
        for (const [family, entries] of families) {
          for (const [field, { value }] of entries) pipeline.hset(`bare:${family}`, field, value);
        }
      }
      await pipeline.exec();
    });
  } finally {
    redis.disconnect();
  }
}

/** Rows per second. */
async function repeat(duration: number, batch: (version: number) => Promise<void>): Promise<number> {
  const begin = performance.now();
  let version = 1;
  while (performance.now() - begin < duration * 1000) {
    version += 1;
    await batch(version);
  }
  return ((version - 1) * rowsOfBatch) / ((performance.now() - begin) / 1000);
}
