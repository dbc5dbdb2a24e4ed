import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('a program that was started where no package.json is above it has its log all the same', async () => {
  const module = pathToFileURL(join(import.meta.dirname, 'log.ts')).href;
  const program = `
    import { openLog } from ${JSON.stringify(module)};
    const { logger } = openLog(${JSON.stringify(join(folder, 'logs'))});
    logger.info('started', { offset: 12n });
    logger.warn('disk nearly full');`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
  });
  expect(await readFile(join(folder, 'logs', 'main.log'), 'utf8')).toMatch(
    /info started \{"offset":"12"\}\n.* warn disk nearly full\n/,
  );
  expect(stderr).toMatch(/^warn: .*disk nearly full\n$/);
});
