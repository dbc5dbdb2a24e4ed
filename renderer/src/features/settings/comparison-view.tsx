import type { Answer, Comparison, RankedTheater } from '../../../../backend/domain/question.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import { Amount } from '../../ui/amount.tsx';
import { Icon } from '../../ui/icon.tsx';
import { type StateName, stateLook } from '../../ui/state-chip.tsx';
import table from '../../ui/table.module.css';
import { countWords, preciseClockWords } from '../../ui/time-words.ts';
import classes from './settings.module.css';

interface VerdictWords {
  readonly state: StateName;
  readonly word: string;
  readonly sentence: string;
}

function verdictWords({ verdict, sql }: Comparison): VerdictWords {
  switch (verdict.kind) {
    case 'equal':
      return {
        state: 'ok',
        word: 'Equal',
        sentence: `All ${countWords(rowsOf(sql).length)} rows and the total agree to the cent.`,
      };
    case 'differs':
      return { state: 'error', word: 'Differs', sentence: verdict.differences.join(' ') };
    case 'not-comparable':
      return {
        state: 'old',
        word: 'Not comparable yet',
        sentence: `${verdict.behind} is behind by ${countWords(verdict.versions)}: a batch was on its way. Compare again.`,
      };
    case 'failed':
      return { state: 'error', word: 'Failed', sentence: `${verdict.backend} did not answer: ${verdict.reason}` };
    default:
      return verdict satisfies never;
  }
}

/** The asked question is the theatre leaderboard, so that is what both answers hold. */
function rowsOf(answer: Answer<unknown> | null): readonly RankedTheater[] {
  return (answer?.value ?? []) as readonly RankedTheater[];
}

/** Two answers side by side under their verdict. */
export function ComparisonView({ comparison }: { readonly comparison: Comparison }) {
  const { state, word, sentence } = verdictWords(comparison);
  const look = stateLook[state];
  return (
    <div className={classes.comparison}>
      <div className={classes.verdict} data-tone={look.tone} role="status">
        <Icon of={look.icon} size={20} />
        <strong>{word}</strong>
        <span data-selectable>{sentence}</span>
      </div>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Backend</th>
            <th scope="col">Source</th>
            <th scope="col" className={table.figure}>
              Time
            </th>
            <th scope="col" className={table.figure}>
              Version
            </th>
            <th scope="col" className={table.figure}>
              As of
            </th>
            <th scope="col" className={table.figure}>
              Rows
            </th>
            <th scope="col" className={table.figure} style={{ width: '22%' }}>
              Total
            </th>
          </tr>
        </thead>
        <tbody>
          <AnswerRow name="sql" answer={comparison.sql} />
          <AnswerRow name="materialized" answer={comparison.materialized} />
        </tbody>
      </table>
    </div>
  );
}

function AnswerRow({ name, answer }: { readonly name: string; readonly answer: Answer<unknown> | null }) {
  const zone = useConsole(zoneOf);
  if (answer === null) {
    return (
      <tr>
        <td className={table.name}>{name}</td>
        <td colSpan={6}>no answer</td>
      </tr>
    );
  }
  const rows = rowsOf(answer);
  return (
    <tr>
      <td className={table.name}>{name}</td>
      <td>{answer.source}</td>
      <td className={table.figure}>{answer.tookMs.toFixed(2)} ms</td>
      <td className={table.figure}>{countWords(answer.watermark.version)}</td>
      <td className={`${table.figure} ${table.mono}`}>{preciseClockWords(answer.watermark.asOf, zone)}</td>
      <td className={table.figure}>{countWords(rows.length)}</td>
      <td className={`${table.figure} ${table.strong}`}>
        <Amount cents={rows.reduce((sum, row) => sum + row.measures.grossCents, 0n)} />
      </td>
    </tr>
  );
}
