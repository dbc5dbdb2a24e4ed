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
