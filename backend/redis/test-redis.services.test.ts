import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RedisSettings } from '../settings/profile.ts';
import { freePort, OwnRedis } from '../testing/own-redis.ts';
import { openReady } from '../testing/redis-fixture.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import { testRedis } from './test-redis.ts';

let server: OwnRedis;

beforeEach(async () => {
  server = await OwnRedis.prepare();
});
afterEach(() => server.remove());

const withTls = (settings: RedisSettings, ca: string | null = null) => ({ ...settings, tls: { enabled: true, ca } });

it('tells version, role and database of a server that can be used, and leaves nothing behind', async () => {
  await server.start();
  const result = await testRedis({ ...server.settings, database: 3 }, null);
  expect(result.version).toMatch(/^\d+\.\d+/);
  expect(result.detail).toBe(`Redis ${result.version}, primary, database 3.`);
  expect(result.tookMs).toBeLessThan(2_000);
  expect(await server.use((client) => client.call('INFO', 'keyspace'))).not.toContain('db3');
});

it('tells what a limit on memory means', async () => {
  await server.start('--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru');
  expect((await testRedis(server.settings, null)).detail).toContain(
    'limited to 64 MiB and it evicts keys (allkeys-lru)',
  );
  await server.use((client) => client.config('SET', 'maxmemory-policy', 'noeviction'));
  expect((await testRedis(server.settings, null)).detail).toContain('it evicts nothing');
});

it('names a host that is not known, and a port that nobody listens on', async () => {
  const nowhere = testRedis({ ...server.settings, host: 'no-such-host.invalid' }, null);
  await expect(nowhere).rejects.toMatchObject({ code: 'redis_down', message: expect.stringMatching(/host/) });
  await expect(testRedis(server.settings, null)).rejects.toMatchObject({
    message: `Redis at 127.0.0.1:${server.port}: nothing listens there.`,
    hint: expect.stringContaining('Start Redis'),
  });
});

it('names a missing, a wrong and an unneeded password, and a user without the right', async () => {
  await server.start('--requirepass', 'right');
  const refused = { code: 'redis_refused', hint: expect.any(String) };
  await expect(testRedis(server.settings, null)).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('it wants a password'),
  });
  await expect(testRedis(server.settings, 'wrong')).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('password is wrong'),
  });
  expect((await testRedis(server.settings, 'right')).detail).toContain('primary');
  const user = { ...server.settings, username: 'reader' };
  const { Redis } = await import('ioredis');
  const admin = new Redis({ host: '127.0.0.1', port: server.port, password: 'right' });
  await admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~other:*', '+@all');
  await expect(testRedis(user, 'secret')).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining('its user may not do this'),
  });
  const rights = '+@hash +@sortedset +unlink +expire +eval +evalsha +info +ping +select'.split(' ');
  await admin.call('ACL', 'SETUSER', 'reader', 'resetkeys', '~test:*', '-@all', ...rights);
  expect((await testRedis(user, 'secret')).detail).toContain('primary');
  const connection = await openReady(user, { password: 'secret' });
  await connection.readModel.endBuild('2026-11-22', await connection.readModel.beginBuild('2026-11-22'));
  expect((await connection.readModel.days('2026-11-22'))?.version).toBe(0);
  await connection.answers.set('2026-11-22', 'a', { value: 1, version: 1, asOf: 0 });
  expect((await connection.answers.get('2026-11-22', 'a'))?.value).toBe(1);
  await connection.close();
  await admin.config('SET', 'requirepass', '');
  admin.disconnect();
  expect((await testRedis(server.settings, 'right')).detail).toContain('wants no password');
});

const commands =
  'evalsha eval info hmget hget hset hincrby hlen hvals hgetall zadd zrem zrange zcard expire unlink'.split(' ');

it.each(commands)('names a user without the right to %s', async (command) => {
  await server.start();
  await server.use((client) =>
    client.call('ACL', 'SETUSER', 'box', 'on', '>secret', '~test:*', '+@all', `-${command}`),
  );
  await expect(testRedis({ ...server.settings, username: 'box' }, 'secret')).rejects.toMatchObject({
    code: 'redis_refused',
    message: expect.stringMatching(/its user may not do this \([^:]*\)\.$/),
    hint: expect.stringContaining('+unlink +expire +eval +evalsha +info'),
  });
});

it('names a prefix that the user may not use', async () => {
  await server.start();
  await server.use((client) => client.call('ACL', 'SETUSER', 'box', 'on', '>secret', '~other:*', '+@all'));
  await expect(testRedis({ ...server.settings, username: 'box' }, 'secret')).rejects.toMatchObject({
    message: expect.stringMatching(/may not do this .*keys?/),
  });
});

it.each(['EVALSHA', 'EVAL', 'HSET', 'INFO', 'UNLINK'])(
  'names the command %s that the server has not',
  async (command) => {
    await server.start('--rename-command', command, '');
    const refused = testRedis(server.settings, null);
    await expect(refused).rejects.toMatchObject({
      code: 'redis_refused',
      message: expect.stringContaining('renamed or disabled'),
      hint: expect.stringContaining('EVALSHA'),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringMatching(/[0-9a-f]{40}|user_script/) });
  },
);

it('names a database number that does not exist', async () => {
  await server.start('--databases', '4');
  await expect(testRedis({ ...server.settings, database: 9 }, null)).rejects.toMatchObject({
    code: 'redis_refused',
    message: expect.stringContaining('DB index is out of range'),
  });
});

it('names a read-only replica', async () => {
  await server.start('--replicaof', '127.0.0.1', String(await freePort()));
  await expect(testRedis(server.settings, null)).rejects.toMatchObject({
    message: expect.stringContaining('read-only replica'),
    hint: expect.stringContaining('primary'),
  });
});

it('names a server that is too old', async () => {
  const old = createServer((socket) =>
    socket.on('data', () => socket.write('$37\r\nredis_version:6.2.14\r\nrole:master\r\n....\r\n')),
  ).listen(0, '127.0.0.1');
  await once(old, 'listening');
  const { port } = old.address() as { port: number };
  await expect(testRedis({ ...server.settings, port }, null)).rejects.toMatchObject({
    message: expect.stringContaining('older than Redis 7'),
  });
  old.close();
});

it('gives up on a server that keeps silent within 5 s', async () => {
  await server.start();
  const proxy = await TcpProxy.open(server.port);
  proxy.stall();
  const started = performance.now();
  await expect(testRedis({ ...server.settings, port: proxy.port }, null)).rejects.toMatchObject({
    code: 'redis_down',
    message: expect.stringContaining('does not answer in time'),
  });
  expect(performance.now() - started).toBeLessThan(5_000);
  await proxy.close();
});

it('speaks TLS with a server whose certificate it can verify, and names what is wrong with any other', async () => {
  const inFolder = (name: string) => join(server.folder, name);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', inFolder('key.pem'), '-out', inFolder('cert.pem')],
    ],
    { stdio: 'ignore' },
  );
  const tlsPort = await freePort();
  await server.start(
    ...['--tls-port', String(tlsPort), '--tls-cert-file', inFolder('cert.pem'), '--tls-key-file', inFolder('key.pem')],
    ...['--tls-auth-clients', 'no'],
  );
  const secure = { ...server.settings, port: tlsPort };
  const ca = readFileSync(inFolder('cert.pem'), 'utf8');
  expect((await testRedis(withTls(secure, ca), null)).detail).toContain('primary');
  await expect(testRedis(withTls(secure), null)).rejects.toMatchObject({
    message: expect.stringContaining('certificate is signed by itself'),
    hint: expect.stringContaining('certificate of the authority'),
  });
  await expect(testRedis(withTls(server.settings), null)).rejects.toMatchObject({
    message: expect.stringContaining('does not answer in time'),
    hint: expect.stringContaining('TLS'),
  });
  await expect(testRedis(secure, null)).rejects.toMatchObject({
    code: 'redis_down',
    hint: expect.stringContaining('TLS'),
  });
});
