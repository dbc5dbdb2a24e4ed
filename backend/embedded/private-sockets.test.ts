import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makePrivateSockets } from './private-sockets.ts';

const { TMPDIR, XDG_RUNTIME_DIR } = process.env;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-sockets-'));
});
afterEach(async () => {
  for (const [name, value] of Object.entries({ TMPDIR, XDG_RUNTIME_DIR })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await rm(folder, { recursive: true, force: true });
});

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    connect(path)
      .once('connect', () => resolve(true))
      .once('error', () => resolve(false));
  });
}

it.runIf(process.platform !== 'win32').each([
  ['too long', () => join(folder, 'd'.repeat(90))],
  ['not there', () => join(folder, 'gone')],
  ['relative', () => 'somewhere'],
])('are made elsewhere when the temporary folder is %s', async (_what, path) => {
  const long = join(folder, 'd'.repeat(90));
  await mkdir(long);
  const runtime = join(folder, 'r');
  await mkdir(runtime);
  process.env.TMPDIR = path();
  process.env.XDG_RUNTIME_DIR = runtime;
  const sockets = await makePrivateSockets(join(folder, 'data'));
  expect(dirname(dirname(sockets.address('lock')))).toBe(runtime);
  expect(await answers(sockets.address('lock'))).toBe(true);
  expect(await sockets.exist()).toBe(true);
  await rm(dirname(sockets.address('lock')), { recursive: true });
  expect(await sockets.exist()).toBe(false);
  await sockets.remove();
});
