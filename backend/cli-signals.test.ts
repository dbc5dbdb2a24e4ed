import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-signals-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Nothing listens on port 1. */
const away = {
  REELMETRICS_KAFKA_BROKERS: '127.0.0.1:1',
  REELMETRICS_DATABASE_URL: 'postgres://box:box@127.0.0.1:1/box',
  REELMETRICS_REDIS_URL: 'redis://127.0.0.1:1',
};

/** Runs a command, sends the signal when it has said something, and gives how it ended. It is never sent a second one. */
async function signalled(signal: NodeJS.Signals, args: readonly string[], env: Record<string, string> = {}) {
  const running = spawn(process.execPath, [program, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(running, 'exit');
  let words = '';
  running.stderr.on('data', (data: Buffer) => {
    words += data.toString();
  });
  await Promise.race([once(running.stderr, 'data'), ended]);
  running.kill(signal);
  const [code] = await ended;
  return { code, words };
}

it.each(['simulate', 'consume', 'check', 'rebuild', 'migrate', 'user list'])(
  '%s ends on the first SIGTERM while it waits for services that are away',
  async (command) => {
    const { code, words } = await signalled('SIGTERM', [...command.split(' '), '--profile', 'local'], away);
    expect(code).toBe(143);
    expect(words).toContain('Waiting for PostgreSQL');
  },
);

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s while embedded data are opened is heard', async (signal, expected) => {
  const { code } = await signalled(signal, ['simulate', '--data-dir', folder]);
  expect(code).toBe(expected);
});
