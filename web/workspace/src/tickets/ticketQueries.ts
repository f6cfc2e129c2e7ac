import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { answer, api } from '../api/client';
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

export const commentsQuery = (id: string) => queryOptions({
  queryKey: ['ticket', id, 'comments'],
  queryFn: async () => {
    // the newest come first, so that a conversation of any length is read from its end
    const page = await answer(api.GET('/api/v1/tickets/{id}/comments', { params: { path: { id }, query: { limit: '100', sort: '-createdAt' } } }));
    return { comments: [...page.data].reverse(), isCut: page.pagination.hasMore, total: page.pagination.total };
  },
  staleTime: 20_000,
});

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
  void client.prefetchQuery(commentsQuery(id));
  void import('./TicketPage');
  void import('./Composer');
}
