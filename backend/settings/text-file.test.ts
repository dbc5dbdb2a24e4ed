import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileVariables } from './file-variables.ts';
import { readTextFile } from './text-file.ts';

let folder: string;
let pipe: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-'));
  pipe = join(folder, 'pipe');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  it('without a writer is empty, and blocks nothing', async () => {
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    expect(await readTextFile(pipe)).toBe('');
  });

  it('is read to the end, whatever its writer takes for it', async () => {
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    // The writer opens both ends, so that it need not wait for the reader.
    const writer = spawn(
      'sh',
      ['-c', 'exec 3<>"$1"; printf "%s" "four plain " >&3; echo; read _; printf words >&3; sleep 0.2', 'sh', pipe],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    const read = readTextFile(pipe);
    writer.stdin.end('on\n');
    expect(await read).toBe('four plain words');
  });
});

it('the value of a variable in a file has no byte order mark', async () => {
  const file = join(folder, 'password');
  for (const text of ['\uFEFFs3cret\r\n', 's3cret']) {
    await writeFile(file, text);
    expect((await withFileVariables({ SECRET_FILE: file }, ['SECRET'])).SECRET).toBe('s3cret');
  }
  await writeFile(file, Buffer.from('\uFEFFs3cret\r\n', 'utf16le'));
  expect((await withFileVariables({ SECRET_FILE: file }, ['SECRET'])).SECRET).toBe('s3cret');
});
