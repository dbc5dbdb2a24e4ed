import type { CheckReport, InvariantName, Reconciliation } from '../../backend/domain/status.ts';
import type { DiagnosticsReport } from '../contract/signatures.ts';
import type { FeedFigures } from './feed.ts';

/** What a diagnostic run has gathered; each figure from its own source. */
export interface SmokeFindings {
  readonly program: {
    readonly electron: string;
    readonly chrome: string;
    readonly node: string;
    readonly version: string;
    readonly packaged: boolean;
  };
  readonly profile: string;
  readonly requested: { readonly seconds: number; readonly rate: number };
  /** When the program's process was made, epoch ms. */
  readonly launchedAt: number;
  readonly check: CheckReport;
  readonly reconciliation: Reconciliation;
  /** null when the page did not answer. */
  readonly page: DiagnosticsReport | null;
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly backPressureMs: number;
  readonly memoryMb: { readonly main: number; readonly renderer: number };
  readonly feed: FeedFigures;
}

const names = ['recomputed', 'rollups', 'readModel', 'sql', 'materialized', 'renderer'] as const;
type GrossName = (typeof names)[number];

/** The report that the diagnostic run writes. Amounts are cents as decimal text, times ms. */
export interface SmokeReport {
  readonly ok: boolean;
  readonly electron: string;
  readonly packaged: boolean;
  readonly profile: string;
  /** Figures that are not known are null. */
  readonly produced: number | null;
  readonly stored: number;
  readonly duplicates: number;
  readonly deadLettered: number;
  readonly grossCents: Readonly<Record<GrossName, string | null>>;
  /** null: not decided. */
  readonly invariants: Readonly<Record<InvariantName | 'I6', boolean | null>>;
  readonly timings: {
    readonly launchToPaintMs: number | null;
    readonly launchToFirstSaleMs: number | null;
    readonly produceToRendererMs: { readonly p50: number; readonly p99: number } | null;
  };
  readonly mainLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly backPressureMs: number;
  readonly frames: { readonly count: number; readonly p95Ms: number; readonly longestTaskMs: number } | null;
  readonly memoryMb: { readonly main: number; readonly renderer: number };
  readonly tick: {
    readonly maxBytes: number;
    readonly maxSnapshotBytes: number;
    readonly perSecond: number;
    readonly sent: number;
  };
  readonly reconciliation: Reconciliation['verdict'];
  readonly requested: { readonly seconds: number; readonly rate: number };
  readonly program: { readonly version: string; readonly chrome: string; readonly node: string };
  /** One sentence per reason why `ok` is false. */
  readonly problems: readonly string[];
}

/** Judges the findings. `ok` wants every invariant, six equal totals, a full account of what was produced, and the page's word. */
export function buildReport(findings: SmokeFindings): SmokeReport {
  const { check, page, program } = findings;
  const grossCents = {
    recomputed: String(check.grossCents.recomputed),
    rollups: String(check.grossCents.rollups),
    readModel: textOf(check.grossCents.readModel),
    sql: textOf(check.grossCents.sql),
    materialized: textOf(check.grossCents.materialized),
    renderer: page?.grossCents ?? null,
  };
  const invariants = { ...check.invariants, I6: page === null ? null : page.versionsWentDown === 0 };
  const problems = [
    ...check.problems,
    ...check.undecided,
    ...findings.reconciliation.differences,
    ...findings.reconciliation.unknown,
    ...judge(findings, grossCents, invariants),
  ];
  return {
    ok: problems.length === 0,
    electron: program.electron,
    packaged: program.packaged,
    profile: findings.profile,
    produced: check.produced,
    stored: check.stored,
    duplicates: check.duplicates,
    deadLettered: check.deadLettered,
    grossCents,
    invariants,
    timings: {
      launchToPaintMs: since(findings.launchedAt, page?.firstPaintAt),
      launchToFirstSaleMs: since(findings.launchedAt, page?.firstSaleAt),
      produceToRendererMs:
        page?.produceToRendererMs == null
          ? null
          : { p50: round(page.produceToRendererMs.p50), p99: round(page.produceToRendererMs.p99) },
    },
    mainLoopDelayMs: {
      p50: round(findings.loopDelayMs.p50),
      p99: round(findings.loopDelayMs.p99),
      max: round(findings.loopDelayMs.max),
    },
    backPressureMs: round(findings.backPressureMs),
    frames: page === null ? null : page.frames,
    memoryMb: findings.memoryMb,
    tick: {
      maxBytes: findings.feed.maxTickBytes,
      maxSnapshotBytes: findings.feed.maxSnapshotBytes,
      perSecond: round(findings.feed.perSecond),
      sent: findings.feed.ticks + findings.feed.snapshots,
    },
    reconciliation: findings.reconciliation.verdict,
    requested: findings.requested,
    program: { version: program.version, chrome: program.chrome, node: program.node },
    problems,
  };
}

function judge(
  { check, page, reconciliation }: SmokeFindings,
  grossCents: SmokeReport['grossCents'],
  invariants: SmokeReport['invariants'],
): string[] {
  const problems: string[] = [];
  if (page === null) problems.push('The window did not report.');
  for (const [name, holds] of Object.entries(invariants)) {
    if (holds !== true) problems.push(`Invariant ${name} ${holds === null ? 'is not decided' : 'does not hold'}.`);
  }
  for (const name of names) {
    if (grossCents[name] !== grossCents.recomputed)
      problems.push(`Gross of ${name} is ${grossCents[name]}, recomputed ${grossCents.recomputed}.`);
  }
  if (check.produced === 0) problems.push('Nothing was produced.');
  const accounted = check.stored + check.duplicates + check.deadLettered;
  if (accounted !== check.produced) problems.push(`Produced ${check.produced}, accounted for ${accounted}.`);
  if (!check.ok) problems.push('The check has not found everything to hold.');
  if (reconciliation.verdict !== 'reconciled') problems.push(`Reconciliation says ${reconciliation.verdict}.`);
  return problems;
}

const textOf = (cents: bigint | null): string | null => (cents === null ? null : String(cents));

const round = (value: number): number => Math.round(value * 10) / 10;

function since(start: number, moment: number | null | undefined): number | null {
  return moment == null ? null : Math.round(moment - start);
}
