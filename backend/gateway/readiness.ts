/** Whether a program does its work: asked by `/health/ready`. */
import type { Answer, BackendName, Question } from '../domain/question.ts';
import type { PartStatus, SystemStatus } from '../domain/status.ts';

/** null: it does; else why not, without names of hosts, since it is told to everyone. */
export type Readiness = () => Promise<string | null>;

/** Events may wait so long while none is stored: longer than a member of a group that was killed is waited for. */
const stillMs = 30_000;
/** A question is asked again after this time. */
const sharedMs = 1_000;
/** An answer that takes longer is none. */
const answerMs = 2_000;

/** Of a program that stores: events are being stored, or none wait. Storing that a person has paused is no fault. */
export function storingReadiness(status: () => SystemStatus | null, now = () => performance.now()): Readiness {
  let stored = -1n;
  let movedAt = now();
  return async () => {
    const current = status();
    if (current === null) return 'It is starting.';
    const { database, consumer } = current;
    if (isAway(database)) return awayWords(database);
    const sum = consumer.partitions.reduce((total, partition) => total + partition.stored, 0n);
    const rests = consumer.observeOnly || consumer.paused || consumer.state === 'off';
    if (rests || consumer.lagEvents === 0 || sum !== stored) movedAt = now();
    stored = sum;
    if (rests) return null;
    if (isAway(consumer)) return 'No events are stored.';
    return now() - movedAt > stillMs ? 'Events wait, and none is stored.' : null;
  };
}

export interface Asked {
  readonly status: () => Pick<SystemStatus, 'database'>;
  readonly businessDay: () => string;
  readonly ask: (backend: BackendName, question: Question) => Promise<Answer<unknown>>;
}

/**
 * Of what answers questions: one is answered. The sql backend needs its database, too: without it only what was asked
 * before is answered.
 */
export function answeringReadiness(backend: BackendName, { ask, businessDay, status }: Asked): Readiness {
  let shared: { readonly at: number; readonly reason: Promise<string | null> } | undefined;
  return async () => {
    const { database } = status();
    if (backend === 'sql' && isAway(database)) return awayWords(database);
    if (shared === undefined || performance.now() - shared.at > sharedMs) {
      const question: Question = { name: 'summary', params: { day: businessDay() } };
      const reason = withinTime(ask(backend, question)).then(
        () => null,
        () => (backend === 'sql' ? 'The database does not answer.' : 'The read model does not answer.'),
      );
      shared = { at: performance.now(), reason };
    }
    return shared.reason;
  };
}

/** Whether the database is away, as of a second ago at most: looking costs more than an answer. */
export function databaseWatch(status: () => Pick<SystemStatus, 'database'>): () => boolean {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let away = false;
  return () => {
    const now = performance.now();
    if (now - lookedAt > sharedMs) {
      lookedAt = now;
      away = isAway(status().database);
    }
    return away;
  };
}

function awayWords({ code }: PartStatus): string {
  return code === 'disk_full' ? 'The disk is full.' : 'The database is away.';
}

function isAway({ state }: PartStatus): boolean {
  return state === 'down' || state === 'connecting';
}

async function withinTime(answer: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), answerMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
