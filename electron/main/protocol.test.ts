import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../backend/ports/logger.ts';
import { assetOf, contentSecurityPolicy } from './assets.ts';
import { answer } from './protocol.ts';

const root = mkdtempSync(join(tmpdir(), 'reelmetrics-page-'));
const folder = join(root, 'renderer');

beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets', 'index-1.js'), 'export {};');
  writeFileSync(join(root, 'secret.html'), 'secret');
  mkdirSync(join(root, 'renderer-other'));
  writeFileSync(join(root, 'renderer-other', 'x.html'), 'secret');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const get = (url: string, method = 'GET') => answer({ method, url }, folder, silentLogger);

describe('the page protocol', () => {
  it('serves the page and its files with their types', async () => {
    const page = await get('app://reelmetrics/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toBe('<!doctype html>');
    const script = await get('app://reelmetrics/assets/index-1.js?v=1#x');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('sends the policy with every answer, errors included', async () => {
    for (const url of ['app://reelmetrics/', 'app://reelmetrics/missing.js', 'app://elsewhere/']) {
      const { headers } = await get(url);
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    }
  });

  it('answers reading methods only', async () => {
    expect((await get('app://reelmetrics/', 'POST')).status).toBe(405);
    expect(await (await get('app://reelmetrics/', 'HEAD')).text()).toBe('');
  });

  it.each([
    'app://reelmetrics/../secret.html',
    'app://reelmetrics/%2e%2e/secret.html',
    'app://reelmetrics/assets/..%2f..%2fsecret.html',
    'app://reelmetrics/..%5csecret.html',
    'app://reelmetrics/..%2frenderer-other/x.html',
    'app://reelmetrics//etc/hostname.html',
    'app://reelmetrics/index.html%00.js',
    'app://reelmetrics/%E0%A4%A',
    'app://reelmetrics.evil/index.html',
    'app://reelmetrics:80/index.html',
    'file:///index.html',
    'nonsense',
  ])('does not serve %s', async (url) => {
    expect((await get(url)).status).toBe(404);
  });

  it('never leaves its folder, whatever the path', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      '..%2f',
      '%5c',
      '%00',
      '/',
      'assets',
      'x.html',
      'C:',
      '%252e%252e',
      '~',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const asset = assetOf(`app://reelmetrics/${pieces.join('/')}.html`, folder);
        if (asset !== null)
          expect(asset.path.startsWith(`${folder}/`) && !asset.path.split('/').includes('..')).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
