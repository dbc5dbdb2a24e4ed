/** Who uses a data folder: the record in its file `owner`, and what can be said of the process that it names. */
import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { codeOf } from '../lib/app-error.ts';

/** What tells one process from every other, on this computer and on others that see the same folder. */
export interface ProcessIdentity {
  readonly host: string;
  /** Of the running system: new with each start of the computer. */
  readonly boot: string;
  readonly pid: number;
  /** Where `pid` counts; null where there are no such name spaces. */
  readonly pidSpace: string | null;
  /** When the process started, by the system's own count; null where that is not known. */
  readonly started: string | null;
}

export interface OwnerRecord extends ProcessIdentity {
  readonly reelmetrics: 1;
  /** Made by this owner alone. */
  readonly token: string;
  /** `released`: the owner has closed the folder. */
  readonly state: 'held' | 'released';
  /** Grows with each sign of life. */
  readonly beat: number;
  /** Whether the owner holds a lock of the operating system on the file. */
  readonly locked: boolean;
  /** What it has written into the file `lock` for programs of the version before. */
  readonly address: string;
}

/** Every record is this long, so that it can be written again in place, on a full disk too. */
const RECORD_BYTES = 1024;
const fields = {
  host: 'string',
  boot: 'string',
  pid: 'number',
  token: 'string',
  beat: 'number',
  locked: 'boolean',
  address: 'string',
} as const;

export function encodeOwner(record: OwnerRecord): Buffer {
  const text = Buffer.from(JSON.stringify(record));
  const padded = Buffer.alloc(Math.max(RECORD_BYTES, text.byteLength + 1), ' ');
  text.copy(padded);
  padded[padded.byteLength - 1] = 0x0a;
  return padded;
}

/** null for anything that is not a record of ours, an empty file too. */
export function decodeOwner(text: string): OwnerRecord | null {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || !('reelmetrics' in value) || value.reelmetrics !== 1) return null;
  const entries = new Map<string, unknown>(Object.entries(value));
  for (const [name, type] of Object.entries(fields)) if (typeof entries.get(name) !== type) return null;
  const state = entries.get('state');
  return state === 'held' || state === 'released' ? (value as OwnerRecord) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export async function identifyProcess(): Promise<ProcessIdentity> {
  const [boot, pidSpace, started] = await Promise.all([bootId(), linkOf('/proc/self/ns/pid'), startOf(process.pid)]);
  return { host: hostname(), boot, pid: process.pid, pidSpace, started };
}

export function newToken(): string {
  return randomUUID();
}

/**
 * What this process can say of the owner without watching it: `dead` when it surely is, `alive` when it surely lives,
 * `unknown` when its process id says nothing here.
 */
export async function judgeOwner(owner: ProcessIdentity, me: ProcessIdentity): Promise<'dead' | 'alive' | 'unknown'> {
  if (owner.host !== me.host || owner.boot !== me.boot || owner.pidSpace !== me.pidSpace) return 'unknown';
  if (owner.started !== null) return (await startOf(owner.pid)) === owner.started ? 'alive' : 'dead';
  try {
    process.kill(owner.pid, 0);
    // The number may have been given to another program since.
    return 'unknown';
  } catch (error) {
    return codeOf(error) === 'ESRCH' ? 'dead' : 'unknown';
  }
}

async function bootId(): Promise<string> {
  const id = await readText('/proc/sys/kernel/random/boot_id');
  // Elsewhere the time of the start, by the minute: what differs by a step of the clock is watched instead.
  return id?.trim() ?? `since ${Math.round((Date.now() / 1000 - uptime()) / 60)}`;
}

async function linkOf(path: string): Promise<string | null> {
  try {
    return await readlink(path);
  } catch {
    return null;
  }
}

/** Ticks from the start of the system to that of the process (field 22 of proc(5) stat); null when there is none. */
async function startOf(pid: number): Promise<string | null> {
  // In a container /proc may be that of another name space, where the same numbers are other processes.
  if ((await linkOf('/proc/self')) !== String(process.pid)) return null;
  const stat = await readText(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets, which may hold spaces and brackets.
  const rest = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie has ended.
  return rest === undefined || rest[0] === 'Z' || rest[0] === 'X' ? null : (rest[19] ?? null);
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null;
  }
}
