import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import type { Ticket } from './rulebook';

const path = (id: string) => ({ params: { path: { id } } });

/** A ticket by id, number or reference. What a list knows of it already is shown while the rest comes. */
export const ticketQuery = (id: string) => queryOptions({
  queryKey: ['ticket', id, 'itself'],
  queryFn: () => answer(api.GET('/api/v1/tickets/{id}', path(id))),
  placeholderData: () => listed(id),
  staleTime: 20_000,
});

type CommentPages = InfiniteData<Wire<'PageOfComment'>, string>;

/** The newest hundred, and older ones when they are asked for: a conversation of any length is read from its end. */
export const commentsQuery = (id: string) => infiniteQueryOptions({
  queryKey: ['ticket', id, 'comments'],
  queryFn: ({ pageParam }) => answer(api.GET('/api/v1/tickets/{id}/comments', { params: { path: { id }, query: { limit: '100', sort: '-createdAt', ...(pageParam ? { cursor: pageParam } : {}) } } })),
  initialPageParam: '',
  getNextPageParam: last => last.pagination.nextCursor ?? undefined,
  select: inOrder,
  staleTime: 20_000,
});

function inOrder({ pages }: CommentPages) {
  return { comments: pages.flatMap(p => p.data).reverse(), total: pages[0]?.pagination.total ?? 0 };
}

/** Puts a comment that was just written at the end of what is shown. */
export function addComment(id: string, comment: Wire<'CommentResponse'>) {
  queryClient.setQueryData<CommentPages>(['ticket', id, 'comments'], old => !old || old.pages.some(p => p.data.some(c => c.id === comment.id)) ? old
    : { ...old, pages: old.pages.map((p, i) => i === 0 ? { ...p, data: [comment, ...p.data] } : p) });
}

/** Shows a comment as it is now. */
export function replaceComment(id: string, comment: Wire<'CommentResponse'>) {
  queryClient.setQueryData<CommentPages>(['ticket', id, 'comments'], old => old && { ...old, pages: old.pages.map(p => ({ ...p, data: p.data.map(c => c.id === comment.id ? comment : c) })) });
}

export const attachmentsQuery = (id: string) => queryOptions({ queryKey: ['ticket', id, 'attachments'], queryFn: () => answer(api.GET('/api/v1/tickets/{id}/attachments', { params: { path: { id }, query: { limit: '100' } } })).then(p => p.data), staleTime: 60_000 });
export const historyQuery = (id: string) => queryOptions({ queryKey: ['ticket', id, 'history'], queryFn: () => answer(api.GET('/api/v1/tickets/{id}/history', { params: { path: { id }, query: { limit: '100' } } })) });
export const slaQuery = (id: string) => queryOptions({ queryKey: ['ticket', id, 'sla'], queryFn: () => answer(api.GET('/api/v1/tickets/{id}/sla-status', path(id))), staleTime: 20_000 });
export const linksQuery = (id: string) => queryOptions({ queryKey: ['ticket', id, 'links'], queryFn: () => answer(api.GET('/api/v1/tickets/{id}/links', path(id))).then(p => p.data) });
export const followersQuery = (id: string) => queryOptions({ queryKey: ['ticket', id, 'followers'], queryFn: () => answer(api.GET('/api/v1/tickets/{id}/followers', path(id))).then(p => p.data) });

function listed(id: string): Ticket | undefined {
  for (const [, data] of queryClient.getQueriesData<{ pages?: { data: Ticket[] }[] }>({ queryKey: ['tickets'] })) {
    const found = data?.pages?.flatMap(p => p.data).find(r => r.id === id || r.reference === id);
    if (found) return found;
  }

  return undefined;
}

/** Fetches what opening a ticket shows first, so that it opens at once. */
export function prefetchTicket(client: QueryClient, id: string) {
  void client.prefetchQuery(ticketQuery(id));
  void client.prefetchInfiniteQuery(commentsQuery(id));
  void import('./TicketPage');
  void import('./Composer');
}
