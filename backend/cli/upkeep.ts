import type { CheckReport } from '../domain/status.ts';
import { stringifyWithBigints } from '../lib/json.ts';
import { numberFlag, UsageError } from './flags.ts';
import { type Command, open } from './open.ts';

/** Makes the tables, or brings them up to date: opening does. */
export const migrate: Command = async (flags, context) => {
  const runtime = await open(flags, context, { mustExist: false, consume: false });
  await runtime.close();
  return 0;
};

/** Recomputes what is derived from the sales. */
export const rebuild: Command = async (flags, context) => {
  const cutover = numberFlag(flags, 'cutover', 0, 23);
  if ((flags.zone === undefined) !== (cutover === undefined)) throw new UsageError('--zone and --cutover go together');
  const runtime = await open(flags, context, { mustExist: true });
  try {
    if (flags.zone !== undefined && cutover !== undefined) await runtime.changeCalendar(flags.zone, cutover);
    else await runtime.rebuild('rollups');
    process.stdout.write(`rebuilt ${(await runtime.days()).length} business days\n`);
    return 0;
  } finally {
    await runtime.close();
  }
};

function describe(report: CheckReport): string {
  const invariants = Object.entries(report.invariants).map(([name, holds]) => `${name} ${holds ? 'holds' : 'BROKEN'}`);
  const lines = [
    `produced ${report.produced} = stored ${report.stored} + duplicates ${report.duplicates} + dead-lettered ${report.deadLettered}`,
    `gross in cents: ${Object.entries(report.grossCents)
      .map(([place, cents]) => `${place} ${cents}`)
      .join(', ')}`,
    invariants.join(', '),
    ...report.problems,
  ];
  return `${lines.join('\n')}\n`;
}

/** Proves the totals. */
export const check: Command = async (flags, context) => {
  const runtime = await open(flags, context, { mustExist: true });
  try {
    await runtime.drain();
    const report = await runtime.check();
    process.stdout.write(flags.json ? `${stringifyWithBigints(report)}\n` : describe(report));
    return report.ok ? 0 : 1;
  } finally {
    await runtime.close();
  }
};
