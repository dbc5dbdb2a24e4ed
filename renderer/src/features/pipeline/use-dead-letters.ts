import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { DeadLetterPage, DeadLetterRow } from '../../../../backend/domain/dead-letters.ts';
import type { DeadLetterReason } from '../../../../backend/domain/ticket-sale.ts';
import type { RequestFailure } from '../../../../electron/contract/signatures.ts';
import { asFailure, request } from '../../bridge/bridge-client.ts';
import { useConsole } from '../../store/console-store.ts';
import { storedKey } from '../../store/query-client.ts';

const pageSize = 50;
/** Least time between two askings that new dead letters cause, ms. */
const refetchMs = 2000;

export interface DeadLetterFilter {
  readonly resent: boolean;
  readonly reason: DeadLetterReason | null;
}

export interface DeadLetterList {
  /** null until the first answer. */
  readonly rows: readonly DeadLetterRow[] | null;
  /** How many there are of each kind; null until the first answer. */
  readonly counts: Pick<DeadLetterPage, 'waiting' | 'byReason' | 'resent'> | null;
  /** Came since the list was asked for, while it is held. */
  readonly waitingToShow: number;
  readonly error: RequestFailure | null;
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  loadOlder(): void;
  refresh(): void;
}

/**
 * The dead letters of a filter, newest first, page by page. New ones are shown by themselves unless the list is `held`:
 * rows do not move under the pointer.
 */
export function useDeadLetters(filter: DeadLetterFilter, held: boolean): DeadLetterList {
  const count = useConsole((state) => state.status?.consumer.deadLettered ?? 0);
  const query = useInfiniteQuery({
    queryKey: [storedKey, 'dead-letters', filter],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) => {
      const { resent, reason } = filter;
      const seen = useConsole.getState().status?.consumer.deadLettered ?? 0;
      const page = await request('deadLetters.list', {
        resent,
        limit: pageSize,
        ...(reason === null ? {} : { reason }),
        ...(pageParam === null ? {} : { before: pageParam }),
      });
      return { ...page, seen };
    },
    getNextPageParam: ({ next }) => next,
  });
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, dataUpdatedAt } = query;
  const [first] = data?.pages ?? [];
  const missing = first === undefined ? 0 : Math.max(0, count - first.seen);

  useEffect(() => {
    if (missing === 0 || held) return undefined;
    const timer = setTimeout(
      () => void refetch({ cancelRefetch: false }),
      Math.max(0, dataUpdatedAt + refetchMs - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [missing, held, refetch, dataUpdatedAt]);

  return {
    rows: data === undefined ? null : data.pages.flatMap(({ rows }) => rows),
    counts: first ?? null,
    waitingToShow: held ? missing : 0,
    error: error === null ? null : asFailure(error),
    hasOlder: hasNextPage,
    loadingOlder: isFetchingNextPage,
    loadOlder: useCallback(() => void fetchNextPage(), [fetchNextPage]),
    refresh: useCallback(() => void refetch(), [refetch]),
  };
}
