import { Text } from '@mantine/core';
import { IconEdit, IconMessage, IconTicket } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { answer, api, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { History, type HistoryRow } from '../shared/History';
import { MoreRows, usePaged } from '../shared/paged';
import { Empty, Failed, LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';
import { useDirectoryWords } from './words';

type Filter = { customerId: string[] } | { contactId: string[] } | { locationId: string[] } | { assetId: string[] };

/** The tickets of somebody or something, the latest first. */
export function TicketsOf({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  const list = usePaged<Wire<'TicketResponse'>>(['tickets', 'of', filter], (page, signal) => answer(api.GET('/api/v1/tickets', { params: { query: { ...filter, ...page, sort: '-updatedAt' } }, signal })), { limit: 25 });
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  return (
    <>
      <DataTable label={t('directory.tickets')} rows={list.rows} rowKey={r => r.id} empty={<Empty icon={<IconTicket size={24} stroke={1.4} />} title={t('directory.none.tickets')} />}
        columns={[
          { key: 'subject', title: t('directory.field.subject'), cell: r => <Link to="/tickets/$id" params={{ id: r.reference }} className={classes.link}>{r.subject}</Link> },
          { key: 'reference', title: t('directory.field.reference'), wide: true, width: '11rem', cell: r => <Text span size="xs" c="dimmed" className="tabular">{r.reference}</Text> },
          { key: 'status', title: t('directory.field.status'), width: '7rem', cell: r => t(`tickets.status.${r.statusCategory}`) },
          { key: 'priority', title: t('directory.field.priority'), wide: true, width: '6rem', cell: r => t(`tickets.priority.${r.priority}`) },
          { key: 'updated', title: t('shared.updated'), wide: true, width: '7rem', cell: r => <Time at={r.updatedAt} /> },
        ]} />
      <MoreRows list={list} />
    </>
  );
}

type Owner = 'customers' | 'contacts' | 'locations' | 'assets';

export function HistoryOf({ owner, id }: { owner: Owner; id: string }) {
  const { t } = useTranslation();
  const words = useDirectoryWords();
  const list = usePaged<HistoryRow>([owner.slice(0, -1), id, 'history'], page => answer(api.GET(`/api/v1/${owner}/{id}/history` as '/api/v1/customers/{id}/history', { params: { path: { id }, query: page } })));
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  if (!list.rows) return <div style={{ padding: '1rem' }}><LinesLoading lines={6} /></div>;
  if (list.rows.length === 0) return <Empty title={t('shared.noHistory')} />;
  return <div style={{ padding: '1rem' }}><History rows={list.rows} name={words.name} value={words.value} /><MoreRows list={list} /></div>;
}

/** What happened with a customer: tickets, what was said, what changed. */
export function Timeline({ id }: { id: string }) {
  const { t } = useTranslation();
  const words = useDirectoryWords();
  const list = usePaged<Wire<'TimelineEntry'>>(['customer', id, 'timeline'], page => answer(api.GET('/api/v1/customers/{id}/timeline', { params: { path: { id }, query: page } })), { limit: 30 });
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  if (!list.rows) return <div style={{ padding: '1rem' }}><LinesLoading lines={8} /></div>;
  if (list.rows.length === 0) return <Empty title={t('directory.none.timeline')} />;
  const by = (kind: string | null) => kind === 'agent' || kind === 'contact' || kind === 'system' || kind === 'ai' ? t(`directory.entry.by.${kind}`) : '';
  const link = (e: Wire<'TimelineEntry'>) => <Link to="/tickets/$id" params={{ id: e.reference ?? e.ticketId ?? '' }} className={classes.link}>{e.reference}</Link>;
  return (
    <>
      <ol className={classes.timeline}>
        {list.rows.map(e => (
          <li key={`${e.kind}${e.id}`}>
            {e.kind === 'ticket' ? <IconTicket size={16} stroke={1.6} aria-hidden /> : e.kind === 'comment' ? <IconMessage size={16} stroke={1.6} aria-hidden /> : <IconEdit size={16} stroke={1.6} aria-hidden />}
            <div>
              {e.kind === 'change'
                ? e.from === null ? t('directory.entry.set', { field: words.name(e.field ?? ''), to: words.value(e.field ?? '', e.to) }) : t('directory.entry.changed', { field: words.name(e.field ?? ''), from: words.value(e.field ?? '', e.from), to: words.value(e.field ?? '', e.to) })
                : <>{e.kind === 'ticket' ? t('directory.newTicket') : t('directory.entry.comment')} {by(e.authorKind)} · {link(e)}</>}
              {' '}<Text span size="xs" c="dimmed"><Time at={e.at} /></Text>
              {e.text && <div className={classes.quote}>{e.text}</div>}
            </div>
          </li>
        ))}
      </ol>
      <MoreRows list={list} />
    </>
  );
}
