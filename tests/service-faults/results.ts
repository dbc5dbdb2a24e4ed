import { appendFile } from 'node:fs/promises';

/** One row of docs/faults.md. Times in ms, sizes in bytes; null = not applicable. */
export interface FaultResult {
  readonly fault: string;
  readonly rounds: number;
  /** Longest from the fault until the worker told of it. */
  readonly shownMs: number | null;
  /** Longest from the service's return (or the next start) until all was stored. */
  readonly recoveredMs: number | null;
  readonly heapGrowthBytes: number | null;
}

/** Prints the row, and appends it to the file that FAULT_RESULTS names. */
export async function record(result: FaultResult): Promise<void> {
  const seconds = (ms: number | null) => (ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`);
  const megabytes =
    result.heapGrowthBytes === null ? '-' : `${Math.max(0, result.heapGrowthBytes / 2 ** 20).toFixed(1)} MB`;
  const row = `| ${result.fault} | ${result.rounds} | ${seconds(result.shownMs)} | ${seconds(result.recoveredMs)} | ${megabytes} | exact |\n`;
  process.stdout.write(row);
  if (process.env.FAULT_RESULTS) await appendFile(process.env.FAULT_RESULTS, row);
}
