import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDataFolder } from './testing/embedded-test-database.ts';

const program = fileURLToPath(new URL('./cli.ts', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelmetrics-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(...args: string[]): ChildProcess {
  return spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = start(...args);
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  return { code: code as number, out, err };
}

it('refuses wrong arguments with exit code 2, and makes no database in a folder that is another one', async () => {
  await writeFile(join(folder, 'notes.txt'), '');
  for (const args of [
    ['check'],
    ['check', '--data-dir', folder],
    ['rebuild', '--data-dir', join(folder, 'none')],
    ['simulate', '--data-dir', folder, '--rate', '0'],
    ['sell'],
    ['check', '--fast'],
  ]) {
    expect(await run(...args), args.join(' ')).toMatchObject({ code: 2, out: '' });
  }
  expect(await readdir(folder)).toEqual(['notes.txt']);
});

it('stores all that it sold when it is interrupted, also when nobody reads its words any more', async () => {
  await makeDataFolder(folder);
  const selling = start('simulate', '--data-dir', folder, '--rate', '300');
  const exit = once(selling, 'exit');
  await once(selling.stderr!, 'data');
  selling.stderr!.destroy();
  selling.stdout!.destroy();
  await new Promise((resolve) => setTimeout(resolve, 2500));
  selling.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await readdir(folder)).toEqual(['postgres']);
  const { code, out } = await run('check', '--data-dir', folder, '--json');
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(report).toMatchObject({ ok: true, inFlight: 0 });
  expect(report.stored).toBeGreaterThan(0);
  expect(report.stored).toBe(report.produced);
});
