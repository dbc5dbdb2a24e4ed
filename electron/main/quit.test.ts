import { expect, it } from 'vitest';
import { ReleaseStack } from '../../backend/lib/release-stack.ts';
import { silentLogger } from '../../backend/ports/logger.ts';
import { createQuit } from './quit.ts';

function setUp(limitMs = 1000) {
  const release = new ReleaseStack();
  const exits: number[] = [];
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  return {
    release,
    exits,
    errors,
    quit: createQuit({ release, exit: (code) => void exits.push(code), logger, limitMs }),
  };
}

it('releases in reverse order, then exits once, however often it is asked', async () => {
  const { release, exits, quit } = setUp();
  const order: string[] = [];
  release.push('window', () => order.push('window'));
  release.push('runtime', async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('runtime');
  });
  await Promise.all([quit(0), quit(1), quit(0)]);
  await quit(0);
  expect(order).toEqual(['runtime', 'window']);
  expect(exits).toEqual([0]);
});

it('leaves after the limit although something hangs, and says so', async () => {
  const { release, exits, errors, quit } = setUp(30);
  release.push('runtime', () => new Promise(() => undefined));
  void quit(0);
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(exits).toEqual([1]);
  expect(errors).toEqual(['quit takes too long, leaving now']);
});

it('exits with a failure when a release fails, after releasing the rest', async () => {
  const { release, exits, errors, quit } = setUp();
  let released = false;
  release.push('window', () => {
    released = true;
  });
  release.push('runtime', () => Promise.reject(new Error('disk gone')));
  await quit(0);
  expect({ released, exits, errors }).toEqual({ released: true, exits: [1], errors: ['release failed'] });
});
