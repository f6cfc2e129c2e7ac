import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../api/client';
import { History } from '../shared/History';
import { Failed, LinesLoading } from '../shared/States';
import { useFieldWords } from './fieldWords';

export function HistoryTab({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const list = useInfiniteQuery({
    queryKey: ['ticket', id, 'history'],
    queryFn: ({ pageParam }) => answer(api.GET('/api/v1/tickets/{id}/history', { params: { path: { id }, query: { limit: '100', ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: last => last.pagination.nextCursor ?? undefined,
  });
  if (list.error) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  if (!list.data) return <LinesLoading lines={10} />;
  return (
    <>
      <History rows={list.data.pages.flatMap(p => p.data)} name={words.name} value={words.value} />
      {list.hasNextPage && <Button mt="md" variant="default" loading={list.isFetchingNextPage} onClick={() => { void list.fetchNextPage(); }}>{t('shared.loadMore')}</Button>}
    </>
  );
}
