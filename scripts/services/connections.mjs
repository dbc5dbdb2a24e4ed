import { connect, createServer } from 'node:net';
import { databaseName, host } from './addresses.mjs';

/** Whether something accepts connections there. @param {{ host: string, port: number }} address @param {number} [timeoutMs] @returns {Promise<boolean>} */
export async function accepts(address, timeoutMs = 3000) {
  return (await exchange(address, null, timeoutMs)) !== null;
}

/**
 * Asks each service a first question that it answers only once it serves: TCP alone is accepted by a PostgreSQL that still recovers.
 * @type {Readonly<Record<import('./addresses.mjs').ServiceName, (port: number) => Promise<boolean>>>}
 */
export const answers = {
  // ApiVersions, version 0, correlation 0, no client id.
  kafka: async (port) => (await ask(port, Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 0, 0xff, 0xff]))).length > 0,
  // The answer to a startup message is a demand for the password; an error while it cannot serve yet.
  postgres: async (port) => (await ask(port, startupMessage()))[0] === 'R'.charCodeAt(0),
  redis: async (port) => (await ask(port, Buffer.from('PING\r\n'))).toString('latin1').startsWith('+PONG'),
};

/** @param {number} port @param {Buffer} question */
async function ask(port, question) {
  return (await exchange({ host, port }, question, 2000)) ?? Buffer.alloc(0);
}

/** PostgreSQL's protocol 3.0: length, version, pairs of names and values. */
function startupMessage() {
  const words = Buffer.from(`user\0${databaseName}\0database\0${databaseName}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + words.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, words]);
}

/**
 * The first bytes of the answer; with no question, nothing once connected. Null: no connection, or no answer in time.
 * @param {{ host: string, port: number }} address @param {Buffer | null} question @param {number} timeoutMs
 * @returns {Promise<Buffer | null>}
 */
function exchange(address, question, timeoutMs) {
  return new Promise((resolve) => {
    const socket = connect(address);
    const end = (/** @type {Buffer | null} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.once('error', () => end(null));
    socket.once('close', () => end(null));
    socket.once('connect', () => (question === null ? end(Buffer.alloc(0)) : socket.write(question)));
    socket.once('data', end);
  });
}

/** Whether a server could listen there. @param {number} port @returns {Promise<boolean>} */
export function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Free ports, chosen at random. They lie below the range from which the system gives out ports to clients: else a client
 * that tries again and again to reach a stopped service would in time be given the service's own port, and keep it.
 * @returns {Promise<import('./addresses.mjs').Ports>}
 */
export async function freePorts() {
  /** @type {number[]} */
  const found = [];
  while (found.length < 4) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (!found.includes(port) && (await isFree(port))) found.push(port);
  }
  const [kafka = 0, controller = 0, postgres = 0, redis = 0] = found;
  return { kafka, controller, postgres, redis };
}
