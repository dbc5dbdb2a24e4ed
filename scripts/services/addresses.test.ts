import { describe, expect, it } from 'vitest';
import { addressesIn, defaultPorts, environmentOf, portsFrom } from './addresses.mjs';

describe('the addresses of the services', () => {
  it('are those of the profile "Local services" unless an offset is given', () => {
    expect(portsFrom(0)).toEqual(defaultPorts);
    expect(portsFrom(10_000)).toEqual({ kafka: 19_092, controller: 19_093, postgres: 15_432, redis: 16_379 });
    expect(environmentOf(defaultPorts, 'reelmetrics')).toEqual({
      KAFKA_BROKERS: '127.0.0.1:9092',
      DATABASE_URL: 'postgres://reelmetrics:reelmetrics@127.0.0.1:5432/reelmetrics',
      REDIS_URL: 'redis://127.0.0.1:6379',
    });
  });

  it.each([-1, 0.5, Number.NaN, 60_000])('have no offset %s', (offset) => {
    expect(() => portsFrom(offset)).toThrow(/whole number from 0 to 56442/);
  });

  it('are found again in what is printed, whatever the password', () => {
    const { DATABASE_URL } = environmentOf(defaultPorts, 'p@ss/wörd:1');
    expect(decodeURIComponent(new URL(DATABASE_URL).password)).toBe('p@ss/wörd:1');
    expect(addressesIn('postgres', DATABASE_URL)).toEqual([{ host: '127.0.0.1', port: 5432 }]);
  });

  it('are read from variables of other services', () => {
    expect(addressesIn('kafka', 'a.example:9092, [::1]:9093')).toEqual([
      { host: 'a.example', port: 9092 },
      { host: '::1', port: 9093 },
    ]);
    expect(addressesIn('postgres', 'postgresql://u@[::1]/d')).toEqual([{ host: '::1', port: 5432 }]);
    expect(addressesIn('redis', 'rediss://cache.example')).toEqual([{ host: 'cache.example', port: 6379 }]);
  });

  it.each([
    ['kafka', 'broker', 'KAFKA_BROKERS'],
    ['kafka', 'http://broker:9092', 'KAFKA_BROKERS'],
    ['postgres', 'mysql://u:hidden@host/d', 'DATABASE_URL'],
    ['postgres', 'hidden', 'DATABASE_URL'],
    ['redis', 'host:6379', 'REDIS_URL'],
  ] as const)('of %s are refused when they are %s, by the name of the variable alone', (name, value, variable) => {
    expect(() => addressesIn(name, value)).toThrow(variable);
    expect(() => addressesIn(name, value)).not.toThrow('hidden');
  });
});
