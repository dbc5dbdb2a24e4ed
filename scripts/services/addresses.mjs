import { SetupError } from '../lib/say.mjs';

/**
 * Where the services are: ports, and the three variables that programs read. All on the loopback interface.
 * @typedef {'kafka' | 'postgres' | 'redis'} ServiceName
 * @typedef {object} Ports
 * @property {number} kafka
 * @property {number} controller Kafka's own, between its two roles in the one process.
 * @property {number} postgres
 * @property {number} redis
 * @typedef {'KAFKA_BROKERS' | 'DATABASE_URL' | 'REDIS_URL'} VariableName
 */

/** @type {readonly ServiceName[]} */
export const serviceNames = ['kafka', 'postgres', 'redis'];

/** As people read them. @type {Readonly<Record<ServiceName, string>>} */
export const titles = { kafka: 'Kafka', postgres: 'PostgreSQL', redis: 'Redis' };

/** @type {Readonly<Record<ServiceName, VariableName>>} */
export const variables = { kafka: 'KAFKA_BROKERS', postgres: 'DATABASE_URL', redis: 'REDIS_URL' };

export const host = '127.0.0.1';
/** The database, its owner, and by default the owner's password. */
export const databaseName = 'reelmetrics';

/** Those of docker-compose.yml and of the profile "Local services". @type {Readonly<Ports>} */
export const defaultPorts = { kafka: 9092, controller: 9093, postgres: 5432, redis: 6379 };

/** @param {number} offset @returns {Ports} */
export function portsFrom(offset) {
  const { kafka, controller, postgres, redis } = defaultPorts;
  const highest = Math.max(kafka, controller, postgres, redis);
  if (!Number.isInteger(offset) || offset < 0 || highest + offset > 65_535) {
    throw new SetupError(`--port-offset is a whole number from 0 to ${65_535 - highest}.`);
  }
  return {
    kafka: kafka + offset,
    controller: controller + offset,
    postgres: postgres + offset,
    redis: redis + offset,
  };
}

/** The password of the database, when one is made. */
export const chosenPassword = () => process.env.REELMETRICS_POSTGRES_PASSWORD || databaseName;

/** @param {Ports} ports @param {string} password @returns {Record<VariableName, string>} */
export function environmentOf(ports, password) {
  return {
    KAFKA_BROKERS: `${host}:${ports.kafka}`,
    DATABASE_URL: `postgres://${databaseName}:${encodeURIComponent(password)}@${host}:${ports.postgres}/${databaseName}`,
    REDIS_URL: `redis://${host}:${ports.redis}`,
  };
}

/**
 * Where the value of a variable leads: one address, for Kafka one or more.
 * Errors: SetupError that names the variable; the value may hold a password and is not repeated.
 * @param {ServiceName} name @param {string} value @returns {{ host: string, port: number }[]}
 */
export function addressesIn(name, value) {
  const variable = variables[name];
  if (name === 'kafka') {
    return value.split(',').map((broker) => {
      const [, hostname = '', port = ''] = /^\s*\[?([^\s/]+?)\]?:(\d+)\s*$/.exec(broker) ?? [];
      if (hostname === '') throw new SetupError(`${variable} is host:port, several with commas between them.`);
      return { host: hostname, port: Number(port) };
    });
  }
  const scheme = name === 'postgres' ? /^postgres(ql)?:$/ : /^rediss?:$/;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !scheme.test(url.protocol) || url.hostname === '') {
    throw new SetupError(`${variable} is ${name}://host:port, with a user, a password and a database where need be.`);
  }
  const port = Number(url.port) || defaultPorts[name];
  return [{ host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port }];
}
