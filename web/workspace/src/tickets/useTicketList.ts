import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import { live } from '../live';
import { reread } from './change';
import type { Ticket } from './rulebook';

const pageSize = '50';

const ask = (filter: Wire<'TicketFilters'>, sort: string, cursor: string) =>
  answer(api.GET('/api/v1/tickets', { params: { query: { ...filter, sort, limit: pageSize, ...(cursor ? { cursor } : {}) } as never } }));

/** A list of tickets, page by page. */
export const ticketListQuery = (filter: Wire<'TicketFilters'>, sort: string) => infiniteQueryOptions({
  queryKey: ['tickets', filter, sort], initialPageParam: '', queryFn: ({ pageParam }) => ask(filter, sort, pageParam), getNextPageParam: last => last.pagination.nextCursor ?? undefined, staleTime: 15_000,
});

/**
 * A list of tickets of any length, by cursor. Rows that are shown change in place and nothing moves under the hand;
 * what is new is counted, and comes when it is asked for.
 */
export function useTicketList(filter: Wire<'TicketFilters'>, sort: string, enabled: boolean) {
  const client = useQueryClient();
  const query = useMemo(() => ticketListQuery(filter, sort), [filter, sort]);
  const key = query.queryKey;
  const list = useInfiniteQuery({ ...query, enabled, placeholderData: keepPreviousData });
  const rows = useMemo(() => {
    // a ticket that moved while pages were read stands where it was seen first
    const seen = new Set<string>();
    return (list.data?.pages ?? []).flatMap(p => p.data).filter(t => !seen.has(t.id) && seen.add(t.id));
  }, [list.data]);

  const known = useRef(new Map<string, Ticket>());
  useEffect(() => { known.current = new Map(rows.map(r => [r.id, r])); }, [rows]);

  const [news, setNews] = useState<{ key: unknown; ids: string[] }>({ key, ids: [] });
  const look = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const changed = new Set<string>();
    let patch: ReturnType<typeof setTimeout> | undefined;

    function patchRows() {
      const ids = [...changed];
      changed.clear();
      patch = undefined;
      if (ids.length > 20) void client.invalidateQueries({ queryKey: key, exact: true });
      else ids.forEach(id => { void reread(id); });
    }

    async function lookForNews() {
      look.current = undefined;
      const first = await ask(filter, sort, '').catch(() => null);
      first?.data.filter(r => r.version > (known.current.get(r.id)?.version ?? Infinity)).forEach(r => { void reread(r.id); });
      if (first) setNews({ key, ids: first.data.map(r => r.id).filter(id => !known.current.has(id)) });
    }

    // what came between the reading of the list and the first change that is heard
    const stopBegun = live.onBegun(() => { void lookForNews(); });
    const stop = live.on(event => {
      if (event.entity !== 'ticket') return;
      const row = known.current.get(event.id);
      if (row && event.version !== undefined && event.version <= row.version) return;
      if (row) {
        changed.add(event.id);
        patch ??= setTimeout(patchRows, 120);
      } else {
        look.current ??= setTimeout(() => { void lookForNews(); }, 600);
      }
    });
    return () => { stop(); stopBegun(); clearTimeout(patch); clearTimeout(look.current); look.current = undefined; };
  }, [filter, sort, client, key]);

  const newIds = news.key === key ? news.ids.filter(id => !rows.some(r => r.id === id)) : [];

  /** Begins the list again at its first page. */
  const showNews = useCallback(async () => {
    setNews({ key, ids: [] });
    client.setQueryData<typeof list.data>(key, old => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) });
    await client.refetchQueries({ queryKey: key, exact: true });
  }, [client, key, list]);

  const first = list.data?.pages[0]?.pagination;
  return { ...list, rows, total: first?.total ?? null, isEstimate: first?.totalIsEstimate ?? false, newCount: newIds.length, showNews };
}
