import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKafkaEventLog } from '../kafka/kafka-event-log.ts';
import { silentLogger } from '../ports/logger.ts';
import { openPostgresServer } from '../postgres/server-database.ts';
import { createRuntime } from '../runtime.ts';
import { appendTo, describeDataSet, saleOf } from '../testing/data-set-conformance.ts';
import { runtimeOptions } from '../testing/runtime-conformance.ts';
import { openServicesSource, type ServicesSource } from '../testing/services-source.ts';

const named = { applicationName: 'reelmetrics test', logger: silentLogger };

async function produceTo({ source: { profile, secrets } }: ServicesSource, events: Parameters<typeof appendTo>[1]) {
  const settings = profile.kafka;
  const log = openKafkaEventLog({ settings, password: secrets.kafka, clientId: 'test', logger: silentLogger });
  await appendTo(log, events);
  await log.close();
}

describeDataSet('services', async () => {
  const services = await openServicesSource();
  const { profile, secrets } = services.source;
  return {
    source: services.source,
    async change(work) {
      const server = openPostgresServer({ ...named, settings: profile.postgres, password: secrets.postgres });
      await work(server.pool);
      await server.close();
    },
    produce: (...events) => produceTo(services, events),
    dispose: () => services.dispose(),
  };
});

let services: ServicesSource;

beforeEach(async () => {
  services = await openServicesSource();
});
afterEach(() => services.dispose());

it('is followed by another program while both run: one that observes, and one that stores and sells', async () => {
  const { source } = services;
  const observed = { ...source, profile: { ...source.profile, observeOnly: true } };
  const worker = await createRuntime({ ...runtimeOptions, source });
  const observer = await createRuntime({ ...runtimeOptions, source: observed });
  try {
    expect(observer.currency()).toBe('USD');
    await observer.changeCurrency('EUR');
    await expect.poll(() => worker.currency()).toBe('EUR');
    await produceTo(services, [saleOf({ currency: 'EUR' }), saleOf({ currency: 'USD' })]);
    await worker.drain();
    expect(worker.live.snapshot().ledger.events).toBe(1);
    await worker.changeCalendar('Asia/Tokyo', 5);
    await expect
      .poll(() => observer.status(), { timeout: 60_000 })
      .toMatchObject({
        ...{ currency: 'EUR', zone: 'Asia/Tokyo', cutoverHour: 5 },
      });
    await expect(observer.changeCurrency('USD')).rejects.toMatchObject({ code: 'bad_settings' });
  } finally {
    await Promise.all([worker.close(), observer.close()]);
  }
});
