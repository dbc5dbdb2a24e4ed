import { describe, expect, it } from 'vitest';
import { refusedSwitch } from './switches.ts';

const given =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name);
const user = { packaged: true, root: false };

describe('switches of Chromium', () => {
  it.each([
    'remote-debugging-port',
    'remote-debugging-pipe',
    'disable-seccomp-filter-sandbox',
    'no-sandbox',
    'js-flags',
  ])('that weaken the packed program are refused: %s', (name) => {
    expect(refusedSwitch(given('lang', name), user)).toBe(name);
  });

  it('that do no harm are left alone', () => {
    expect(refusedSwitch(given('lang', 'force-device-scale-factor', 'ozone-platform'), user)).toBeNull();
  });

  it('leave root its only way to run, and developers theirs', () => {
    expect(refusedSwitch(given('no-sandbox'), { packaged: true, root: true })).toBeNull();
    expect(refusedSwitch(given('remote-debugging-port'), { packaged: false, root: false })).toBeNull();
  });
});
