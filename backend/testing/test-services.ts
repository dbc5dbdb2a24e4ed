/** Where the services are that the suites `*.services.test.ts` run on: as `npm run services -- env` prints them. */
export interface TestServices {
  /** host:port, at least one. */
  readonly kafkaBrokers: readonly string[];
  /** A role that may create databases. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** Throws when one of them is missing: a suite that runs on services is never skipped. */
export function testServices(env: NodeJS.ProcessEnv = process.env): TestServices {
  const value = (name: string) => {
    const text = env[name];
    if (!text) {
      throw new Error(`${name} is not set. Run the suite with: npm test -- --only services`);
    }
    return text;
  };
  return {
    kafkaBrokers: value('KAFKA_BROKERS').split(','),
    databaseUrl: value('DATABASE_URL'),
    redisUrl: value('REDIS_URL'),
  };
}
