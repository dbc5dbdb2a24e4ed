/** What `services` asks of Docker, on a stand-in for its program that notes what it is asked: an engine is seldom there. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..', '..');

/** `up` starts what is named and fails with 1 where there is a file `broken`; `rm` stops it. */
const docker = `#!/bin/sh
cd "$(dirname "$0")"
case "$*" in
  info*|'compose version'*) exit 0 ;;
  *' ps '*) cat running 2>/dev/null; exit 0 ;;
esac
echo "$REELMETRICS_POSTGRES_PORT $*" | sed "s# -f [^ ]*# #" >> asked
case "$*" in
  *' up '*) if [ -e broken ]; then exit 1; fi; echo "$*" | sed 's/.*--wait//' > running ;;
  *' rm '*) rm -f running ;;
esac
`;

/** A clone with only the scripts: the services' folder lies in it. */
let clone = '';
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'reelmetrics-docker-test-'));
  for (const name of ['scripts', 'docker-compose.yml', 'package.json']) {
    await cp(join(repository, name), join(clone, name), { recursive: true });
  }
  await writeFile(join(clone, 'docker'), docker, { mode: 0o755 });
});
afterEach(() => rm(clone, { recursive: true, force: true }));

function services(words: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
  const { KAFKA_BROKERS: _k, DATABASE_URL: _d, REDIS_URL: _r, INIT_CWD: _i, ...rest } = process.env;
  const PATH = [clone, process.env.PATH].join(delimiter);
  const args = [join(clone, 'scripts', 'services.mjs'), ...words.split(' ')];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: clone, env: { ...rest, PATH, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

const asked = async () => (await readFile(join(clone, 'asked'), 'utf8').catch(() => '')).trim().split('\n');

describe('services in Docker', () => {
  it('are started and waited for, told of, and removed', async () => {
    await services('up --port-offset 4000');
    expect(await asked()).toEqual(['9432 compose  up -d --wait kafka postgres redis']);
    expect((await services('env')).output).toBe(
      'KAFKA_BROKERS=127.0.0.1:13092\n' +
        'DATABASE_URL=postgres://reelmetrics:reelmetrics@127.0.0.1:9432/reelmetrics\n' +
        'REDIS_URL=redis://127.0.0.1:10379\n',
    );
    expect((await services('down')).code).toBe(0);
    expect((await asked()).at(-1)).toMatch(/compose {2}rm --stop --force kafka postgres redis$/);
    expect((await services('down')).output).toContain('nothing that up has started is running');
    expect(await services('env')).toMatchObject({ code: 1, output: expect.stringContaining('Kafka does not run') });
  });

  it('that somebody else has started are used, and not removed', async () => {
    await writeFile(join(clone, 'running'), 'kafka\npostgres\nredis\n');
    expect((await services('env')).code).toBe(0);
    await services('up');
    expect((await services('down')).output).toContain('nothing that up has started is running');
    expect(await asked()).toHaveLength(1);
  });

  it('are only those that the environment does not name', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const REDIS_URL = `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    await services('up', { REDIS_URL });
    expect((await asked()).at(-1)).toMatch(/--wait kafka postgres$/);
    expect((await services('env', { REDIS_URL })).output).toContain(`REDIS_URL=${REDIS_URL}\n`);
    server.close();
  });
});
