import type { RedriveReport } from '../../../../backend/domain/dead-letters.ts';
import type { StateName } from '../../ui/state-chip.tsx';
import { countWords } from '../../ui/time-words.ts';

/** What a dry run, or a sending, has come to. */
export function redriveWords(report: RedriveReport): { readonly state: StateName; readonly words: string } {
  const { checked, valid, alreadyStored, refusedBefore, stillBad, sent, dryRun } = report;
  if (checked === 0) return { state: 'idle', words: 'Nothing waits any more' };
  if (!dryRun) {
    const left = stillBad === 0 ? '' : `, ${countWords(stillBad)} still bad and kept`;
    return { state: 'ok', words: `${countWords(sent)} sent again${left}` };
  }
  if (valid === 0) {
    return {
      state: 'error',
      words:
        checked === 1
          ? 'Dry run: would be refused again'
          : `Dry run: all ${countWords(checked)} would be refused again`,
    };
  }
  const extra = [
    stillBad === 0 ? '' : `${countWords(stillBad)} still bad`,
    alreadyStored === 0 ? '' : `${countWords(alreadyStored)} stored already, dropped as duplicates`,
    refusedBefore === 0 ? '' : `${countWords(refusedBefore)} refused by PostgreSQL before, tried again`,
  ].filter((part) => part !== '');
  const what = checked === 1 ? 'would be accepted' : `${countWords(valid)} of ${countWords(checked)} would be accepted`;
  return { state: stillBad === 0 ? 'ok' : 'warn', words: `Dry run: ${[what, ...extra].join('; ')}` };
}
