import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { localProfile, noSecrets } from '../settings/profile.ts';
import { testServices } from './test-services.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return address.port;
}

test('each service that nobody runs is told with its cause and what to do, and those not asked for are left out', async () => {
  const port = await freePort();
  const { kafka, postgres, redis } = localProfile;
  const results = await testServices(
    { kafka: { ...kafka, brokers: [`127.0.0.1:${port}`] }, postgres: { ...postgres, port }, redis: { ...redis, port } },
    noSecrets,
  );
  expect(results.map(({ service }) => service)).toEqual(['kafka', 'postgres', 'redis']);
  for (const result of results) {
    expect(result).toMatchObject({ ok: false, code: 'ECONNREFUSED', hint: expect.any(String) });
    expect(result.detail).toContain(`127.0.0.1:${port}`);
    expect(result.tookMs).toBeLessThan(6_000);
  }
  expect(await testServices({ redis: { ...redis, port } }, noSecrets)).toHaveLength(1);
  expect(await testServices({}, noSecrets)).toEqual([]);
});
