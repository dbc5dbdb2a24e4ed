import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultPorts } from './addresses.mjs';
import { kafkaProperties, kafkaVersion } from './kafka.mjs';
import { postgresSettings } from './postgres.mjs';
import { redisCommand } from './redis.mjs';

const repository = join(import.meta.dirname, '..', '..');
const file = await readFile(join(repository, 'docker-compose.yml'), 'utf8');

describe('docker-compose.yml', () => {
  it('has the ports and the Kafka of the services without Docker', () => {
    expect(file).toContain(`image: apache/kafka:${kafkaVersion}\n`);
    const published = [...file.matchAll(/- "(\S+?):\$\{REELMETRICS_(\w+)_PORT:-(\d+)\}/g)].map((match) =>
      match.slice(1),
    );
    expect(published).toEqual([
      ['127.0.0.1', 'KAFKA', String(defaultPorts.kafka)],
      ['127.0.0.1', 'POSTGRES', String(defaultPorts.postgres)],
      ['127.0.0.1', 'REDIS', String(defaultPorts.redis)],
    ]);
    // And the gateway's.
    expect(file.match(/^ {4}ports:$/gm)).toHaveLength(published.length + 1);
    expect(file.match(/- "(?!127\.0\.0\.1:)\S+:\d+"/g)).toBeNull();
  });

  it('sets the services up as they are without Docker', () => {
    const places = ['log.dirs', 'listeners', 'advertised.listeners', 'controller.quorum.voters'];
    for (const line of kafkaProperties(defaultPorts, '/data').trimEnd().split('\n')) {
      const [name = '', value = ''] = line.split(/=(.*)/);
      const variable = `KAFKA_${name.toUpperCase().replaceAll('.', '_')}: `;
      if (places.includes(name)) expect(file).toContain(`      ${variable}`);
      else expect(file.replaceAll('"', '')).toContain(`      ${variable}${value}\n`);
    }
    for (const [name, value] of Object.entries(postgresSettings)) expect(file).toContain(` -c ${name}=${value}`);
    const { args } = redisCommand({ port: 0, program: 'redis-server' });
    const shared = args.join(' ').replace(/^--bind \S+ --port \S+ --save {2}/, '');
    expect(file).toContain(`command: redis-server --save '' ${shared}\n`);
  });
});

describe('the check of docker-compose.yml', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reelmetrics-compose-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function check(text: string): Promise<{ code: number; output: string }> {
    const path = join(folder, 'docker-compose.yml');
    await writeFile(path, text);
    return new Promise((resolve) => {
      execFile(process.execPath, [join(repository, 'scripts', 'compose.mjs'), path], (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
      });
    });
  }

  it('accepts ours', async () => {
    expect(await check(file)).toMatchObject({ code: 0 });
  });

  it.each([
    ['a key that the specification does not know', 'mem_limit: 2g', 'memory_limit: 2g', 'additional properties'],
    ['a value of another type', 'restart: unless-stopped', 'restart: [always]', 'must be'],
    ['a port that other machines reach', '"127.0.0.1:$', '"$', 'no-unbound-port-interfaces'],
    ['an image without a version', 'redis:8', 'redis', 'explicit-tag'],
    ['what is no YAML', 'services:', 'services: [', 'Invalid YAML'],
  ])('refuses %s', async (_what, right, wrong, reason) => {
    const { code, output } = await check(file.replace(right, wrong));
    expect(code).toBe(1);
    expect(output).toContain(reason);
  });
});
