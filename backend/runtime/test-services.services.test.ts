import { expect, test } from 'vitest';
import { localServices } from '../settings/environment.ts';
import { testServices as givenServices } from '../testing/test-services.ts';
import { testServices } from './test-services.ts';

const given = givenServices();
const { profile, secrets } = localServices({
  REELMETRICS_KAFKA_BROKERS: given.kafkaBrokers.join(','),
  REELMETRICS_DATABASE_URL: given.databaseUrl,
  REELMETRICS_REDIS_URL: given.redisUrl,
});

test('services that run pass, and tell what they are', async () => {
  const results = await testServices(profile, secrets);
  expect(results.map(({ service, ok, code, hint }) => ({ service, ok, code, hint }))).toEqual(
    (['kafka', 'postgres', 'redis'] as const).map((service) => ({ service, ok: true, code: null, hint: null })),
  );
  for (const { detail, tookMs } of results) {
    expect(detail).toMatch(/\w/);
    expect(tookMs).toBeGreaterThan(0);
  }
});

test('a wrong password is told as such', async () => {
  const [result] = await testServices(
    { postgres: { ...profile.postgres, user: 'nobody-of-that-name' } },
    { ...secrets, postgres: 'wrong' },
  );
  expect(result).toMatchObject({ ok: false, code: expect.stringMatching(/^28/) });
});
