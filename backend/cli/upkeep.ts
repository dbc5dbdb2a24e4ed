import { createBusinessCalendar } from '../domain/business-day.ts';
import type { CheckReport } from '../domain/status.ts';
import { stringifyWithBigints } from '../lib/json.ts';
import { audited } from './audit.ts';
import { numberFlag, UsageError } from './flags.ts';
import { type Command, interruption, isDead, open } from './open.ts';

/** Makes the tables, or brings them up to date: opening does. */
export const migrate: Command = async (flags, context) => {
  const runtime = await open(flags, context, { mustExist: false, consume: false });
  await runtime.close();
  return 0;
};

/** Recomputes what is derived from the sales. */
export const rebuild: Command = async (flags, context) => {
  const cutover = numberFlag(flags, 'cutover', 0, 23);
  const { zone } = flags;
  if ((zone === undefined) !== (cutover === undefined)) throw new UsageError('--zone and --cutover go together');
  const calendar = zone === undefined || cutover === undefined ? undefined : { zone, cutoverHour: cutover };
  // Told before anything is opened.
  if (calendar !== undefined) createBusinessCalendar(calendar);
  const runtime = await open(flags, context, { mustExist: true, insteadOfUnknown: calendar });
  try {
    if (calendar !== undefined) {
      const target = `${calendar.zone}, ${calendar.cutoverHour}:00`;
      await audited(runtime, flags, { action: 'calendar.change', target }, () =>
        runtime.changeCalendar(calendar.zone, calendar.cutoverHour),
      );
    } else await audited(runtime, flags, { action: 'data.rebuild' }, () => runtime.rebuild('rollups'));
    process.stdout.write(`rebuilt ${(await runtime.days()).length} business days\n`);
    return 0;
  } finally {
    await runtime.close();
  }
};

const verdictWords = { true: 'holds', false: 'BROKEN', null: 'unknown' } as const;
const known = (figure: number | bigint | null) => (figure === null ? 'unknown' : String(figure));

function describe(report: CheckReport): string {
  const { stored, duplicates, deadLettered, inFlight, empty } = report;
  const waits = inFlight === 0 ? '' : ` + not stored yet ${known(inFlight)}`;
  const lines = [
    `${report.topic}: produced ${known(report.produced)} = stored ${stored} + duplicates ${duplicates} + dead-lettered ${deadLettered}${waits}`,
    ...(empty > 0 ? [`${empty} offsets hold no event (marks of transactions, aborted or compacted records)`] : []),
    ...report.others.map(
      (other) =>
        `${other.topic}: stored ${other.stored} + duplicates ${other.duplicates} + dead-lettered ${other.deadLettered}`,
    ),
    `gross in cents: ${Object.entries(report.grossCents)
      .map(([place, cents]) => `${place} ${known(cents)}`)
      .join(', ')}`,
    Object.entries(report.invariants)
      .map(([name, verdict]) => `${name} ${verdictWords[`${verdict}`]}`)
      .join(', '),
    ...report.problems,
    ...report.undecided,
    ...report.notes,
  ];
  return `${lines.join('\n')}\n`;
}

/** How long `check` waits for services that are away, ms. */
const patienceMs = 60_000;
const exitCodes = { holds: 0, broken: 1, undecided: 3 } as const;

/** Proves the totals; beside programs that store, without taking a partition from any of them. */
export const check: Command = async (flags, context) => {
  const runtime = await open(flags, context, { mustExist: true, alone: true, patienceMs });
  try {
    const interrupted = interruption(runtime);
    await runtime.catchUp(interrupted);
    if (interrupted.aborted && !isDead(runtime)) return exitCodes.undecided;
    const report = await runtime.check();
    process.stdout.write(flags.json ? `${stringifyWithBigints(report)}\n` : describe(report));
    if (report.ok) return exitCodes.holds;
    return Object.values(report.invariants).includes(false) ? exitCodes.broken : exitCodes.undecided;
  } finally {
    await runtime.close();
  }
};
