/**
 * Invariant I5 while others may store: places are read one after the other, so a place may be of a moment before. Rows and
 * answers carry versions, which only grow: what is compared is of one version. What is behind in one look is looked at
 * again, and is a fault only when it should have been there: its version was in PostgreSQL at the look before, and no
 * outbox row of the day is left since.
 */
import type { Measures } from '../domain/measures.ts';
import type { BusinessDay } from '../domain/rollup.ts';
import type { Clock } from '../ports/clock.ts';
import type { QueryBackend } from '../ports/query-backend.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { RollupReader } from '../ports/rollup-reader.ts';
import type { SaleStore } from '../ports/sale-store.ts';
import { type CheckedRow, labelledRows, listed, rowDifference } from './read-model-check.ts';

export interface ProofParts {
  readonly model: ReadModel;
  readonly reader: RollupReader;
  readonly store: Pick<SaleStore, 'outboxDays'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** So often, all together, places that are behind are looked at again. */
  readonly looks: { left: number };
}

/** What was found of one place and day. */
export interface Proof {
  /** One sentence per difference. */
  readonly problems: readonly string[];
  /** Why it could not be decided; null when it was. */
  readonly undecided: string | null;
  /** Of the last look; null when the day is not held. */
  readonly last: { readonly grossCents: bigint; readonly version: number } | null;
}

/** Between two looks, ms: as long as a batch takes to be stored and projected. */
const pauseMs = 50;
/** Of one day and place. */
const mostLooks = 20;

/** Every row of a day as the read model holds it against PostgreSQL's. A day that is not held has nothing wrong. */
export async function proveHeldDay(parts: ProofParts, day: BusinessDay): Promise<Proof> {
  const { model, reader, store } = parts;
  const decided = new Set<string>();
  const problems: string[] = [];
  let before = new Map<string, number>();
  let last: Proof['last'] = null;
  for (let look = 1; look === 1 || (await again(parts, look)); look += 1) {
    const waits = (await store.outboxDays()).includes(day);
    const held = await heldRows(model, day);
    if (!held) return { problems: [], undecided: null, last: null };
    last = held;
    const stored = labelledRows(await reader.dayRows(day));
    let open = 0;
    for (const [name, row] of stored) {
      if (decided.has(name)) continue;
      const other = held.rows.get(name);
      const behind = other === undefined || other.version < row.version;
      if (behind && (waits || before.get(name) !== row.version)) {
        open += 1;
        continue;
      }
      decided.add(name);
      const difference = rowDifference(name, row, other);
      if (difference !== null) problems.push(difference);
    }
    for (const name of held.rows.keys()) {
      if (stored.has(name) || decided.has(name)) continue;
      decided.add(name);
      problems.push(`${name} is not in PostgreSQL.`);
    }
    if (open === 0) return { problems: listed(day, problems), undecided: null, last };
    before = new Map([...stored].map(([name, row]) => [name, row.version]));
  }
  return { problems: listed(day, problems), undecided: await whyBehind(parts, day), last };
}

/** The gross of a day by a backend's answer against the rollups'. */
export async function proveAnswers(parts: ProofParts, backend: QueryBackend, day: BusinessDay): Promise<Proof> {
  const { reader, store } = parts;
  let last: Proof['last'] = null;
  let before = -1;
  for (let look = 1; look === 1 || (await again(parts, look)); look += 1) {
    const waits = (await store.outboxDays()).includes(day);
    const { value, watermark } = await backend.answer('theaterLeaderboard', { day });
    last = { grossCents: value.reduce((sum, row) => sum + row.measures.grossCents, 0n), version: watermark.version };
    const stored = await reader.answer('summary', { day });
    const behind = last.version < stored.version;
    if (behind && (waits || before !== stored.version)) {
      before = stored.version;
      continue;
    }
    const same = last.version === stored.version && last.grossCents === stored.value.grossCents;
    const difference =
      `${backend.name} answers ${last.grossCents} cents gross for ${day} at version ${last.version}; ` +
      `the rollups have ${stored.value.grossCents} at version ${stored.version}.`;
    return { problems: same ? [] : [difference], undecided: null, last };
  }
  return { problems: [], undecided: await whyBehind(parts, day), last };
}

async function whyBehind({ store }: ProofParts, day: BusinessDay): Promise<string> {
  return (await store.outboxDays()).includes(day)
    ? `sales of ${day} wait to be projected`
    : `others keep storing sales of ${day}`;
}

async function again({ clock, looks }: ProofParts, look: number): Promise<boolean> {
  if (look > mostLooks || looks.left === 0) return false;
  looks.left -= 1;
  await clock.sleep(pauseMs);
  return true;
}

/** undefined when the day is not held, or was pushed out meanwhile: then it answers nothing that could be wrong. */
async function heldRows(model: ReadModel, day: BusinessDay) {
  const [theaterMovies, theaterQuarters, minutes, days] = await Promise.all([
    model.theaterMovies(day),
    model.theaterQuarters(day),
    model.minutes(day),
    model.days(day),
  ]);
  if (!theaterMovies || !theaterQuarters || !minutes || !days) return undefined;
  const rows: Map<string, CheckedRow> = labelledRows({
    theaterMovies: theaterMovies.rows,
    theaterQuarters: theaterQuarters.rows,
    minutes: minutes.rows,
    days: days.rows,
  });
  const grossOf = (sum: bigint, { measures }: { readonly measures: Measures }) => sum + measures.grossCents;
  return { rows, grossCents: theaterMovies.rows.reduce(grossOf, 0n), version: theaterMovies.version };
}
