import { Button, Group, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import type { Search } from './search';
import { useTyped } from './useTyped';

interface Page<Row> { data: Row[]; pagination: Wire<'Pagination'> }

export interface PagedList<Row> {
  rows: Row[] | undefined;
  total: number | undefined;
  /** Whether `total` is a guess from statistics. */
  isEstimate: boolean;
  query: { error: unknown; hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown>; refetch: () => Promise<unknown> };
}

/** A list that is read page by page behind the cursor. Undefined rows are on their way. */
export function usePaged<Row>(queryKey: QueryKey, read: (page: { limit: string; cursor?: string }, signal: AbortSignal) => Promise<Page<Row>>, { limit = 50, enabled = true, refetchInterval }: { limit?: number; enabled?: boolean; refetchInterval?: number } = {}): PagedList<Row> {
  const query = useInfiniteQuery({
    queryKey, enabled, ...(refetchInterval === undefined ? {} : { refetchInterval }),
    queryFn: ({ pageParam, signal }) => read({ limit: String(limit), ...(pageParam ? { cursor: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: last => last.pagination.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const first = query.data?.pages[0]?.pagination;
  return { rows: query.data?.pages.flatMap(p => p.data), total: first?.total ?? undefined, isEstimate: first?.totalIsEstimate ?? false, query };
}

/** How many there are, and the way to more. */
export function MoreRows({ list }: { list: PagedList<unknown> }) {
  const { t, i18n } = useTranslation();
  if (!list.rows || list.rows.length === 0) return null;
  const { rows: { length: shown }, total } = list;
  return (
    <Group px="md" py="sm" gap="md" justify="space-between" mih={56}>
      <Text size="xs" c="dimmed" className="tabular">{total === undefined ? t('shared.rows', { count: shown }) : list.isEstimate ? t('shared.rowsOfAbout', { shown, total: total.toLocaleString(i18n.language) }) : t('shared.rowsOf', { shown, total })}</Text>
      {list.query.hasNextPage && <Button variant="default" size="compact-sm" loading={list.query.isFetchingNextPage} onClick={() => { void list.query.fetchNextPage(); }}>{t('shared.loadMore')}</Button>}
    </Group>
  );
}

/** The filters of a page, which live in its address. */
export function useAddress() {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  return { search, set: (part: Search) => { void navigate({ to: '.', search: (old: Search) => ({ ...old, ...part }), replace: true }); } };
}

/** Words to search a list by, kept in the address as `name`; what a page is about when it `isMain`. `onDown` goes to what was found. */
export function SearchBox({ label, name = 'search', isMain = false, onDown }: { label: string; name?: string; isMain?: boolean; onDown?: () => void }) {
  const { search, set } = useAddress();
  const words = useTyped(search[name] ?? '', next => { set({ [name]: next }); });
  return (
    <TextInput size="xs" w={{ base: '100%', xs: isMain ? 380 : 220 }} autoFocus={isMain && words.text === ''} type="search" leftSection={<IconSearch size={14} aria-hidden />} placeholder={label} aria-label={label} value={words.text}
      onChange={e => { words.type(e.currentTarget.value); }}
      onKeyDown={e => { if (e.key === 'ArrowDown' && onDown) { e.preventDefault(); onDown(); } }} />
  );
}
