import { describe, expect, it } from 'vitest';
import { hostName, isLoopback, networkOf, parseAddress } from './addresses.ts';

describe('addresses', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.1:8001', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:7F00:1', '127.0.0.1'],
    ['0:0:0:0:0:ffff:7f00:0001', '127.0.0.1'],
    ['[::ffff:10.1.2.3]:443', '10.1.2.3'],
    ['[::1]', '::1'],
    ['[0:0:0:0:0:0:0:1]:8001', '::1'],
    ['2001:DB8:0:0::0001', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    [' 203.0.113.7 ', '203.0.113.7'],
  ])('%s is %s', (written, text) => {
    expect(parseAddress(written)?.text).toBe(text);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.1',
    '256.0.0.1',
    '1.2.3.4.5',
    '[::1',
    '::1]',
    ':::',
    '::1%',
    '_hidden',
    'unknown',
  ])('"%s" is none', (written) => {
    expect(parseAddress(written)).toBeNull();
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:bbbb:cccc:dddd:eeee', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:5000', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
  ])('%s is counted as %s', (written, network) => {
    expect(networkOf(written)).toBe(network);
  });

  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::1%lo',
    'localhost',
    'LOCALHOST',
    'localhost.',
  ])('%s is this computer only', (address) => {
    expect(isLoopback(address)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', 'localhost.example', '127.0.0.1.example', '', '127.1'])(
    '"%s" is not this computer only',
    (address) => {
      expect(isLoopback(address)).toBe(false);
    },
  );

  it.each([
    ['Reel.Example.', 'reel.example'],
    ['reel.example:8001', 'reel.example'],
    ['LOCALHOST:1', 'localhost'],
    ['127.0.0.1.', '127.0.0.1'],
    ['[0:0::1]:8001', '::1'],
  ])('%s is the host %s', (written, name) => {
    expect(hostName(written)).toBe(name);
  });

  it.each(['', '.', 'a..b', 'a b', 'a/b', 'http://a', 'a:b', 'user@host', '[x]'])('"%s" is no host', (written) => {
    expect(hostName(written)).toBeNull();
  });
});
