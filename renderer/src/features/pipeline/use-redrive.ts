import { useCallback, useState } from 'react';
import type { RedriveReport, RedriveRequest } from '../../../../backend/domain/dead-letters.ts';
import type { RequestFailure } from '../../../../electron/contract/signatures.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';

/** What would be sent: a choice for which a dry run was made says nothing of another one. */
export type RedriveChoice = Pick<RedriveRequest, 'selection' | 'reason'>;

export type RedriveState =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly dryRun: boolean }
  | { readonly kind: 'done'; readonly choice: RedriveChoice; readonly report: RedriveReport }
  /** Asked whether to send what the dry run found good. */
  | { readonly kind: 'asking'; readonly choice: RedriveChoice; readonly report: RedriveReport }
  | { readonly kind: 'failed'; readonly failure: RequestFailure };

export interface Redrive {
  readonly state: RedriveState;
  dryRun(choice: RedriveChoice): void;
  /** After a dry run that found something good: asks. */
  ask(): void;
  /** Sends what was asked for. */
  confirm(): void;
  /** Takes the question, or the result, away. */
  clear(): void;
}

/** Dry run, question, sending: in this order only. `onSent` is called when something was sent. */
export function useRedrive(onSent: () => void): Redrive {
  const [state, setState] = useState<RedriveState>({ kind: 'none' });
  const run = useCallback(
    async (choice: RedriveChoice, dryRun: boolean): Promise<void> => {
      setState({ kind: 'running', dryRun });
      try {
        const report = await request('deadLetters.redrive', { ...choice, dryRun });
        setState({ kind: 'done', choice, report });
      } catch (error) {
        setState({ kind: 'failed', failure: asFailure(error) });
      }
      if (!dryRun) onSent();
    },
    [onSent],
  );
  return {
    state,
    dryRun: useCallback((choice) => void run(choice, true), [run]),
    ask: () => {
      if (state.kind === 'done' && canSend(state.report)) setState({ ...state, kind: 'asking' });
    },
    confirm: () => {
      if (state.kind === 'asking') void run(state.choice, false);
    },
    clear: useCallback(() => setState({ kind: 'none' }), []),
  };
}

export function canSend({ dryRun, valid }: RedriveReport): boolean {
  return dryRun && valid > 0;
}
