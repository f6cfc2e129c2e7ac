import { Button, Group, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import type { Search } from './search';

interface Page<Row> { data: Row[]; pagination: Wire<'Pagination'> }

export interface PagedList<Row> {
  rows: Row[] | undefined;
  total: number | undefined;
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
  return { rows: query.data?.pages.flatMap(p => p.data), total: query.data?.pages[0]?.pagination.total ?? undefined, query };
}

/** How many there are, and the way to more. */
export function MoreRows({ list }: { list: PagedList<unknown> }) {
  const { t } = useTranslation();
  if (!list.rows || list.rows.length === 0) return null;
  return (
    <Group px="md" py="sm" gap="md" justify="space-between" mih={56}>
      <Text size="xs" c="dimmed" className="tabular">{list.total === undefined ? t('shared.rows', { count: list.rows.length }) : t('shared.rowsOf', { shown: list.rows.length, total: list.total })}</Text>
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

/** Words to search a list by, kept in the address as `name`. */
export function SearchBox({ label, name = 'search' }: { label: string; name?: string }) {
  const { search, set } = useAddress();
  const [words, setWords] = useState(search[name] ?? '');
  const tell = useDebouncedCallback((next: string) => { set({ [name]: next }); }, 200);
  const inAddress = search[name] ?? '';
  const [known, setKnown] = useState(inAddress);
  if (known !== inAddress) {
    setKnown(inAddress);
    // somebody took the filter away
    if (inAddress === '') setWords('');
  }

  return (
    <TextInput size="xs" w={{ base: '100%', xs: 220 }} type="search" leftSection={<IconSearch size={14} aria-hidden />} placeholder={label} aria-label={label} value={words}
      onChange={e => { setWords(e.currentTarget.value); tell(e.currentTarget.value.trim()); }} />
  );
}
