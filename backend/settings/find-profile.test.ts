import { describe, expect, it } from 'vitest';
import { findProfile } from './find-profile.ts';

describe('the passwords of the local services', () => {
  const url = 'postgres://reelmetrics@postgres:5432/reelmetrics';
  const postgresOf = async (env: NodeJS.ProcessEnv) => (await findProfile('local', env)).secrets.postgres;

  it('may stand in a variable of their own, where no character needs escaping', async () => {
    const password = 'p@ss/w#rd?%41';
    expect(await postgresOf({ REELMETRICS_DATABASE_URL: url, REELMETRICS_POSTGRES_PASSWORD: password })).toBe(password);
    expect(await postgresOf({ REELMETRICS_POSTGRES_PASSWORD: password })).toBe(password);
    const redis = { REELMETRICS_REDIS_URL: 'redis://redis:6379', REELMETRICS_REDIS_PASSWORD: password };
    expect((await findProfile('local', redis)).secrets.redis).toBe(password);
  });

  it('of a URL come first, and without any the built-in one counts', async () => {
    const withPassword = url.replace('@', ':in-the-url@');
    const env = { REELMETRICS_DATABASE_URL: withPassword, REELMETRICS_POSTGRES_PASSWORD: 'apart' };
    expect(await postgresOf(env)).toBe('in-the-url');
    expect(await postgresOf({})).toBe('reelmetrics');
    expect(await postgresOf({ REELMETRICS_DATABASE_URL: url })).toBeNull();
  });
});
