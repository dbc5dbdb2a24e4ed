import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisSettings } from '../settings/profile.ts';

const HOST = '127.0.0.1';

/** A Redis server of a test's own, which it may stop, kill, empty and start again. Needs `redis-server` on the PATH. */
export class OwnRedis {
  readonly folder: string;
  readonly port: number;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** A free port and an empty folder; nothing runs yet. */
  static async prepare(): Promise<OwnRedis> {
    return new OwnRedis(await mkdtemp(join(tmpdir(), 'own-redis-')), await freePort());
  }

  get settings(): RedisSettings {
    return {
      ...{ host: HOST, port: this.port, database: 0, username: null, keyPrefix: 'test:' },
      tls: { enabled: false, ca: null },
    };
  }

  /** Starts it and waits until it answers. It loads the dump in its folder and writes none by itself. */
  async start(...options: string[]): Promise<void> {
    const basics = ['--port', String(this.port), '--bind', HOST, '--dir', this.folder, '--save', ''];
    this.#server = spawn('redis-server', [...basics, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { stdout } = this.#server;
    if (!stdout) throw new Error('redis-server has no output');
    for await (const line of stdout) if (String(line).includes('Ready to accept connections')) break;
  }

  /** kill -9: nothing is saved. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server || server.exitCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  }

  /** Writes a dump and keeps a copy of it beside. */
  async keepDump(): Promise<void> {
    await this.use((client) => client.save());
    await copyFile(join(this.folder, 'dump.rdb'), join(this.folder, 'kept.rdb'));
  }

  /** What `start` loads from now on: the kept dump, or nothing. */
  async restore(from: 'kept' | 'nothing'): Promise<void> {
    const dump = join(this.folder, 'dump.rdb');
    if (from === 'kept') await copyFile(join(this.folder, 'kept.rdb'), dump);
    else await rm(dump, { force: true });
  }

  /** Runs `work` with a client beside ours. */
  async use<T>(work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis({ host: HOST, port: this.port });
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
