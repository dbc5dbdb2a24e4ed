import { inRepository } from '../lib/paths.mjs';
import { capture, run } from '../lib/run.mjs';

/**
 * The services of docker-compose.yml.
 * @typedef {import('./addresses.mjs').ServiceName} ServiceName
 * @typedef {import('./addresses.mjs').Ports} Ports
 */

const answerMs = 20_000;
/** Images are fetched the first time. */
const upMs = 20 * 60_000;

const compose = ['compose', '-f', inRepository('docker-compose.yml')];

/** What docker-compose.yml reads. @param {Ports} ports @param {string} password @returns {NodeJS.ProcessEnv} */
const environment = (ports, password) => ({
  ...process.env,
  REELMETRICS_KAFKA_PORT: String(ports.kafka),
  REELMETRICS_POSTGRES_PORT: String(ports.postgres),
  REELMETRICS_REDIS_PORT: String(ports.redis),
  REELMETRICS_POSTGRES_PASSWORD: password,
});

/** Whether an engine answers, and Docker has its compose plugin. */
export async function dockerAnswers() {
  const asked = await Promise.all(
    [
      ['info', '--format', '{{.ServerVersion}}'],
      ['compose', 'version'],
    ].map((args) => capture('docker', args, { timeoutMs: answerMs })),
  );
  return asked.every(({ code }) => code === 0);
}

/** Which of the services have a running container. @returns {Promise<ServiceName[]>} */
export async function runningInDocker() {
  const args = [...compose, 'ps', '--services', '--status', 'running'];
  const { code, output } = await capture('docker', args, { timeoutMs: answerMs });
  const lines = code === 0 ? output.split(/\s+/) : [];
  return /** @type {ServiceName[]} */ (['kafka', 'postgres', 'redis'].filter((name) => lines.includes(name)));
}

/** Starts them and waits until they are healthy. Docker's own words go to stderr. @param {readonly ServiceName[]} names @param {Ports} ports @param {string} password @returns {Promise<boolean>} */
export async function upInDocker(names, ports, password) {
  const args = [...compose, 'up', '-d', '--wait', ...names];
  const options = { env: environment(ports, password), timeoutMs: upMs };
  return (await run('docker', args, { ...options, stdio: ['ignore', 2, 2] })) === 0;
}

/** Stops them and removes their containers; their volumes stay. @param {readonly ServiceName[]} names */
export async function downInDocker(names) {
  const args = [...compose, 'rm', '--stop', '--force', ...names];
  return (await run('docker', args, { stdio: ['ignore', 2, 2] })) === 0;
}

/** @param {readonly ServiceName[]} names @param {number} lines */
export async function logsInDocker(names, lines) {
  return run('docker', [...compose, 'logs', '--no-color', '--tail', String(lines), ...names]);
}
