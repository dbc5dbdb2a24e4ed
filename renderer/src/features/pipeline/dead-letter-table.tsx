import { Button } from '@mantine/core';
import { type KeyboardEvent, useRef } from 'react';
import type { DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import { useSize } from '../../charts/use-size.ts';
import { zoneOf } from '../../store/business-days.ts';
import { useConsole } from '../../store/console-store.ts';
import tables from '../../ui/table.module.css';
import { clockWords, preciseClockWords } from '../../ui/time-words.ts';
import classes from './pipeline.module.css';

const rowHeight = 24;
const headHeight = 29;

interface DeadLetterTableProps {
  readonly rows: readonly DeadLetterRow[];
  readonly selectedId: string | null;
  readonly onSelect: (row: DeadLetterRow | null) => void;
  /** The pointer or the focus is in the list: its rows must not move. */
  readonly onPointed: (pointed: boolean) => void;
  readonly older?: { readonly loading: boolean; readonly load: () => void };
}

/** Up and down go from row to row, Enter opens, Escape closes. */
export function DeadLetterTable({ rows, selectedId, onSelect, onPointed, older }: DeadLetterTableProps) {
  const zone = useConsole(zoneOf);
  const [sizeRef, size] = useSize();
  const bodyRef = useRef<HTMLTableSectionElement>(null);
  const tabId = selectedId ?? rows[0]?.id ?? null;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const { target } = event;
    if (!(target instanceof HTMLTableRowElement)) return;
    const index = rows.findIndex(({ id }) => id === target.dataset.letter);
    if (event.key === 'Escape' && selectedId !== null) {
      event.stopPropagation();
      onSelect(null);
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onSelect(rows[index] ?? null);
      return;
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const next = rows[index + step];
    if (step === 0 || next === undefined) return;
    event.preventDefault();
    bodyRef.current?.querySelector<HTMLElement>(`[data-letter="${next.id}"]`)?.focus();
    if (selectedId !== null) onSelect(next);
  };

  // Cut between rows, never through one.
  const fitting = Math.max(1, Math.floor((size.height - headHeight) / rowHeight));
  return (
    <div className={classes.letterArea} ref={sizeRef}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notes that the pointer is over the rows. */}
      <div
        className={classes.letterScroll}
        style={{ maxHeight: headHeight + fitting * rowHeight }}
        onPointerEnter={() => onPointed(true)}
        onPointerLeave={() => onPointed(false)}
        onKeyDown={onKeyDown}
      >
        <table className={`${tables.table} ${tables.compact}`} aria-label="Dead letters">
          <thead>
            <tr>
              <th scope="col" className={classes.timeColumn}>
                Time
              </th>
              <th scope="col" className={classes.placeColumn}>
                Partition:offset
              </th>
              <th scope="col" className={classes.reasonColumn}>
                Reason
              </th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody ref={bodyRef}>
            {rows.map((row) => (
              <tr
                key={row.id}
                data-letter={row.id}
                data-clickable
                data-selected={row.id === selectedId || undefined}
                aria-selected={row.id === selectedId}
                tabIndex={row.id === tabId ? 0 : -1}
                onClick={() => onSelect(row.id === selectedId ? null : row)}
              >
                <td className={tables.mono} title={new Date(row.at).toISOString()}>
                  {preciseClockWords(row.at, zone)}
                </td>
                <td className={tables.mono}>{row.id}</td>
                <td className={`${tables.mono} ${tables.name}`}>{row.reason}</td>
                <td title={row.detail}>
                  {row.resentAt === null ? row.detail : `sent again ${clockWords(row.resentAt, zone)}; ${row.detail}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {older === undefined ? null : (
          <div className={classes.older}>
            <Button size="xs" variant="subtle" loading={older.loading} onClick={older.load}>
              Load older
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
