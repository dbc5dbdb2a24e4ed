import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { capture } from '../lib/run.mjs';
import { SetupError } from '../lib/say.mjs';
import { installSystemPackages } from '../setup/system-libraries.mjs';

/** A part that services need is not on this machine and could not be put there. */
export class MissingPartError extends SetupError {}

const oldest = { java: 17, postgres: 15, redis: 7 };

/**
 * @typedef {object} Need A program: how it is found, and how it is had where it is not.
 * @property {string} title
 * @property {() => Promise<string | null>} find Null: not here, or too old.
 * @property {string[][]} packages Debian's.
 * @property {string} elsewhere The way to get it where there are no packages of Debian's.
 */

/** @type {Need} */
export const java = {
  title: `Java ${oldest.java} or newer, which Kafka runs on`,
  find: findJava,
  packages: [['openjdk-17-jre-headless', 'default-jre-headless']],
  elsewhere: 'install a JDK (or JRE) and put its java on the PATH, or name its folder in JAVA_HOME',
};

/** @type {Need} */
export const maven = {
  title: 'Maven, which fetches Kafka',
  find: async () => onPath('mvn'),
  packages: [['maven']],
  elsewhere: 'install Apache Maven and put its mvn on the PATH',
};

/** @param {number | null} major The version that a database on disk wants. @returns {Need} */
export const postgres = (major) => ({
  title: major === null ? `PostgreSQL ${oldest.postgres} or newer` : `PostgreSQL ${major}, which made the database`,
  find: () => findPostgres(major),
  packages: [major === null ? ['postgresql'] : [`postgresql-${major}`]],
  elsewhere: 'install the PostgreSQL server and put its initdb and postgres on the PATH',
});

/** @type {Need} */
export const redis = {
  title: `Redis ${oldest.redis} or newer`,
  find: findRedis,
  packages: [['redis-server']],
  elsewhere: 'install Redis and put redis-server on the PATH',
};

/** Between the console and PostgreSQL in tests. @type {Need} */
export const pgbouncer = {
  title: 'PgBouncer, which tests put before PostgreSQL',
  // Debian keeps it where only root looks.
  find: async () => onPath('pgbouncer') ?? (existsSync('/usr/sbin/pgbouncer') ? '/usr/sbin/pgbouncer' : null),
  packages: [['pgbouncer']],
  elsewhere: 'install PgBouncer and put pgbouncer on the PATH',
};

/**
 * Sees to programs, installing together what is missing. Gives the path of each; for PostgreSQL the folder.
 * Errors: MissingPartError with the way to get what is missing.
 * @template {string} Name
 * @param {Partial<Record<Name, Need>>} needs @returns {Promise<Partial<Record<Name, string>>>}
 */
export async function ensurePrograms(needs) {
  const entries = /** @type {[Name, Need][]} */ (Object.entries(needs));
  const found = await Promise.all(entries.map(([, need]) => need.find()));
  const missing = entries.filter((_, index) => found[index] === null).map(([, need]) => need);
  if (missing.length > 0) await install(missing);
  /** @type {Partial<Record<Name, string>>} */
  const paths = {};
  for (const [index, [name, { title, find, elsewhere }]] of entries.entries()) {
    const path = found[index] ?? (await find());
    if (path === null) throw new MissingPartError(`${title}: not found even after the installation; ${elsewhere}.`);
    paths[name] = path;
  }
  return paths;
}

/** @param {readonly Need[]} needs */
async function install(needs) {
  const reason = `not found here: ${needs.map(({ title }) => title).join('; ')}`;
  try {
    await installSystemPackages(
      needs.flatMap(({ packages }) => packages),
      reason,
      withoutTheirServices,
    );
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const ways = needs.map(({ title, elsewhere }) => `  ${title}: ${elsewhere}`);
    throw new MissingPartError([error.message, 'Elsewhere:', ...ways].join('\n'));
  }
}

const clusterSettings = '/etc/postgresql-common/createcluster.d/reelmetrics.conf';
const startPolicy = '/usr/sbin/policy-rc.d';

/** Debian's packages start a PostgreSQL and a Redis of their own, on the very ports of ours: not for the sake of ours. @param {() => Promise<void>} installation */
async function withoutTheirServices(installation) {
  const redisIsNew = !existsSync('/etc/redis');
  const policyIsOurs = !existsSync(startPolicy);
  await mkdir(dirname(clusterSettings), { recursive: true });
  await writeFile(clusterSettings, 'create_main_cluster = false\n');
  if (policyIsOurs) await writeFile(startPolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await installation();
  } finally {
    await rm(clusterSettings, { force: true });
    if (policyIsOurs) await rm(startPolicy, { force: true });
  }
  // Nor at the next start of the machine.
  if (redisIsNew && existsSync('/etc/redis') && existsSync('/run/systemd/system')) {
    await capture('systemctl', ['disable', 'redis-server']);
  }
}

/** @param {string} program @returns {string | null} */
function onPath(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** @returns {Promise<string | null>} */
async function findJava() {
  const home = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : null;
  for (const path of [home, onPath('java')]) {
    if (path !== null && (await majorOf(path, ['-version'], /version "(?:1\.)?(\d+)/)) >= oldest.java) return path;
  }
  return null;
}

/** @returns {Promise<string | null>} */
async function findRedis() {
  const path = onPath('redis-server');
  return path !== null && (await majorOf(path, ['--version'], /\bv=(\d+)/)) >= oldest.redis ? path : null;
}

/** The folder of PostgreSQL's server programs, which seldom is on the PATH. @param {number | null} wanted @returns {Promise<string | null>} */
async function findPostgres(wanted) {
  const initdb = onPath('initdb');
  const folders = [
    ...(initdb === null ? [] : [dirname(realpathSync(initdb))]),
    ...versionsBelow('/usr/lib/postgresql', /^(\d+)$/),
    ...versionsBelow('/usr', /^pgsql-(\d+)$/),
    ...versionsBelow('/opt/homebrew/opt', /^postgresql@(\d+)$/),
    ...versionsBelow('/usr/local/opt', /^postgresql@(\d+)$/),
  ];
  for (const folder of new Set(folders)) {
    if (!existsSync(join(folder, 'initdb'))) continue;
    const major = await majorOf(join(folder, 'postgres'), ['--version'], /PostgreSQL\) (\d+)/);
    if (wanted === null ? major >= oldest.postgres : major === wanted) return folder;
  }
  return null;
}

/** The `bin` folders of what is installed by version, newest first. @param {string} folder @param {RegExp} pattern @returns {string[]} */
function versionsBelow(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => ({ name, major: Number(pattern.exec(name)?.[1] ?? 0) }))
    .filter(({ major }) => major > 0)
    .sort((one, other) => other.major - one.major)
    .map(({ name }) => join(folder, name, 'bin'));
}

/** @param {string} program @param {readonly string[]} args @param {RegExp} pattern @returns {Promise<number>} 0: it does not say. */
async function majorOf(program, args, pattern) {
  const { output } = await capture(program, args, { timeoutMs: 20_000 });
  return Number(pattern.exec(output)?.[1] ?? 0);
}
