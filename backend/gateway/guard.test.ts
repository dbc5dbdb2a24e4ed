import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAddressGuard, createGuard, type Guard } from './guard.ts';
import { askedFrom, trustProxy } from './proxy.ts';

function statusOf(guard: Guard, host: string | undefined, origin?: string, localAddress = '127.0.0.1'): number {
  try {
    guard.check({ headers: { host, origin }, socket: { localAddress } } as unknown as IncomingMessage);
    return 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

describe('the guard', () => {
  const guard = createGuard(['0.0.0.0', 'Reel.Example.', 'FD00:0::7']);

  it.each([
    'localhost',
    'LocalHost:8001',
    'localhost.',
    '127.0.0.1:8001',
    '[::1]:8001',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]:1',
    'reel.example',
    'REEL.example.:443',
    '[fd00::7]:8001',
  ])('lets %s in', (host) => {
    expect(statusOf(guard, host)).toBe(200);
  });

  it('lets in the address that was connected to, in every form', () => {
    expect(statusOf(guard, '10.1.2.3:8001', undefined, '::ffff:10.1.2.3')).toBe(200);
    expect(statusOf(guard, '10.1.2.3:8001', undefined, '10.1.2.4')).toBe(421);
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'reel.example.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:8001',
    'localhost@evil.example',
    '[::2]',
    'localhost/..',
  ])('refuses %s', (host) => {
    expect(statusOf(guard, host)).toBe(421);
  });

  it.each([
    ['localhost:8001', 'http://localhost:8001'],
    ['localhost:8001', 'https://LOCALHOST:8001'],
    ['reel.example', 'https://reel.example'],
    ['reel.example.', 'https://reel.example'],
    ['reel.example:443', 'https://reel.example'],
    ['reel.example:80', 'http://reel.example'],
    ['[0:0::1]:8001', 'http://[::1]:8001'],
  ])('%s answers pages of %s', (host, origin) => {
    expect(statusOf(guard, host, origin)).toBe(200);
  });

  it.each([
    ['localhost:8001', 'null'],
    ['localhost:8001', 'http://localhost:8002'],
    ['localhost:8001', 'http://localhost'],
    ['localhost:8001', 'http://evil.example'],
    ['localhost:8001', 'http://localhost:8001@evil.example'],
    ['localhost:8001', 'file://'],
    ['localhost:8001', ''],
    ['reel.example', 'https://reel.example.evil.example'],
  ])('%s does not answer pages of "%s"', (host, origin) => {
    expect(statusOf(guard, host, origin)).toBe(403);
  });

  it('refuses names that are none when it is made', () => {
    for (const name of ['https://reel.example', 'a b', '']) expect(() => createGuard([name])).toThrow(/neither/);
  });

  it('of probes lets addresses in, and no names but localhost', () => {
    const probes = createAddressGuard();
    for (const host of ['10.1.2.3:9090', '[fd00::1]:9090', 'localhost:9090']) expect(statusOf(probes, host)).toBe(200);
    for (const host of ['evil.example:9090', undefined, 'reel.example']) expect(statusOf(probes, host)).toBe(421);
    expect(statusOf(probes, '10.1.2.3:9090', 'http://evil.example')).toBe(403);
  });
});

describe('the load balancer in front', () => {
  it.each([
    [['10.0.0.0/8'], '10.9.9.9'],
    [['10.0.0.0/8'], '::ffff:10.9.9.9'],
    [['192.0.2.0/24', '10.0.0.0/8'], '10.9.9.9'],
    [['192.0.2.0/24, 10.0.0.0/8'], '::FFFF:A09:909'],
    [['::ffff:10.0.0.0/104'], '10.9.9.9'],
    [['fd00::/8'], 'fd12::1%eth0'],
    [['[FD00::]/8'], 'fd12:0:0::1'],
  ])('in %s is believed at %s', (ranges, address) => {
    const trusts = trustProxy(ranges);
    expect([trusts(address, 0), trusts(address, 1)]).toEqual([true, false]);
  });

  it.each(['11.0.0.1', '::ffff:11.0.0.1', 'fd00::1', '', 'x'])('in 10.0.0.0/8 is not at "%s"', (address) => {
    expect(trustProxy(['10.0.0.0/8'])(address, 0)).toBe(false);
  });

  it.each([
    '',
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'x/8',
    '10.0.0.0/8,',
    '::ffff:10.0.0.0/8',
    'fd00::/129',
    '10.0.0.0:80/8',
  ])('is not "%s"', (range) => {
    expect(() => trustProxy([range])).toThrow(/range of addresses/);
  });

  it('tells who asks in any form, and is not believed where that is no address', () => {
    const socket = { remoteAddress: '::ffff:10.0.0.1' };
    expect(askedFrom({ ip: '[2001:DB8::5]:99', socket })).toEqual({ address: '2001:db8::5', network: '2001:db8::/64' });
    expect(askedFrom({ ip: '203.0.113.7:4711', socket }).network).toBe('203.0.113.7');
    expect(askedFrom({ ip: 'unknown', socket }).network).toBe('10.0.0.1');
  });
});
