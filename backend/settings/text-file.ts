/** Text and JSON files that people and other programs write: encodings, sizes and depths are bounded and named. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, codeOf, messageOf } from '../lib/app-error.ts';

const mostBytes = 1024 * 1024;
const mostLevels = 64;
const pipeLookMs = 20;
const pipeWaitMs = 5_000;

/** Reads a file of settings, at most 1 MB. Errors: those of the file system; `AppError` bad_settings, naming the file. */
export async function readTextFile(path: string, name = path): Promise<string> {
  // A pipe that has no writer would block a thread, and with it the end of the program: opened so, it is empty instead.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > mostBytes) throw tooLarge(name);
    const buffer = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (;;) {
      const bytesRead = await readSome(handle, buffer, length, name);
      length += bytesRead;
      // A pipe tells no size.
      if (length > mostBytes) throw tooLarge(name);
      if (bytesRead === 0) return decodeText(buffer.subarray(0, length), name);
    }
  } finally {
    await handle.close();
  }
}

/** Waits for the writer of a pipe. */
async function readSome(handle: FileHandle, buffer: Buffer, from: number, name: string): Promise<number> {
  for (let waited = 0; ; waited += pipeLookMs) {
    try {
      return (await handle.read(buffer, from, buffer.length - from)).bytesRead;
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error;
      if (waited >= pipeWaitMs) throw new AppError('bad_settings', `Nothing comes out of the pipe ${name}.`);
      await sleep(pipeLookMs);
    }
  }
}

function tooLarge(name: string): AppError {
  return new AppError('bad_settings', `${name} is larger than 1 MB.`, { hint: 'Choose a file of ReelMetrics.' });
}

/** UTF-8, or UTF-16 as some editors and shells write it, without its byte order mark. */
function decodeText(bytes: Uint8Array, name: string): string {
  const [first, second] = bytes;
  const encoding =
    (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
      ? 'utf-16le'
      : (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
        ? 'utf-16be'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('bad_settings', `${name} is not text in UTF-8 or UTF-16.`, {
      hint: 'Save the file again as UTF-8.',
      cause,
    });
  }
}

/** Errors: `AppError` bad_settings, naming the file. */
export function parseJson(text: string, name: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  if (json.trim() === '') throw new AppError('bad_settings', `${name} is empty.`);
  if (levelsOf(json) > mostLevels)
    throw new AppError('bad_settings', `${name} is nested more than ${mostLevels} deep.`);
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new AppError('bad_settings', `${name} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function levelsOf(json: string): number {
  let level = 0;
  let most = 0;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"?|[[{\]}]/gs)) {
    if (token === '[' || token === '{') {
      level += 1;
      most = Math.max(most, level);
    }
    if (token === ']' || token === '}') level -= 1;
  }
  return most;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
