import { describe, expect, it } from 'vitest';
import { localServices } from './environment.ts';
import { localProfile, localSecrets } from './profile.ts';

describe('local services', () => {
  it('are the preset where the environment says nothing', () => {
    expect(localServices({})).toEqual({ profile: localProfile, secrets: localSecrets });
  });

  it('are where the environment says, passwords apart from the profile', () => {
    const { profile, secrets } = localServices({
      REELMETRICS_KAFKA_BROKERS: 'a:1, b:2',
      REELMETRICS_TOPIC: 'sales',
      REELMETRICS_GROUP: 'night',
      REELMETRICS_DATABASE_URL: 'postgres://me:p%40ss@db.example:6432/box?sslmode=require',
      REELMETRICS_REDIS_URL: 'rediss://:secret@[::1]:6380/3',
      REELMETRICS_KEY_PREFIX: 'x:',
    });
    expect(profile.kafka).toMatchObject({ brokers: ['a:1', 'b:2'], topic: 'sales', group: 'night' });
    expect(profile.postgres).toEqual({
      host: 'db.example',
      port: 6432,
      database: 'box',
      user: 'me',
      tls: { enabled: true, ca: null },
    });
    expect(profile.redis).toEqual({
      host: '::1',
      port: 6380,
      database: 3,
      username: null,
      keyPrefix: 'x:',
      tls: { enabled: true, ca: null },
    });
    expect(secrets).toEqual({ kafka: null, postgres: 'p@ss', redis: 'secret' });
    expect(JSON.stringify(profile)).not.toContain('p@ss');
  });

  it.each([
    [{ REELMETRICS_DATABASE_URL: 'mysql://x' }, 'REELMETRICS_DATABASE_URL'],
    [{ REELMETRICS_DATABASE_URL: 'not a url with pa55word' }, 'REELMETRICS_DATABASE_URL'],
    [{ REELMETRICS_KAFKA_BROKERS: 'nowhere' }, 'kafka.brokers'],
    [{ REELMETRICS_TOPIC: 'with space' }, 'kafka.topic'],
  ])('say which setting is wrong, and repeat no password: %o', (env, named) => {
    expect(() => localServices(env)).toThrow(expect.objectContaining({ code: 'bad_settings' }));
    expect(() => localServices(env)).toThrow(named);
    expect(() => localServices(env)).not.toThrow('pa55word');
  });
});

it('the preset allows invented sales only while it leads to this computer', () => {
  const simulation = (env: NodeJS.ProcessEnv) => localServices(env).profile.simulation;
  expect(simulation({})).toBe(true);
  expect(simulation({ REELMETRICS_KAFKA_BROKERS: '[::1]:9092,localhost:9093' })).toBe(true);
  expect(simulation({ REELMETRICS_KAFKA_BROKERS: '127.0.0.1:9092,kafka-1.example.com:9092' })).toBe(false);
  expect(simulation({ REELMETRICS_DATABASE_URL: 'postgres://u:p@db.example.com/reelmetrics' })).toBe(false);
});

describe('addresses of services in the environment', () => {
  const at = (url: string) => localServices({ REELMETRICS_DATABASE_URL: url });

  it.each([
    ['a % that begins no escape', 'postgres://box:pa55%@db.example:5432/box', 'password that begins no escape'],
    ['a % with letters', 'postgres://box:pa55%zz@db.example:5432/box', '%'],
    ['a % in the user', 'postgres://b%x:pa55@db.example/box', 'user'],
    ['# in a password', 'postgres://box:p@ss#pa55/rd@db.example:5432/box', 'not escaped'],
    ['? in a password', 'postgres://box:pa?55@db.example/box', 'not escaped'],
    ['/ in a password', 'postgres://box:pa/55@db.example/box', 'not escaped'],
    ['@ in a password', 'postgres://box:p@pa55@db.example/box', 'not escaped'],
    ['options', 'postgres://box:pa55@db.example:5432/box?options=-csearch_path%3Dbox', '"options"'],
    ['a parameter of another client', 'postgres://box:pa55@db.example/box?application_name=x', '"application_name"'],
    ['an sslmode that may go without', 'postgres://box:pa55@db.example/box?sslmode=prefer', 'sslmode'],
    ['an sslmode twice', 'postgres://box:pa55@db.example/box?sslmode=disable&sslmode=require', 'twice'],
    ['several hosts', 'postgres://box:pa55@a:5432,b:5432/box', 'several hosts'],
    ['a port too high', 'postgres://box:pa55@db.example:70000/box', 'port'],
    ['port 0', 'postgres://box:pa55@db.example:0/box', 'port'],
    ['an empty port', 'postgres://box:pa55@db.example:/box', 'port'],
    ['a unix socket', 'postgres://box:pa55@%2Fvar%2Frun/box', 'unix socket'],
    ['no host', 'postgres:///box?host=/tmp', 'no host'],
    ['IPv6 without brackets', 'postgres://box:pa55@::1:5432/box', 'host'],
    ['a scheme of another database', 'mysql://box:pa55@db.example/box', 'postgres://'],
    ['nothing', '', 'empty'],
    ['a blank', 'postgres://box:pa55 @db.example/box', 'blank'],
  ])('name the variable and what is wrong, never the password: %s', (_, url, words) => {
    expect(() => at(url)).toThrow(expect.objectContaining({ code: 'bad_settings', hint: expect.any(String) }));
    expect(() => at(url)).toThrow('REELMETRICS_DATABASE_URL');
    expect(() => at(url)).toThrow(words);
    expect(() => at(url)).not.toThrow(/pa55/);
  });

  it.each([
    ['redis://:pa%ss@redis.example:6379', '%'],
    ['redis://redis.example/one', 'number'],
    ['redis://redis.example?db=1', '"db"'],
    ['unix:///run/redis.sock', 'redis://'],
  ])('name what is wrong with the address of Redis: %s', (url, words) => {
    expect(() => localServices({ REELMETRICS_REDIS_URL: url })).toThrow('REELMETRICS_REDIS_URL');
    expect(() => localServices({ REELMETRICS_REDIS_URL: url })).toThrow(words);
  });

  it.each([
    ['postgres://box@[2001:db8::1]:6432/box', '2001:db8::1', 6432],
    ['postgresql://box@[::ffff:10.0.0.1]/box', '::ffff:10.0.0.1', 5432],
    ['postgres://10.0.0.1/box?sslmode=disable', '10.0.0.1', 5432],
    ['POSTGRES://Db.Example:1/box', 'Db.Example', 1],
  ])('are found at %s', (url, host, port) => {
    expect(at(url).profile.postgres).toMatchObject({ host, port, database: 'box' });
  });

  it('take every character of a password that is escaped', () => {
    expect(at('postgres://box:%25%23%3F%2F%40%3A@db.example/box').secrets.postgres).toBe('%#?/@:');
  });
});
