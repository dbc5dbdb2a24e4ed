import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError, say } from '../lib/say.mjs';
import { environmentOf, host, serviceNames, titles } from './addresses.mjs';
import { answers, freePorts, isFree } from './connections.mjs';
import { fetchKafka, kafkaIsFetched, prepareKafka } from './kafka.mjs';
import { majorOfData, preparePostgres } from './postgres.mjs';
import { logFile, processEnded, runningProcess, signalProcess, startProcess } from './processes.mjs';
import { ensurePrograms, java, MissingPartError, maven, postgres, redis } from './programs.mjs';
import { redisCommand } from './redis.mjs';

/**
 * Kafka, PostgreSQL and Redis as programs of this machine, with all they keep in one folder.
 * @typedef {import('./addresses.mjs').ServiceName} ServiceName
 * @typedef {import('./addresses.mjs').Ports} Ports
 * @typedef {import('./processes.mjs').Command} Command
 *
 * @typedef {object} NativeService
 * @property {ServiceName} name
 * @property {number} port
 * @property {number | null} pid Null: not running.
 * @property {() => Promise<void>} start Does nothing where it runs. Resolves when it serves.
 * @property {() => Promise<void>} stop As its operator would. Resolves when it has ended.
 * @property {(signal?: NodeJS.Signals) => Promise<void>} kill Sends a signal; after SIGKILL, the default, resolves when it has ended.
 *
 * @typedef {object} NativeServices
 * @property {Record<import('./addresses.mjs').VariableName, string>} env Where they are.
 * @property {NativeService} kafka
 * @property {NativeService} postgres
 * @property {NativeService} redis
 * @property {() => Promise<void>} stop
 */

const startMs = 60_000;
const stopMs = 30_000;
/** How long PostgreSQL waits for the last of a killed server's processes to go. */
const orphansMs = 20_000;
const askAgainMs = 100;

/** PostgreSQL's fast shutdown is SIGINT: at SIGTERM it would wait for its clients to leave. @type {Readonly<Record<ServiceName, NodeJS.Signals>>} */
const stopSignals = { kafka: 'SIGTERM', postgres: 'SIGINT', redis: 'SIGTERM' };

/**
 * Starts services of one's own, for tests: on free ports unless told, with a user who may do everything in the database,
 * and killed when we end before `stop`.
 * Errors: MissingPartError where a program cannot be had, SetupError where one does not start.
 * @param {{ folder: string, ports?: Ports, names?: readonly ServiceName[] }} options
 * @returns {Promise<NativeServices>}
 */
export async function startServices({ folder, ports, names = serviceNames }) {
  const where = ports ?? (await freePorts());
  const password = randomUUID();
  const services = await nativeServices({ folder, ports: where, password, names, forTests: true });
  const killAll = () => {
    for (const name of names) signalProcess(folder, name, 'SIGKILL');
  };
  process.once('exit', killAll);
  try {
    await startAll(services, folder, names);
  } catch (error) {
    process.off('exit', killAll);
    throw error;
  }
  return {
    ...services,
    env: environmentOf(where, password),
    async stop() {
      await stopNative(folder, names);
      process.off('exit', killAll);
    },
  };
}

/**
 * The three, not started yet; the programs of those named are there afterwards.
 * @param {{ folder: string, ports: Ports, password: string, names: readonly ServiceName[], forTests: boolean }} options
 * @returns {Promise<Record<ServiceName, NativeService>>}
 */
export async function nativeServices({ folder, ports, password, names, forTests }) {
  if (process.platform === 'win32') {
    throw new MissingPartError(
      'On Windows the services run in Docker: install Docker Desktop, then docker compose up -d',
    );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const commands = await commandsFor({ folder, ports, password, names, allRights: forTests });
  const service = (/** @type {ServiceName} */ name) => ({
    name,
    port: ports[name],
    get pid() {
      return runningProcess(folder, name);
    },
    start: () => start({ folder, name, ports, command: commands[name], untilExit: forTests }),
    stop: () => stopNative(folder, [name]),
    async kill(/** @type {NodeJS.Signals} */ signal = 'SIGKILL') {
      signalProcess(folder, name, signal);
      if (signal === 'SIGKILL') await processEnded(folder, name, stopMs);
    },
  });
  return { kafka: service('kafka'), postgres: service('postgres'), redis: service('redis') };
}

/**
 * Starts those named that do not run, or none of them.
 * @param {Record<ServiceName, NativeService>} services @param {string} folder @param {readonly ServiceName[]} names
 */
export async function startAll(services, folder, names) {
  const resting = names.filter((name) => services[name].pid === null);
  const results = await Promise.allSettled(names.map((name) => services[name].start()));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return;
  await stopNative(folder, resting);
  throw failure.reason;
}

/** Stops those named that were started in this folder. @param {string} folder @param {readonly ServiceName[]} names */
export async function stopNative(folder, names) {
  await Promise.all(
    names.map(async (name) => {
      signalProcess(folder, name, stopSignals[name]);
      if (await processEnded(folder, name, stopMs)) return;
      say(
        `${titles[name]} has not stopped within ${stopMs / 1000} s: it is killed (its log: ${logFile(folder, name)})`,
      );
      signalProcess(folder, name, 'SIGKILL');
      await processEnded(folder, name, stopMs);
    }),
  );
}

/**
 * @param {{ folder: string, ports: Ports, password: string, names: readonly ServiceName[], allRights: boolean }} options
 * @returns {Promise<Record<ServiceName, () => Promise<Command>>>}
 */
async function commandsFor({ folder, ports, password, names, allRights }) {
  const paths = await ensureServicePrograms(names, majorOfData(folder));
  return {
    kafka: () => prepareKafka({ folder, ports, java: the(paths.java) }),
    postgres: () => preparePostgres({ folder, port: ports.postgres, bin: the(paths.postgres), password, allRights }),
    redis: async () => redisCommand({ port: ports.redis, program: the(paths.redis) }),
  };
}

/**
 * Sees to the programs of those named, Kafka's among them. Errors: MissingPartError.
 * @param {readonly ServiceName[]} [names] @param {number | null} [postgresMajor] The version that existing data want.
 */
export async function ensureServicePrograms(names = serviceNames, postgresMajor = null) {
  const paths = await ensurePrograms({
    ...(names.includes('kafka') ? { java } : {}),
    ...(names.includes('kafka') && !kafkaIsFetched() ? { maven } : {}),
    ...(names.includes('postgres') ? { postgres: postgres(postgresMajor) } : {}),
    ...(names.includes('redis') ? { redis } : {}),
  });
  if (paths.maven !== undefined) await fetchKafka(paths.maven);
  return paths;
}

/** @param {string | undefined} path */
function the(path) {
  if (path === undefined) throw new Error('A service is started that was not among those named.');
  return path;
}

/**
 * @param {{ folder: string, name: ServiceName, ports: Ports, command: () => Promise<Command>, untilExit: boolean }} options
 */
async function start({ folder, name, ports, command, untilExit }) {
  const log = logFile(folder, name);
  const logged = () => statSync(log, { throwIfNoEntry: false })?.size ?? 0;
  let from = logged();
  if (runningProcess(folder, name) === null) {
    await requireFree(name, ports);
    await startProcess(folder, name, await command(), untilExit);
  }
  const begin = performance.now();
  while (!(await answers[name](ports[name]))) {
    if (runningProcess(folder, name) === null) {
      const words = (await readFile(log)).subarray(from).toString().trim().slice(-2000);
      const orphans =
        name === 'postgres' && /pre-existing shared memory block|lock file ".*" already exists/.test(words);
      if (!orphans || performance.now() - begin > orphansMs)
        throw new SetupError(`${titles[name]} did not start:\n${words}`);
      // A server that was killed leaves its processes behind, and they go by themselves.
      await sleep(askAgainMs);
      from = logged();
      await startProcess(folder, name, await command(), untilExit);
    } else if (performance.now() - begin > startMs) {
      throw new SetupError(`${titles[name]} does not answer after ${startMs / 1000} s; its log: ${log}`);
    }
    await sleep(askAgainMs);
  }
}

/** @param {ServiceName} name @param {Ports} ports */
async function requireFree(name, ports) {
  for (const port of name === 'kafka' ? [ports.kafka, ports.controller] : [ports[name]]) {
    if (await isFree(port)) continue;
    throw new SetupError(
      `Port ${port} of ${host} is taken, and ${titles[name]} wants it. ` +
        `Stop what listens there, or choose other ports: npm run services -- up --port-offset 10000`,
    );
  }
}
