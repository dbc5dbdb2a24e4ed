import { Button } from '@mantine/core';
import { PlugZap } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ServiceName } from '../../../../../backend/domain/connection.ts';
import { Card } from '../../../ui/card.tsx';
import { Icon } from '../../../ui/icon.tsx';
import { StateChip, type StateName, stateLook } from '../../../ui/state-chip.tsx';
import { serviceTitles, type TestState } from './source-state.ts';
import classes from './sources.module.css';

interface ServiceCardProps {
  readonly service: ServiceName;
  readonly test: TestState | undefined;
  readonly onTest: () => void;
  readonly children: ReactNode;
}

interface TestWords {
  readonly state: StateName;
  readonly word: string;
  readonly tookMs: number | null;
  readonly detail: string;
  readonly code: string | null;
  readonly hint: string | null;
}

function wordsOf(test: TestState): TestWords {
  switch (test.kind) {
    case 'running':
      return { state: 'working', word: 'Testing', tookMs: null, detail: 'Connecting', code: null, hint: null };
    case 'done': {
      const { ok, tookMs, detail, code, hint } = test.test;
      return { state: ok ? 'ok' : 'error', word: ok ? 'Passed' : 'Failed', tookMs, detail, code, hint };
    }
    case 'refused': {
      const { message, code, hint } = test.failure;
      return { state: 'error', word: 'Not tested', tookMs: null, detail: message, code, hint };
    }
    default:
      return test satisfies never;
  }
}

/** The settings of one service, with its test: how long it took, what was found or what went wrong and what to do. */
export function ServiceCard({ service, test, onTest, children }: ServiceCardProps) {
  const words = test === undefined ? null : wordsOf(test);
  const title = serviceTitles[service];
  return (
    <Card
      title={title}
      note={
        words === null ? undefined : (
          <StateChip state={words.state} plain>
            {words.word}
          </StateChip>
        )
      }
      actions={
        <Button
          size="sm"
          leftSection={<Icon of={PlugZap} small />}
          loading={test?.kind === 'running'}
          aria-label={`Test ${title}`}
          onClick={onTest}
        >
          Test
        </Button>
      }
      className={words?.state === 'error' ? (classes.failed ?? '') : ''}
    >
      <div className={classes.fields}>{children}</div>
      <div role="status">{words === null ? null : <TestLine words={words} />}</div>
    </Card>
  );
}

function TestLine({ words: { state, tookMs, detail, code, hint } }: { readonly words: TestWords }) {
  return (
    <div className={classes.test} data-tone={stateLook[state].tone} data-selectable>
      <StateChip state={state} plain>
        {tookMs === null ? '' : `${Math.max(1, Math.round(tookMs))} ms`}
      </StateChip>
      <span>
        {state === 'error' ? <strong>{detail}</strong> : detail}
        {code === null ? null : <code className={classes.code}> {code}</code>}
        {hint === null ? null : ` ${hint}`}
      </span>
    </div>
  );
}
