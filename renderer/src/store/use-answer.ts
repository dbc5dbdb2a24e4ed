import { hashKey, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type {
  Answer,
  AnswerSource,
  BackendName,
  Question,
  QuestionName,
  QuestionParams,
  QuestionValue,
  Watermark,
} from '../../../backend/domain/question.ts';
import type { SaleLine } from '../../../backend/domain/ticket-sale.ts';
import type { RequestFailure } from '../../../electron/contract/signatures.ts';
import { asFailure, request } from '../bridge/bridge-client.ts';
import { useConsole } from './console-store.ts';
import { keepUp } from './keep-up.ts';
import { queryClient, storedKey } from './query-client.ts';

/** Least time between two askings that the live day causes, ms. */
const liveRefetchMs = 2000;
/** A day gone by changes only through late sales: what is known of it is asked again when shown anew, and now and then, ms. */
const closedStaleMs = 10_000;
const closedRefetchMs = 30_000;

/** Something asked of main: the last value stays while it is asked again and when that fails. */
export interface Asked<T> {
  /** null until the first answer. */
  readonly value: T | null;
  /** When the value arrived, epoch ms; null until then. */
  readonly at: number | null;
  /** Why the last asking failed; the value, if any, is then the one before. */
  readonly error: RequestFailure | null;
  /** Nothing to show yet and no failure either. */
  readonly loading: boolean;
  retry(): void;
}

export interface AnswerState<T> extends Asked<T> {
  readonly backend: BackendName | null;
  readonly source: AnswerSource | null;
  readonly watermark: Watermark | null;
  /** Time to answer, ms. */
  readonly tookMs: number | null;
  /** Set when the chosen backend failed and the other one answered. */
  readonly fallback: NonNullable<Answer<unknown>['fallback']> | null;
}

export interface AskOptions {
  /** False asks nothing (yet); default true. Nothing is asked before the data source runs in any case. */
  readonly enabled?: boolean;
  /** Least time between two askings while the asked day is the current one; default 2,000 ms. */
  readonly refetchMs?: number;
}

/**
 * The answer of the chosen query backend. A question about the current business day is asked again as sales come in,
 * at most every `refetchMs`; about another day only when something happened to it (rebuild, backfill, backend switch).
 */
export function useAnswer<N extends QuestionName>(
  name: N,
  params: QuestionParams<N>,
  options: AskOptions = {},
): AnswerState<QuestionValue<N>> {
  const day = 'day' in params ? params.day : null;
  const asked = useAsked<Answer<unknown>>(
    [storedKey, 'answer', name, params],
    day,
    options,
    // The pair of name and parameters is one member of the union, which the compiler cannot see through N.
    () => request('query.ask', { name, params } as Question),
    ({ watermark }) => watermark.version,
  );
  const answer = asked.value;
  return {
    ...asked,
    value: answer === null ? null : (answer.value as QuestionValue<N>),
    backend: answer?.backend ?? null,
    source: answer?.source ?? null,
    watermark: answer?.watermark ?? null,
    tookMs: answer?.tookMs ?? null,
    fallback: answer?.fallback ?? null,
  };
}

/** The newest stored sales, newest first: of one theatre, or of all. Asked again as sales come in. */
export function useRecentSales(
  filter: { readonly theaterId?: number; readonly limit: number },
  options: AskOptions = {},
): Asked<readonly SaleLine[]> {
  const current = useConsole((state) => state.status?.businessDay ?? null);
  const asked = useAsked<{ readonly lines: readonly SaleLine[]; readonly version: number }>(
    [storedKey, 'sales', filter],
    current,
    options,
    async () => {
      const version = useConsole.getState().latest?.dayVersion ?? 0;
      return { lines: await request('sales.recent', filter), version };
    },
    ({ version }) => version,
  );
  return { ...asked, value: asked.value?.lines ?? null };
}

function useAsked<T>(
  key: readonly unknown[],
  day: string | null,
  { enabled = true, refetchMs = liveRefetchMs }: AskOptions,
  ask: () => Promise<T>,
  versionOf: (value: T) => number,
): Asked<T> {
  const running = useConsole((state) => state.appState?.phase === 'running');
  const isCurrent = useConsole((state) => day !== null && day === state.live?.day);
  const active = enabled && running;
  const query = useQuery({
    queryKey: key,
    queryFn: ask,
    enabled: active,
    staleTime: isCurrent ? Number.POSITIVE_INFINITY : closedStaleMs,
    refetchInterval: isCurrent ? false : closedRefetchMs,
  });
  const { refetch } = query;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the hash is the content of the key, and says what is asked.
  useEffect(() => {
    if (!active || !isCurrent) return undefined;
    return keepUp(refetchMs, {
      heldVersion: () => {
        const held = queryClient.getQueryData<T>(key);
        return held === undefined ? null : versionOf(held);
      },
      ask: () => refetch({ cancelRefetch: false }),
    });
  }, [active, isCurrent, refetchMs, refetch, hashKey(key)]);

  return {
    value: query.data ?? null,
    at: query.dataUpdatedAt === 0 ? null : query.dataUpdatedAt,
    error: query.error === null ? null : asFailure(query.error),
    loading: query.data === undefined && query.error === null,
    retry: () => void refetch(),
  };
}
