import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture } from '../lib/run.mjs';
import { SetupError } from '../lib/say.mjs';
import { databaseName, host } from './addresses.mjs';
import { MissingPartError } from './programs.mjs';

/** As in docker-compose.yml. The rest is PostgreSQL's own choice, fsync included. */
export const postgresSettings = { max_connections: '100', shared_buffers: '256MB', max_wal_size: '4GB' };

/** @typedef {{ uid: number, gid: number }} User */

/** Lies in the folder as long as the database is not whole. */
const unfinished = 'postgres.unfinished';

/** @param {string} folder */
const dataIn = (folder) => join(folder, 'postgres');

/** The version that made the data here; null where there are none. @param {string} folder @returns {number | null} */
export function majorOfData(folder) {
  const file = join(dataIn(folder), 'PG_VERSION');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null;
}

/**
 * Makes the database where there is none. Its owner may make databases, and all else only on a server for tests: who
 * has all rights may have the server run programs.
 * @param {{ folder: string, port: number, bin: string, password: string, allRights: boolean }} options
 * @returns {Promise<import('./processes.mjs').Command>}
 */
export async function preparePostgres({ folder, port, bin, password, allRights }) {
  const user = await serverUser();
  if (user !== null) await letIn(user, folder);
  const data = dataIn(folder);
  if (existsSync(join(folder, unfinished)) || majorOfData(folder) === null) {
    await makeDatabase({ folder, bin, password, allRights, user });
  }
  const settings = { ...postgresSettings, listen_addresses: host, port, unix_socket_directories: '' };
  return {
    program: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user,
  };
}

/** PostgreSQL refuses to run as root. @returns {Promise<User | null>} Null: as whoever we are. */
async function serverUser() {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => capture('id', [flag, 'postgres'])));
  if (uid?.code !== 0 || gid?.code !== 0) {
    throw new MissingPartError(
      'PostgreSQL refuses to run as root, and there is no user postgres: useradd --system --user-group postgres',
    );
  }
  return { uid: Number(uid.output), gid: Number(gid.output) };
}

/** @param {User} user @param {string} folder */
async function letIn(user, folder) {
  await chmod(folder, 0o711);
  const { code } = await capture('test', ['-x', folder], { cwd: '/', ...user });
  if (code === 0) return;
  throw new SetupError(
    `The user postgres, as whom PostgreSQL runs for root, may not enter ${folder}. ` +
      'Choose a folder with --folder whose parents everyone may enter, or run this as another user than root.',
  );
}

/** @param {{ folder: string, bin: string, password: string, allRights: boolean, user: User | null }} options */
async function makeDatabase({ folder, bin, password, allRights, user }) {
  const data = dataIn(folder);
  const secret = join(folder, 'postgres.secret');
  const as = { cwd: folder, ...(user ?? {}) };
  await writeFile(join(folder, unfinished), '');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { mode: 0o700 });
  // Nobody needs the superuser's password: the server's own programs come in without.
  await writeFile(secret, randomUUID(), { mode: 0o600 });
  if (user !== null) await Promise.all([data, secret].map((path) => chown(path, user.uid, user.gid)));
  const cluster = ['-U', 'postgres', '-E', 'UTF8', '--locale=C', '-A', 'scram-sha-256', '--pwfile', secret];
  await must(join(bin, 'initdb'), ['-D', data, ...cluster], as, '');
  await rm(secret);
  const statements = [
    `create role ${databaseName} login ${allRights ? 'superuser' : 'createdb'} password '${password.replaceAll("'", "''")}'`,
    `create database ${databaseName} owner ${databaseName}`,
  ];
  const input = statements.map((statement) => `${statement};\n\n`).join('');
  await must(join(bin, 'postgres'), ['--single', '-j', '-D', data, 'postgres'], as, input);
  await rm(join(folder, unfinished));
}

/** Its single-user mode ends with 0 whatever the statements came to. @param {string} program @param {string[]} args @param {import('node:child_process').ExecFileOptions} options @param {string} input */
function must(program, args, options, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, _output, complaints) => {
      const wrong = String(complaints)
        .match(/^.*\b(?:ERROR|FATAL|PANIC):.*$/gm)
        ?.join('\n');
      if (error === null && wrong === undefined) resolve(undefined);
      else reject(new SetupError(`PostgreSQL could not make its database: ${wrong ?? complaints}`));
    });
    child.stdin?.on('error', () => {
      // It ended before it had read everything; its own words say why.
    });
    child.stdin?.end(input);
  });
}
