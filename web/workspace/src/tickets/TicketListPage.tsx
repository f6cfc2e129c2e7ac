import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { PageHeader } from '../shared/PageHeader';
import { Failed } from '../shared/States';
import { Time } from '../shared/Time';

export function TicketListPage() {
  const { t } = useTranslation();
  const search = useSearch({ strict: false });
  const list = useInfiniteQuery({
    queryKey: ['tickets', search],
    queryFn: ({ pageParam }) => answer(api.GET('/api/v1/tickets', { params: { query: { limit: '50', ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: last => last.pagination.nextCursor ?? undefined,
  });
  if (list.error) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  return (
    <>
      <PageHeader title={t('tickets.list.title')} />
      <DataTable
        label={t('tickets.list.title')}
        rows={list.data?.pages.flatMap(p => p.data)}
        rowKey={r => r.id}
        columns={[
          { key: 'reference', title: 'Reference', cell: r => r.reference },
          { key: 'subject', title: 'Subject', cell: r => r.subject },
          { key: 'updated', title: 'Updated', cell: r => <Time at={r.updatedAt} /> },
        ]}
      />
    </>
  );
}
