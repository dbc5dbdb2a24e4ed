import { ActionIcon } from '@mantine/core';
import { X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import { useSize } from '../../charts/use-size.ts';
import { Icon } from '../../ui/icon.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { countWords } from '../../ui/time-words.ts';
import classes from './pipeline.module.css';
import { bytesOf, hexLines, textOf } from './raw-bytes.ts';

type View = 'text' | 'hex';

/** Below that width a line of the dump holds 8 bytes, px. */
const wideFrom = 590;

/** The message as it came. */
export function DeadLetterDetail({ row, onClose }: { readonly row: DeadLetterRow; readonly onClose: () => void }) {
  const [view, setView] = useState<View>('text');
  const [ref, size] = useSize();
  const bytes = useMemo(() => bytesOf(row.raw), [row.raw]);
  const perLine = size.width >= wideFrom ? 16 : 8;
  const lines = useMemo(() => (view === 'hex' ? hexLines(bytes, perLine) : []), [view, bytes, perLine]);
  const text = useMemo(() => textOf(bytes), [bytes]);
  return (
    <div className={classes.detail} ref={ref}>
      <div className={classes.detailTop}>
        <span className={classes.detailFacts}>
          <b>{row.id}</b> key {row.key === null ? 'none' : <b>{row.key}</b>}, {countWords(row.size)} bytes
          {row.size > bytes.length ? `, the first ${countWords(bytes.length)} shown` : ''}
          {headerWords(row)}
        </span>
        <Segmented
          label="Show the message as"
          value={view}
          options={[
            { value: 'text', label: 'Text' },
            { value: 'hex', label: 'Hex' },
          ]}
          onChange={setView}
        />
        <ActionIcon size={24} variant="subtle" aria-label="Close the message" onClick={onClose}>
          <Icon of={X} small />
        </ActionIcon>
      </div>
      <p className={classes.detailWhy} data-selectable>
        {row.detail}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <section className={classes.bytes} tabIndex={0} aria-label="Message" data-selectable>
        {view === 'text' ? (
          <pre>{text}</pre>
        ) : (
          <pre>
            {lines.map(({ at, hex, text: characters }) => (
              <span key={at} className={classes.hexLine}>
                <i>{at.toString(16).padStart(4, '0')}</i>
                <span>{hex}</span>
                <b>{characters}</b>
              </span>
            ))}
          </pre>
        )}
      </section>
    </div>
  );
}

/** Headers as `, headers a=1 b=2`; their number where they are too many to list. */
function headerWords({ headers, headerCount }: DeadLetterRow): string {
  if (headerCount === 0) return '';
  if (headers.length === 0) return `, ${countWords(headerCount)} headers`;
  return `, headers ${headers.map(({ name, value }) => `${name}=${value ?? 'null'}`).join(' ')}`;
}
