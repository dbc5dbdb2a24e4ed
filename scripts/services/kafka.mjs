import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../lib/paths.mjs';
import { capture } from '../lib/run.mjs';
import { SetupError, say } from '../lib/say.mjs';
import { host } from './addresses.mjs';
import { MissingPartError } from './programs.mjs';

/** Pinned, as in docker-compose.yml: the client does not look at the oldest versions of requests that a broker speaks. */
export const kafkaVersion = '4.1.0';

/** Its log says warnings and errors, on stderr. */
const loggerVersion = '1.7.36';

/** Counts up when what is fetched changes, so that a folder made before is not used. */
const recipe = 1;

const jars = join(cacheFolder, `kafka-${kafkaVersion}-${recipe}`);

/** Whether Kafka lies ready in the cache. It is moved there whole. */
export const kafkaIsFetched = () => existsSync(jars);

/** Fetches Kafka's jars by their Maven coordinates, with whatever mirror and proxy Maven is set up for. @param {string} maven */
export async function fetchKafka(maven) {
  await mkdir(cacheFolder, { recursive: true });
  const work = await mkdtemp(join(cacheFolder, 'fetching-kafka-'));
  try {
    say(`fetching Kafka ${kafkaVersion} with Maven (45 MB)`);
    const project = join(work, 'pom.xml');
    await writeFile(project, pom());
    const folder = join(work, 'lib');
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    const { code, output } = await capture(maven, ['-B', '-q', '-C', '-f', project, ...goal], { cwd: work });
    if (code !== 0 || !existsSync(join(folder, `kafka_2.13-${kafkaVersion}.jar`))) {
      const reasons =
        output
          .match(/(?<=\[ERROR\] )\S.*/g)
          ?.slice(0, 2)
          .join('\n') ?? `exit code ${code}`;
      throw new MissingPartError(
        `Maven could not fetch org.apache.kafka:kafka_2.13:${kafkaVersion}: ${reasons}\n` +
          'Let Maven reach a repository (~/.m2/settings.xml names mirrors and proxies), or run the services in Docker.',
      );
    }
    // Another one may have been quicker: then its folder is as good as ours.
    await rename(folder, jars).catch((error) => {
      if (!kafkaIsFetched()) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function pom() {
  const dependency = (/** @type {string[]} */ [group, artifact, version]) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  return `<project><modelVersion>4.0.0</modelVersion>
<groupId>reelmetrics</groupId><artifactId>services</artifactId><version>1</version>
<dependencies>
${dependency(['org.apache.kafka', 'kafka_2.13', kafkaVersion])}
${dependency(['org.slf4j', 'slf4j-simple', loggerVersion])}
</dependencies></project>
`;
}

/** One process for both roles; topics are made by the program, with the partitions it wants. @param {import('./addresses.mjs').Ports} ports @param {string} data */
export function kafkaProperties(ports, data) {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${host}:${ports.controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${host}:${ports.kafka},CONTROLLER://${host}:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://${host}:${ports.kafka}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT',
    'log.dirs': data,
    // After a kill a broker is let in again only once its former session has ended: by default after 9 s.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/**
 * Writes the settings, and makes the folder of the data where there is none.
 * @param {{ folder: string, ports: import('./addresses.mjs').Ports, java: string }} options
 * @returns {Promise<import('./processes.mjs').Command>}
 */
export async function prepareKafka({ folder, ports, java }) {
  const data = join(folder, 'kafka');
  const settings = join(folder, 'kafka.properties');
  await writeFile(settings, kafkaProperties(ports, data));
  const classPath = ['-cp', join(jars, '*')];
  if (!existsSync(join(data, 'meta.properties'))) {
    const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', clusterId(), '-c', settings];
    const { code, output } = await capture(java, [...classPath, ...format], { cwd: folder });
    if (code !== 0) throw new SetupError(`Kafka could not make its folder ${data}:\n${output.trim().slice(-2000)}`);
  }
  const logger = ['defaultLogLevel=warn', 'showDateTime=true', "dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX"];
  return {
    program: java,
    args: [
      '-Xms256m',
      '-Xmx1g',
      '-XX:+ExitOnOutOfMemoryError',
      ...logger.map((setting) => `-Dorg.slf4j.simpleLogger.${setting}`),
      ...classPath,
      'kafka.Kafka',
      settings,
    ],
  };
}

/** 16 random bytes as Kafka writes them. It takes none that begins with a dash. @returns {string} */
function clusterId() {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}
