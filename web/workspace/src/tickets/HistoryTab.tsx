import { useInfiniteQuery, useQueries } from '@tanstack/react-query';
import { Button, SegmentedControl } from '@mantine/core';
import { answer, api } from '../api/client';
import { queryClient } from '../api/queryClient';
import { useAddress } from '../shared/paged';
import { History, type HistoryRow } from '../shared/History';
import { Failed, LinesLoading } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import { useFieldWords } from './fieldWords';
import { contactName, contactQuery, customerQuery } from './rulebook';
import { RuleTrace } from './RuleTrace';
import { ticketQuery } from './ticketQueries';

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

const path = (id: string) => ({ params: { path: { id } } });

/** How to learn the name of what a field names by its id; what the rulebook knows is not asked for. */
const named: Record<string, (id: string) => Promise<string | null>> = {
  customerId: id => queryClient.ensureQueryData(customerQuery(id)).then(c => c?.name ?? null),
  contactId: id => queryClient.ensureQueryData(contactQuery(id)).then(c => c && contactName(c)),
  locationId: id => answer(api.GET('/api/v1/locations/{id}', path(id))).then(l => l.name),
  assetId: id => answer(api.GET('/api/v1/assets/{id}', path(id))).then(a => a.number),
  projectId: id => answer(api.GET('/api/v1/projects/{id}', path(id))).then(p => p.name),
  problemId: id => queryClient.ensureQueryData(ticketQuery(id)).then(t => t.reference),
};

/** The names behind the ids in some rows, as they are now. */
function useNames(rows: HistoryRow[]): (field: string, value: unknown) => string | null | undefined {
  const asked = [...new Set(rows.filter(r => named[r.field]).flatMap(r => [r.from, r.to].filter(v => typeof v === 'string').map(v => `${r.field} ${v}`)))];
  const found = useQueries({
    queries: asked.map(one => {
      const [field, id] = one.split(' ') as [string, string];
      return { queryKey: ['name', field, id], queryFn: () => named[field]!(id) };
    }),
  });
  return (field, value) => found[asked.indexOf(`${field} ${String(value)}`)]?.data;
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
  const rows = list.data?.pages.flatMap(p => p.data) ?? [];
  const nameOf = useNames(rows);
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

    // which ones, the note says that the desk left of it
    if (row.field === 'mergedTicketIds') return t(row.to ? 'tickets.told.merged' : 'tickets.told.unmerged', { who, count: Array.isArray(made) ? made.length : 1 });
    if (row.field === 'mergedIntoId') return t(row.to ? 'tickets.told.mergedInto' : 'tickets.told.cameBack', { who });

    return null;
  }

  if (list.error) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  if (!list.data) return <LinesLoading lines={10} />;
  return (
    <>
      <History rows={rows} name={words.name} value={(field, value) => nameOf(field, value) ?? words.value(field, value)} tell={tell} />
      {list.hasNextPage && <Button mt="md" variant="default" loading={list.isFetchingNextPage} onClick={() => { void list.fetchNextPage(); }}>{t('shared.loadMore')}</Button>}
    </>
  );
}
