import { expect, test } from 'vitest';
import type { RedriveReport } from '../../../../backend/domain/dead-letters.ts';
import { redriveWords } from './redrive-words.ts';

const report = (patch: Partial<RedriveReport>): RedriveReport => ({
  dryRun: true,
  checked: 3,
  valid: 3,
  alreadyStored: 0,
  refusedBefore: 0,
  stillBad: 0,
  stillBadRows: [],
  sent: 0,
  ...patch,
});

test('a dry run says how many would be accepted, and what of the others', () => {
  expect(redriveWords(report({}))).toEqual({ state: 'ok', words: 'Dry run: 3 of 3 would be accepted' });
  expect(redriveWords(report({ valid: 2, stillBad: 1, alreadyStored: 1, refusedBefore: 1 }))).toEqual({
    state: 'warn',
    words:
      'Dry run: 2 of 3 would be accepted; 1 still bad; 1 stored already, dropped as duplicates; 1 refused by PostgreSQL before, tried again',
  });
  expect(redriveWords(report({ checked: 1, valid: 0, stillBad: 1 })).words).toBe('Dry run: would be refused again');
  expect(redriveWords(report({ valid: 0, stillBad: 3 })).state).toBe('error');
  expect(redriveWords(report({ checked: 0, valid: 0 })).words).toBe('Nothing waits any more');
});

test('a sending says how many were sent and how many stay', () => {
  expect(redriveWords(report({ dryRun: false, valid: 2, stillBad: 1, sent: 2 })).words).toBe(
    '2 sent again, 1 still bad and kept',
  );
});
