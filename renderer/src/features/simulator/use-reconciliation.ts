import { useCallback, useEffect, useRef, useState } from 'react';
import type { Reconciliation } from '../../../../backend/domain/status.ts';
import type { RequestFailure } from '../../../../electron/contract/signatures.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { useConsole } from '../../store/console-store.ts';

/** Least pause between two checks, ms; a check that takes long is followed by a longer one. */
const pauseMs = 3000;
const pauseFactor = 6;

export interface ReconciliationState {
  /** null until the first check is done. */
  readonly result: Reconciliation | null;
  /** Checks without a difference, in a row. */
  readonly unbroken: number;
  readonly error: RequestFailure | null;
  readonly checkNow: () => void;
}

/** Checks again and again while the screen is shown, with the window's own ledger as one of the places. */
export function useReconciliation(): ReconciliationState {
  const [state, setState] = useState<Omit<ReconciliationState, 'checkNow'>>({ result: null, unbroken: 0, error: null });
  const kick = useRef<() => void>(() => undefined);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    let busy = false;
    const check = async (): Promise<void> => {
      clearTimeout(timer);
      if (busy || over) return;
      busy = true;
      let took = 0;
      if (!document.hidden) {
        const started = performance.now();
        try {
          const result = await request('reconcile.run', useConsole.getState().latest?.ledger ?? null);
          if (!over) {
            setState((before) => ({
              result,
              unbroken: result.verdict === 'broken' ? 0 : before.unbroken + 1,
              error: null,
            }));
          }
        } catch (error) {
          if (!over) setState((before) => ({ ...before, error: asFailure(error) }));
        }
        took = performance.now() - started;
      }
      busy = false;
      if (!over) timer = setTimeout(() => void check(), Math.max(pauseMs, took * pauseFactor));
    };
    kick.current = () => void check();
    void check();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);

  const checkNow = useCallback(() => kick.current(), []);
  return { ...state, checkNow };
}
