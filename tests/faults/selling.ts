/** The built command line, selling into a data folder of the built-in data. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../service-faults/free-port.ts';

export const commandLine = join(import.meta.dirname, '../../out/main/cli.js');

export interface Report {
  readonly ok: boolean;
  readonly produced: number;
  readonly stored: number;
  readonly inFlight: number;
  readonly problems: readonly string[];
}

export async function check(folder: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    commandLine,
    'check',
    '--data-dir',
    folder,
    '--json',
  ]);
  return JSON.parse(stdout) as Report;
}

/** Waits until the condition holds; throws with `what` after `ms`. Gives how long it took, ms. */
export async function until(what: string, ms: number, holds: () => Promise<boolean> | boolean): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > ms) throw new Error(`within ${ms} ms: ${what}`);
    await sleep(50);
  }
  return performance.now() - began;
}

export class Selling {
  readonly process: ChildProcess;
  readonly #port: number;
  readonly #exit: Promise<unknown[]>;
  words = '';
  #out = '';

  private constructor(child: ChildProcess, port: number) {
    this.process = child;
    this.#port = port;
    this.#exit = once(child, 'exit');
    child.stderr?.on('data', (chunk: Buffer) => {
      this.words += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#out += chunk.toString();
    });
  }

  /** Resolves once sales are stored. */
  static async start(folder: string, rate: number): Promise<Selling> {
    const port = await freePort();
    const args = ['simulate', '--data-dir', folder, '--rate', String(rate), '--probe-port', String(port)];
    const selling = new Selling(
      spawn(process.execPath, [commandLine, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }),
      port,
    );
    await until('sales are stored', 120_000, async () => {
      if (selling.process.exitCode !== null) throw new Error(selling.words);
      return (await selling.stored()) > 100;
    });
    return selling;
  }

  async ready(): Promise<boolean> {
    return (await this.#ask('/health/ready'))?.ok === true;
  }

  /** Events stored, as the program's own metrics have them; -1 while it does not answer. */
  async stored(): Promise<number> {
    const text = (await (await this.#ask('/metrics'))?.text()) ?? '';
    const offsets = [...text.matchAll(/^reelmetrics_stored_offset\{.*\} (\d+)/gm)];
    return offsets.length === 0 ? -1 : offsets.reduce((sum, [, offset]) => sum + Number(offset), 0);
  }

  /** Processor time so far, s. */
  async processorSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.#exit;
  }

  /** Resolves when it has ended, whatever it ended of. */
  async ended(): Promise<void> {
    await this.#exit;
  }

  /** Ctrl+C, and what the program then says of its sales. */
  async end(): Promise<{ readonly tookMs: number; readonly produced: number; readonly acknowledged: number }> {
    const began = performance.now();
    this.process.kill('SIGINT');
    await this.#exit;
    const [, produced, acknowledged] = /produced (\d+), acknowledged (\d+)/.exec(this.#out) ?? [];
    return { tookMs: performance.now() - began, produced: Number(produced), acknowledged: Number(acknowledged) };
  }

  async #ask(path: string): Promise<Response | null> {
    return fetch(`http://127.0.0.1:${this.#port}${path}`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  }
}
