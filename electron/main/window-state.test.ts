import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../backend/ports/logger.ts';
import { fitBounds, readWindowState, writeWindowState } from './window-state.ts';

const laptop = { x: 0, y: 25, width: 1512, height: 945 };
const monitor = { x: 1512, y: 0, width: 2560, height: 1440 };

describe('window bounds', () => {
  it('are kept where they are on a display that is still there', () => {
    const bounds = { x: 1700, y: 100, width: 1440, height: 900 };
    expect(fitBounds(bounds, [laptop, monitor])).toEqual(bounds);
  });

  it('are forgotten when their display is gone', () => {
    expect(fitBounds({ x: 1700, y: 100, width: 1440, height: 900 }, [laptop])).toBeNull();
    expect(fitBounds({ x: 1450, y: 930, width: 1440, height: 900 }, [laptop])).toBeNull();
  });

  it('fit the display and keep the least size and the title bar in reach', () => {
    expect(fitBounds({ x: 10, y: -300, width: 4000, height: 3000 }, [laptop])).toEqual({
      x: 10,
      y: 25,
      width: 1512,
      height: 945,
    });
    expect(fitBounds({ x: 10, y: 30, width: 300, height: 200 }, [laptop])).toEqual({
      x: 10,
      y: 30,
      width: 960,
      height: 640,
    });
  });
});

describe('the window state file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reelmetrics-window-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'window-state.json');

  it('is read back as written, and leaves nothing beside it', () => {
    expect(readWindowState(file, silentLogger)).toBeNull();
    const state = { bounds: { x: 1, y: 2, width: 1000, height: 700 }, maximized: true };
    writeWindowState(file, state);
    expect(readWindowState(file, silentLogger)).toEqual(state);
    expect(readdirSync(folder)).toEqual(['window-state.json']);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"bounds":{"x":"0","y":0,"width":1,"height":1},"maximized":false}',
    '{"bounds":{"x":1e9,"y":0,"width":1,"height":1},"maximized":false}',
  ])('is passed over when it holds %j', (text) => {
    writeFileSync(file, text);
    expect(readWindowState(file, silentLogger)).toBeNull();
  });
});
