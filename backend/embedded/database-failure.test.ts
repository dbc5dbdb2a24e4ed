import { describe, expect, it } from 'vitest';
import { explainFailure, wordsOf } from './database-failure.ts';

const folder = '/data/reelmetrics';

describe('what the embedded database says at its end', () => {
  it.each([
    [
      'could not write to log file "000000010000000000000003" at offset 0, length 8192: No space left on device',
      'disk_full',
      'with-room',
    ],
    ['ENOSPC: no space left on device', 'disk_full', 'with-room'],
    ['could not extend file "base/5/16715": Disk quota exceeded', 'disk_full', 'with-room'],
    ['could not open file "pg_wal/00000001": Read-only file system', 'data_folder_unusable', 'when-writable'],
    ['could not open file "global/pg_control": Permission denied', 'data_folder_unusable', 'when-writable'],
    ['could not open file "global/pg_control": No such file or directory', 'data_damaged', 'never'],
    ['incorrect checksum in control file', 'data_damaged', 'never'],
    ['could not locate a valid checkpoint record at 0/DD3620', 'data_damaged', 'never'],
    ['invalid page in block 0 of relation "base/5/1259"', 'data_damaged', 'never'],
    ['could not access status of transaction 753. Could not open file "pg_xact/0000"', 'data_damaged', 'never'],
    ['database files are incompatible with server', 'data_damaged', 'never'],
    ['could not access the server configuration file "/pglite/data/postgresql.conf"', 'data_damaged', 'never'],
    ['it has not answered for 10 s', 'database_failed', 'soon'],
    ['memory access out of bounds', 'database_failed', 'soon'],
  ])('%s: %s, back %s', (words, code, comesBack) => {
    const failure = explainFailure(words, folder);
    expect(failure).toMatchObject({ code, comesBack });
    expect(failure.reason).toContain(code === 'disk_full' ? 'full' : words);
    expect(failure.hint.length).toBeGreaterThan(10);
  });

  it('is words also when its file system throws what is no Error', () => {
    expect(wordsOf({ name: 'ErrnoError', errno: 51 })).toBe('ENOSPC: no space left on device');
    expect(wordsOf({ name: 'ErrnoError', errno: 999 })).toBe('file system error 999');
    expect(wordsOf(new Error('trap'))).toBe('trap');
  });
});
