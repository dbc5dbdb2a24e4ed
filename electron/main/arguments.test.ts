import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

const parse = (...words: string[]) => parseArguments(['/opt/electron', ...words], '/home/ann');

function argumentsOf(...words: string[]) {
  const parsed = parse(...words);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe('arguments', () => {
  it('reads a diagnostic run and takes relative paths from the folder of the user', () => {
    expect(
      argumentsOf(
        '.',
        '--smoke',
        '20',
        '--rate',
        '200',
        '--report',
        'r.json',
        '--screenshot',
        '/tmp/s.png',
        '--data-dir',
        'd',
      ),
    ).toEqual({
      smoke: { seconds: 20, rate: 200, report: '/home/ann/r.json', screenshot: '/tmp/s.png' },
      dataDir: '/home/ann/d',
      profile: 'embedded',
      devtools: false,
    });
  });

  it('starts plainly without arguments, packed and unpacked', () => {
    const plain = { smoke: null, dataDir: null, profile: null, devtools: false };
    expect(argumentsOf()).toEqual(plain);
    expect(argumentsOf('/repo')).toEqual(plain);
  });

  it('passes over the switches and words of Chromium and of test drivers, and over "--"', () => {
    const value = argumentsOf(
      '--no-sandbox',
      '--inspect=0',
      '-r',
      '/x/loader.js',
      '--user-data-dir=/tmp/u',
      '.',
      '--',
      '--smoke=5',
      '--disable-gpu',
    );
    expect(value.smoke).toEqual({ seconds: 5, rate: 50, report: null, screenshot: null });
  });

  it('accepts a path that begins with one dash or holds an equals sign', () => {
    expect(argumentsOf('--data-dir', '-odd').dataDir).toBe('/home/ann/-odd');
    expect(argumentsOf('--data-dir=a=b').dataDir).toBe('/home/ann/a=b');
  });

  it.each([
    [['--smoke'], '--smoke wants a value'],
    [['--smoke', '--rate', '5'], '--smoke wants a value'],
    [['--smoke', 'soon'], '--smoke soon: a number of seconds from 1 to 86400 is wanted'],
    [['--smoke', '0'], '--smoke 0: a number of seconds'],
    [['--smoke', '5', '--rate', '5001'], '--rate 5001: a number of events per second from 0.1 to 5000'],
    [['--smoke', '5', '--rate', '1e3'], '--rate 1e3'],
    [['--smoke', '5', '--smoke', '6'], '--smoke is given twice'],
    [['--report', 'r.json'], '--report belongs to a diagnostic run'],
    [['--data-dir='], '--data-dir wants a value'],
    [
      ['--profile', 'Not an id'],
      '--profile Not an id: wanted is "embedded", "local", or the id of a profile in Settings',
    ],
  ])('refuses %j and says why', (words, message) => {
    const parsed = parse(...words);
    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? '' : parsed.message).toContain(message);
  });
});
