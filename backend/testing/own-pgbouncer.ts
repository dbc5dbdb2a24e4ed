import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { PostgresSettings } from '../settings/profile.ts';
import { freePort } from './own-redis.ts';

const HOST = '127.0.0.1';

/** Settings by which each transaction has another connection to the server than the one before. */
export const changingConnections = ['pool_mode = transaction', 'server_round_robin = 1', 'min_pool_size = 3'];

/** A PgBouncer of a test's own in front of a server of the tests. Needs `pgbouncer`, which Debian keeps in /usr/sbin. */
export class OwnPgBouncer {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.#folder = folder;
    this.port = port;
    this.#process = process;
  }

  /**
   * Starts it and waits until it listens.
   * @param server whom it asks, and with which password
   * @param settings lines of its section [pgbouncer], such as `pool_mode = transaction`
   */
  static async start(server: PostgresSettings, password: string, ...settings: string[]): Promise<OwnPgBouncer> {
    const folder = await mkdtemp(join(tmpdir(), 'own-pgbouncer-'));
    const port = await freePort();
    await writeFile(join(folder, 'users.txt'), `"${server.user}" "${password}"\n`);
    const lines = [
      '[databases]',
      `* = host=${server.host} port=${server.port}`,
      '[pgbouncer]',
      ...[`listen_addr = ${HOST}`, `listen_port = ${port}`, 'unix_socket_dir =', 'auth_type = plain'],
      ...[`auth_file = ${join(folder, 'users.txt')}`, 'default_pool_size = 6', 'max_client_conn = 200'],
      ...settings,
    ];
    await writeFile(join(folder, 'pgbouncer.ini'), `${lines.join('\n')}\n`);
    // It refuses to run as root, and the folder is for its own user.
    const asRoot = process.getuid?.() === 0;
    if (asRoot) await chmod(folder, 0o755);
    const child = spawn(await programPath(), [...(asRoot ? ['-u', 'nobody'] : []), join(folder, 'pgbouncer.ini')], {
      stdio: 'ignore',
    });
    const bouncer = new OwnPgBouncer(folder, port, child);
    while (!(await listens(port))) {
      if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return bouncer;
  }

  async remove(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function programPath(): Promise<string> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  for (const folder of folders) {
    const path = join(folder, 'pgbouncer');
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error('pgbouncer is not installed (Debian: apt-get install pgbouncer)');
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, HOST);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
