import { QueryClient } from '@tanstack/react-query';

/**
 * Answers are asked for again by what happens in main, not by focus or by the clock; 'always' because a network
 * connection is not needed to ask main.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: Number.POSITIVE_INFINITY,
      gcTime: 5 * 60_000,
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});

/** Keys of everything that is read from the stored sales. */
export const storedKey = 'stored';

/** Asks again for whatever is shown of the stored sales; what is shown stays until the new answer is there. */
export function refreshStored(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [storedKey] });
}
