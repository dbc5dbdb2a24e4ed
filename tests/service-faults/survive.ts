import { expect } from 'vitest';
import type { WorkerReport } from '../../backend/testing/worker-report.ts';
import { record } from './results.ts';
import type { Rig } from './rig.ts';
import type { Worker } from './worker.ts';

/** Bounds of every fault (docs/faults.md). */
const shownWithinMs = 5_000;
const recoveredWithinMs = 15_000;
const heapGrowthBytes = 64 * 2 ** 20;

export interface Fault {
  /** What has to be so before. */
  readonly prepare?: () => Promise<unknown>;
  /** Does it, and resolves when everything is back. */
  readonly happen: () => Promise<void>;
  /** How the worker shows it while it lasts; null when it is over too soon to be shown. */
  readonly shows: ((report: WorkerReport) => boolean) | null;
  readonly rounds?: number;
}

/**
 * Lets the fault happen to a worker under load, and holds it to the bounds: it keeps running, tells of its state in
 * time, has stored in time what the log held at the service's return, its read model is up again, every account agrees,
 * and its heap has not grown.
 */
export async function survive(rig: Rig, worker: Worker, name: string, fault: Fault): Promise<void> {
  const { happen, shows, rounds = 1 } = fault;
  rig.load.start();
  const isWhole = ({ states }: WorkerReport) => states.consumer === 'up' && states.readModel === 'up';
  await worker.reports('it consumes', isWhole, 60_000);
  await fault.prepare?.();
  const heapBefore = worker.last?.heapBytes ?? 0;
  const over = happen();
  const shownMs = shows === null ? null : await worker.reports(`${name} is shown`, shows, shownWithinMs + 10_000);
  await over;
  const begin = Date.now();
  await rig.caughtUp();
  await worker.reports('all is up', isWhole, 60_000);
  const recoveredMs = Date.now() - begin;
  await rig.settle();
  const growth = (worker.last?.heapBytes ?? 0) - heapBefore;
  await record({ fault: name, rounds, shownMs, recoveredMs, heapGrowthBytes: growth });
  expect(worker.isRunning).toBe(true);
  expect(recoveredMs).toBeLessThanOrEqual(recoveredWithinMs);
  expect(growth).toBeLessThanOrEqual(heapGrowthBytes);
  if (shownMs !== null) expect(shownMs).toBeLessThanOrEqual(shownWithinMs);
}

export const databaseIsNotUp = ({ states }: WorkerReport): boolean =>
  states.database !== 'up' || states.consumer !== 'up';
export const readModelIsNotUp = ({ states }: WorkerReport): boolean => states.readModel !== 'up';
export const logIsNotUp = ({ states }: WorkerReport): boolean => states.log !== 'up' || states.consumer !== 'up';
