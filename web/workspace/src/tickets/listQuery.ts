import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';

const pageSize = '50';

export const listPage = (filter: Wire<'TicketFilters'>, sort: string, cursor = '') =>
  answer(api.GET('/api/v1/tickets', { params: { query: { ...filter, sort, limit: pageSize, ...(cursor ? { cursor } : {}) } as never } }));

/** A list of tickets, page by page. */
export const listQuery = (filter: Wire<'TicketFilters'>, sort: string) => infiniteQueryOptions({
  queryKey: ['tickets', filter, sort], initialPageParam: '', queryFn: ({ pageParam }) => listPage(filter, sort, pageParam), getNextPageParam: last => last.pagination.nextCursor ?? undefined,
  staleTime: 15_000, placeholderData: keepPreviousData,
});
