import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLogger } from '../../backend/ports/logger.ts';
import { fatal } from './crash.ts';
import { openLog } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'reelmetrics-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = { version: '0.1.0' };
let stderr = '';

beforeEach(() => {
  stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

it('leaves a report with the chain of causes, tells the user, and exits with 1', () => {
  const told: string[] = [];
  const exits: number[] = [];
  const crashes = join(folder, 'crashes');
  const error = new Error('cannot go on', { cause: new Error('disk gone') });
  fatal(
    {
      folder: crashes,
      logger: silentLogger,
      program,
      tell: (_title, text) => void told.push(text),
      exit: (code) => void exits.push(code),
    },
    'uncaught exception',
    error,
  );
  const [name] = readdirSync(crashes);
  const report = JSON.parse(readFileSync(join(crashes, name ?? ''), 'utf8'));
  expect(report).toMatchObject({ kind: 'uncaught exception', program });
  expect(report.detail).toMatch(/cannot go on.*caused by.*disk gone/s);
  expect(told[0]).toContain('cannot go on');
  expect(stderr).toContain('ReelMetrics stopped: uncaught exception');
  expect(told[0]).toContain(crashes);
  expect(exits).toEqual([1]);
});

it('still tells and exits when the report cannot be written', () => {
  const file = join(folder, 'not-a-folder');
  writeFileSync(file, '');
  const told: string[] = [];
  const exits: number[] = [];
  fatal(
    {
      folder: file,
      logger: silentLogger,
      program,
      tell: (_title, text) => void told.push(text),
      exit: (code) => void exits.push(code),
    },
    'unhandled rejection',
    'just words',
  );
  expect(told[0]).toContain('no report file');
  expect(exits).toEqual([1]);
});

it('logs one line per message, bigints and errors included, and puts a file of 5 MB aside', () => {
  const logs = join(folder, 'logs');
  const { logger, file } = openLog(logs);
  logger.info('batch stored', { offset: 12n, events: 3 });
  logger.error('failed', { error: new Error('no') });
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('info batch stored {"offset":"12","events":3}');
  expect(text).toContain('Error: no');
  const long = 'x'.repeat(1024 * 1024);
  for (let index = 0; index < 7; index += 1) logger.info(long);
  expect(readdirSync(logs).sort()).toEqual(['main.log', 'main.old.log']);
});
