import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { WorkerMessage, WorkerReport } from '../../backend/testing/worker-report.ts';

const program = fileURLToPath(new URL('../../backend/testing/service-worker.ts', import.meta.url));
const keptErrors = 50;

/** A worker in a process of its own, which can be killed. */
export class Worker {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly #errors: string[] = [];
  #last: WorkerReport | undefined;
  #lastAt = 0;

  constructor(env: NodeJS.ProcessEnv) {
    this.child = fork(program, [], { env, execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.exited = once(this.child, 'exit');
    this.child.stderr?.on('data', (chunk) => {
      this.#errors.push(String(chunk));
      if (this.#errors.length > keptErrors) this.#errors.shift();
    });
    this.child.on('message', (report: WorkerReport) => {
      this.#last = report;
      this.#lastAt = Date.now();
    });
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get last(): WorkerReport | undefined {
    return this.#last;
  }

  /** What it last told, for a failure's message. */
  get story(): string {
    return `${JSON.stringify(this.#last)}\n${this.#errors.join('')}`;
  }

  /** Waits for a report from now on that fits. Returns how long that took, ms. */
  async reports(what: string, fits: (report: WorkerReport) => boolean, withinMs: number): Promise<number> {
    const begin = Date.now();
    while (Date.now() - begin < withinMs) {
      if (!this.isRunning) throw new Error(`the worker ended while waiting: ${what}\n${this.story}`);
      if (this.#last !== undefined && this.#lastAt >= begin && fits(this.#last)) return Date.now() - begin;
      await sleep(50);
    }
    throw new Error(`not within ${withinMs} ms: ${what}; last ${this.story}`);
  }

  /** Waits until it has killed itself. */
  async died(withinMs: number): Promise<void> {
    await Promise.race([this.exited, sleep(withinMs, undefined, { ref: false })]);
    if (this.child.signalCode !== 'SIGKILL') throw new Error(`the worker did not kill itself\n${this.story}`);
  }

  tell(message: WorkerMessage): void {
    this.child.send(message);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop(): Promise<void> {
    if (this.isRunning) this.child.kill('SIGTERM');
    await this.exited;
  }
}
