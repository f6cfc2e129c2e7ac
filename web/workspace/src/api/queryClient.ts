import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './client';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // what changes is told by live.ts; this is for what nobody tells
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiProblem) || error.status >= 502),
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
