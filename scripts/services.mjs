import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { userFolder } from './lib/paths.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';
import {
  addressesIn,
  chosenPassword,
  defaultPorts,
  environmentOf,
  portsFrom,
  serviceNames,
  titles,
  variables,
} from './services/addresses.mjs';
import { answers } from './services/connections.mjs';
import { dockerAnswers, downInDocker, logsInDocker, runningInDocker, upInDocker } from './services/docker.mjs';
import { givenNames, isReachable, requireReachable } from './services/given.mjs';
import { nativeServices, startAll, stopNative } from './services/native.mjs';
import { majorOfData } from './services/postgres.mjs';
import { logFile, runningProcess } from './services/processes.mjs';
import { alone, defaultFolder, readStarted, writeStarted } from './services/record.mjs';

/*
 * npm run services -- up | down | status | logs [<service>...] | env: Kafka, PostgreSQL and Redis for the profile "Local
 * services". Those that KAFKA_BROKERS, DATABASE_URL and REDIS_URL name are used as they are; the others come from
 * docker-compose.yml where Docker answers, else they are started as programs of this machine. Only what was started by
 * `up` is stopped by `down`. Only `status`, `logs` and `env` write to stdout.
 *   --folder <folder>   programs of this machine, with everything in that folder
 *   --native            not in Docker
 *   --port-offset <n>   added to every port
 */

/**
 * @typedef {import('./services/addresses.mjs').ServiceName} ServiceName
 * @typedef {import('./services/addresses.mjs').Ports} Ports
 * @typedef {import('./services/record.mjs').Started} Started
 */

/** Lines of each log. */
const logLines = 100;

const usage =
  'npm run services -- up | down | status | logs [kafka | postgres | redis] | env [--folder <folder>] [--native] [--port-offset <n>]';

await runMain(async () => {
  const { values, positionals } = parse();
  const [command, ...rest] = positionals;
  const folder = values.folder === undefined ? defaultFolder() : resolve(userFolder, values.folder);
  const native = values.native || values.folder !== undefined;
  const offset = values['port-offset'];
  if (command !== 'up' && offset !== undefined)
    throw new SetupError('--port-offset belongs to up, which remembers it.');
  if (command !== 'logs' && rest.length > 0) throw new SetupError(usage);
  switch (command) {
    case 'up':
      return alone(folder, () => up(folder, native, offset === undefined ? null : portsFrom(Number(offset))));
    case 'down':
      return existsSync(folder) ? alone(folder, () => down(folder)) : nothingRuns();
    case 'status':
      return status(await locate(folder, native));
    case 'logs':
      return logs(await locate(folder, native), namesAmong(rest));
    case 'env':
      return env(await locate(folder, native));
    default:
      throw new SetupError(usage);
  }
});

function parse() {
  try {
    return parseArgs({
      options: {
        folder: { type: 'string' },
        native: { type: 'boolean', default: false },
        'port-offset': { type: 'string' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/** @param {string[]} words @returns {readonly ServiceName[]} */
function namesAmong(words) {
  const names = serviceNames.filter((name) => words.includes(name));
  if (words.length !== names.length) throw new SetupError(usage);
  return names.length === 0 ? serviceNames : names;
}

/** @param {string} folder @param {boolean} native @param {Ports | null} chosen */
async function up(folder, native, chosen) {
  const before = readStarted(folder);
  const given = givenNames(before === null ? null : environmentOf(before.ports, before.password));
  await requireReachable(given);
  for (const name of given) say(`${titles[name]} is the one that ${variables[name]} names`);
  const names = serviceNames.filter((name) => !given.includes(name));
  if (names.length === 0) return 0;

  const ports = chosen ?? before?.ports ?? defaultPorts;
  const inUse = serviceNames.filter((name) => runningProcess(folder, name) !== null);
  const inDocker =
    inUse.length === 0 && !native && (await dockerAnswers()) && (await upWithDocker(folder, names, ports, before));
  if (!inDocker) await upNatively(folder, names, ports, before, inUse);
  return status(await locate(folder, native));
}

/**
 * @param {string} folder @param {readonly ServiceName[]} names @param {Ports} ports @param {Started | null} before
 * @returns {Promise<boolean>} False: Docker could not, and nothing of it is left.
 */
async function upWithDocker(folder, names, ports, before) {
  const running = await runningInDocker();
  const ours = before?.by === 'docker' ? before.names : [];
  const password = chosenPassword();
  const started = names.filter((name) => !running.includes(name) || ours.includes(name));
  await writeStarted(folder, { by: 'docker', names: started, ports, password });
  say('starting the services of docker-compose.yml');
  if (await upInDocker(names, ports, password)) return true;
  if (running.length > 0) throw new SetupError('docker compose up failed; its reasons are above.');
  await downInDocker(names);
  say('docker compose up failed, for the reasons above: starting them as programs of this machine instead');
  return false;
}

/** @param {string} folder @param {readonly ServiceName[]} names @param {Ports} ports @param {Started | null} before @param {readonly ServiceName[]} inUse */
async function upNatively(folder, names, ports, before, inUse) {
  if (inUse.length > 0 && before !== null && JSON.stringify(ports) !== JSON.stringify(before.ports)) {
    throw new SetupError('The services run on other ports already. Stop them first: npm run services -- down');
  }
  // The database keeps the password that it was made with.
  const made = before?.by === 'native' && majorOfData(folder) !== null;
  const password = made ? before.password : chosenPassword();
  const services = await nativeServices({ folder, ports, password, names, forTests: false });
  // First written, then started: what is interrupted in between is found by `down`.
  await writeStarted(folder, { by: 'native', names: [...names], ports, password });
  const resting = names.filter((name) => !inUse.includes(name));
  if (resting.length > 0) say(`starting ${resting.map((name) => titles[name]).join(', ')} in ${folder}`);
  await startAll(services, folder, names);
}

/** @param {string} folder */
async function down(folder) {
  const running = serviceNames.filter((name) => runningProcess(folder, name) !== null);
  if (running.length > 0) {
    say(`stopping ${running.map((name) => titles[name]).join(', ')}`);
    await stopNative(folder, running);
    return 0;
  }
  const before = readStarted(folder);
  if (before?.by !== 'docker' || before.names.length === 0) return nothingRuns();
  if (!(await downInDocker(before.names))) throw new SetupError('docker compose failed; its reasons are above.');
  await writeStarted(folder, { ...before, names: [] });
  return 0;
}

function nothingRuns() {
  say('nothing that up has started is running');
  return 0;
}

/**
 * What there is, and who is to be asked about it.
 * @typedef {object} Located
 * @property {string} folder
 * @property {readonly ServiceName[]} given
 * @property {Started | null} started
 * @property {readonly ServiceName[]} running Of those not given.
 *
 * @param {string} folder @param {boolean} native @returns {Promise<Located>}
 */
async function locate(folder, native) {
  let started = readStarted(folder);
  const given = givenNames(started === null ? null : environmentOf(started.ports, started.password));
  const others = serviceNames.filter((name) => !given.includes(name));
  /** @type {ServiceName[]} */
  let running = [];
  if (started?.by === 'native') running = others.filter((name) => runningProcess(folder, name) !== null);
  else if (others.length > 0 && !native && (await dockerAnswers())) {
    // Also one that somebody has started with docker compose up.
    running = (await runningInDocker()).filter((name) => others.includes(name));
    started ??= { by: 'docker', names: [], ports: defaultPorts, password: chosenPassword() };
  }
  return { folder, given, started, running };
}

/** @param {Located} located @returns {Promise<number>} 0 when all three serve. */
async function status({ folder, given, started, running }) {
  const states = await Promise.all(
    serviceNames.map(async (name) => {
      if (given.includes(name)) {
        const places = addressesIn(name, process.env[variables[name]] ?? '').map(({ host, port }) => `${host}:${port}`);
        const serves = await isReachable(name);
        return {
          name,
          place: places.join(','),
          serves,
          words: `${serves ? 'up' : 'not reachable'}, named by ${variables[name]}`,
        };
      }
      if (started === null || !running.includes(name)) return { name, place: '-', serves: false, words: 'down' };
      const by = started.by === 'docker' ? 'in Docker' : `process ${runningProcess(folder, name)}`;
      const serves = await answers[name](started.ports[name]);
      const words = `${serves ? 'up' : 'does not answer'}, ${by}`;
      return { name, place: `127.0.0.1:${started.ports[name]}`, serves, words };
    }),
  );
  const width = Math.max(...states.map(({ place }) => place.length));
  for (const { name, place, words } of states) {
    process.stdout.write(`${titles[name].padEnd(10)}  ${place.padEnd(width)}  ${words}\n`);
  }
  return states.every(({ serves }) => serves) ? 0 : 1;
}

/** @param {Located} located @param {readonly ServiceName[]} names @returns {Promise<number>} */
async function logs({ folder, given, started }, names) {
  for (const name of names.filter((name) => given.includes(name))) {
    say(`${titles[name]} is the one that ${variables[name]} names: its log is where it runs`);
  }
  const others = names.filter((name) => !given.includes(name));
  if (others.length === 0) return 0;
  if (started?.by === 'docker') return logsInDocker(others, logLines);
  for (const name of others) {
    const file = logFile(folder, name);
    if (!existsSync(file)) continue;
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-logLines);
    process.stdout.write(`== ${file}\n${lines.join('\n')}\n`);
  }
  return 0;
}

/** @param {Located} located @returns {number} */
function env({ given, started, running }) {
  const own = started === null ? null : environmentOf(started.ports, started.password);
  const lines = serviceNames.map((name) => {
    const variable = variables[name];
    const value = given.includes(name) ? process.env[variable] : running.includes(name) ? own?.[variable] : undefined;
    if (value === undefined) throw new SetupError(`${titles[name]} does not run. Start it: npm run services -- up`);
    return `${variable}=${value}\n`;
  });
  process.stdout.write(lines.join(''));
  return 0;
}
