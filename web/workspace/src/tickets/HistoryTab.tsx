import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, SegmentedControl } from '@mantine/core';
import { answer, api } from '../api/client';
import { useAddress } from '../shared/paged';
import { History, type HistoryRow } from '../shared/History';
import { Failed, LinesLoading } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import { useFieldWords } from './fieldWords';
import { RuleTrace } from './RuleTrace';

/** What happened to a ticket: every change, or what the rules of the desk did. */
export function HistoryTab({ id }: { id: string }) {
  const { t } = useTranslation();
  const { search, set } = useAddress();
  const show = search.show === 'rules' ? 'rules' : 'everything';
  return (
    <>
      <SegmentedControl size="xs" mb="md" aria-label={t('tickets.rules.show')} value={show} onChange={next => { set({ show: next === 'rules' ? 'rules' : '' }); }}
        data={[{ value: 'everything', label: t('tickets.rules.everything') }, { value: 'rules', label: t('tickets.rules.title') }]} />
      {show === 'rules' ? <RuleTrace id={id} /> : <Changes id={id} />}
    </>
  );
}

function Changes({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const list = useInfiniteQuery({
    queryKey: ['ticket', id, 'history'],
    queryFn: ({ pageParam }) => answer(api.GET('/api/v1/tickets/{id}/history', { params: { path: { id }, query: { limit: '100', ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: last => last.pagination.nextCursor ?? undefined,
  });
  function tell(row: HistoryRow, who: string): string | null {
    const made = (row.to ?? row.from) as Record<string, unknown> | null;
    if (row.field === 'comments' && made && typeof made === 'object') {
      if (!row.to) return t('tickets.told.removed', { who });
      if (row.from) return t('tickets.told.edited', { who });
      return made.visibility === 'internal' ? t('tickets.told.note', { who }) : t(row.actor.kind === 'contact' ? 'tickets.told.wrote' : 'tickets.told.reply', { who });
    }

    if (row.field === 'sla' && made && typeof made === 'object' && typeof made.metric === 'string') {
      const metric = t(`tickets.sla_.${made.metric as 'resolution'}`);
      return made.what === 'warning' ? t('tickets.told.warning', { metric, percent: Number(made.percent) }) : made.what === 'breached' ? t('tickets.told.breached', { metric }) : t('tickets.told.kept', { metric });
    }

    return null;
  }

  if (list.error) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  if (!list.data) return <LinesLoading lines={10} />;
  return (
    <>
      <History rows={list.data.pages.flatMap(p => p.data)} name={words.name} value={words.value} tell={tell} />
      {list.hasNextPage && <Button mt="md" variant="default" loading={list.isFetchingNextPage} onClick={() => { void list.fetchNextPage(); }}>{t('shared.loadMore')}</Button>}
    </>
  );
}
