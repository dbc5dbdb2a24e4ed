/** Figures for Prometheus, of the whole program; the two listeners add their requests. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PartitionLag, PartState, SystemStatus } from '../domain/status.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** @param seconds from the request's arrival to the last byte */
  answered(
    labels: { readonly backend: string; readonly method: string; readonly route: string; readonly status: number },
    seconds: number,
  ): void;
}

const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const upness: Readonly<Record<PartState, number>> = { up: 1, degraded: 0.5, connecting: 0, down: 0, off: 0 };

/** @param status null while the program is being opened: its figures have no samples then, and no part is up */
export function createMetrics(status: () => SystemStatus | null): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'reelmetrics_http_request_seconds',
    help: 'Time to answer.',
    labelNames: ['backend', 'method', 'route', 'status'],
    buckets,
    registers,
  });
  const gauge = (name: string, help: string, read: (status: SystemStatus) => number | null) => {
    new Gauge({
      name: `reelmetrics_${name}`,
      help,
      registers,
      collect() {
        // What is unknown has no sample, rather than a wrong one.
        this.reset();
        const current = status();
        const value = current && read(current);
        if (value !== null) this.set(value);
      },
    });
  };
  gauge('consumer_lag_events', 'Events that wait in the log.', ({ consumer }) => consumer.lagEvents);
  gauge('consumer_lag_seconds', 'Age of the oldest event that waits.', ({ consumer }) => consumer.lagSeconds);
  gauge('consumer_paused', '1 while nothing is stored because somebody wants it so.', ({ consumer }) =>
    Number(consumer.paused),
  );
  gauge('consumer_restarts', 'Sessions of the consumer that were begun anew.', ({ consumer }) => consumer.restarts);
  gauge('events_duplicate', 'Duplicates dropped so far.', ({ consumer }) => consumer.duplicates);
  gauge('events_dead_lettered', 'Events that could not be counted so far.', ({ consumer }) => consumer.deadLettered);
  gauge(
    'simulator_produced',
    'Events that the simulator of this program has produced.',
    ({ simulator }) => simulator.produced,
  );
  const offsets = (name: string, help: string, read: (lag: PartitionLag) => bigint | null) => {
    new Gauge({
      name: `reelmetrics_${name}`,
      help,
      labelNames: ['partition'],
      registers,
      collect() {
        this.reset();
        for (const lag of status()?.consumer.partitions ?? []) {
          const offset = read(lag);
          if (offset !== null) this.set({ partition: String(lag.partition) }, Number(offset));
        }
      },
    });
  };
  offsets('stored_offset', 'The first event of a partition that is not stored yet.', ({ stored }) => stored);
  offsets('log_end_offset', 'The next event that a partition will get.', ({ end }) => end);
  new Gauge({
    name: 'reelmetrics_part_up',
    help: '1 up, 0.5 degraded, 0 not.',
    labelNames: ['part'],
    registers,
    collect() {
      const current = status();
      for (const part of ['database', 'log', 'readModel', 'consumer'] as const)
        this.set({ part }, current === null ? 0 : upness[current[part].state]);
    },
  });
  /** Looking up a label set costs more than observing. */
  const observers = new Map<string, { observe(seconds: number): void }>();
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered({ backend, method, route, status }, seconds) {
      const key = `${backend} ${method} ${status} ${route}`;
      let observer = observers.get(key);
      if (!observer) {
        observer = requests.labels({ backend, method, route, status: String(status) });
        observers.set(key, observer);
      }
      observer.observe(seconds);
    },
  };
}
