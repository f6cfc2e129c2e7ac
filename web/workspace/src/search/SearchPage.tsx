import { Button, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { IconBuilding, IconFlagFilled, IconListDetails, IconMessage, IconSearch, IconUser } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, type ReactNode } from 'react';
import { useMe } from '../access/me';
import { answer, api, ApiProblem, type Wire } from '../api/client';
import { MoreRows, SearchBox, useAddress, usePaged } from '../shared/paged';
import { PageHeader } from '../shared/PageHeader';
import { ProblemAlert } from '../shared/Problem';
import { stringifySearch } from '../shared/search';
import { Empty, Failed } from '../shared/States';
import { Time } from '../shared/Time';
import { useCommands } from '../shell/keys';
import { useTranslation } from '../text/useTranslation';
import { Person, PriorityMark, StatusMark } from '../tickets/glance';
import { comesBackFrom, lastList, rememberList, rememberOpened } from '../tickets/lastList';
import { useCustomer, useRulebook, type Ticket } from '../tickets/rulebook';
import classes from './search.module.css';

type Found = Wire<'SearchResult'>;

const types = ['ticket', 'customer', 'contact'] as const;
const examples = ['"power supply"', 'rout*', 'invoice -paid', 'is:unsolved priority>=high', 'assignee:me updated<4hours', 'customer:"Acme"', 'has:attachment sla:breached'];

/** Everything that holds some words, with the place where it stands. */
export function SearchPage() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const { search, set } = useAddress();
  const q = search.q ?? '';
  const type = types.find(x => x === search.type);
  const hasTickets = type === undefined || type === 'ticket';
  const isNewest = search.sort === '-updatedAt';
  const href = `/search${stringifySearch(search)}`;
  const list = usePaged<Found>(['search', q, type, isNewest], (page, signal) =>
    answer(api.GET('/api/v1/search', { params: { query: { q, sort: isNewest ? '-updatedAt' : 'relevance', ...(type ? { type: [type] } : {}), ...page } }, signal })), { limit: 25, enabled: q !== '' });
  const rows = useMemo(() => q === '' ? [] : list.rows, [q, list.rows]);
  const isUnclear = list.query.error instanceof ApiProblem && list.query.error.status === 400;

  // a ticket that is opened knows its neighbours here, and the way back
  useEffect(() => { rememberList({ href, ids: (rows ?? []).flatMap(r => r.ticket ? [{ id: r.ticket.id, reference: r.ticket.reference }] : []) }); }, [href, rows]);

  const results = useRef<HTMLOListElement>(null);
  const links = () => [...results.current?.querySelectorAll<HTMLElement>('[data-result]') ?? []];
  function go(by: number) {
    const all = links();
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
    if (at + by >= all.length - 3 && list.query.hasNextPage && !list.query.isFetchingNextPage) void list.query.fetchNextPage();
  }

  // back from a ticket, one stands where one left
  const isThere = rows !== undefined && rows.length > 0;
  useEffect(() => {
    const left = isThere ? comesBackFrom(lastList().href)?.id : undefined;
    if (!left) return;
    rememberOpened(null);
    results.current?.querySelector<HTMLElement>(`[data-result="${left}"]`)?.focus();
  }, [isThere]);

  useCommands([
    { id: 'down', label: t('search.down'), keys: 'j,arrowdown', scope: 'page', keyOnly: true, run: () => { go(1); } },
    { id: 'up', label: t('search.up'), keys: 'k,arrowup', scope: 'page', keyOnly: true, run: () => { go(-1); } },
    { id: 'filter', label: t('search.box'), keys: 'f', scope: 'page', run: () => { document.querySelector<HTMLElement>('[data-search] input')?.focus(); } },
    ...(q && hasTickets ? [{ id: 'as-list', label: t('search.asList'), scope: 'page' as const, run: () => { void navigate({ to: '/tickets', search: { q } }); } }] : []),
  ]);

  const count = rows === undefined || list.total === undefined || q === '' ? '' : t(list.isEstimate ? 'search.about' : 'search.count', { count: list.total, shown: list.total.toLocaleString(i18n.language) });
  return (
    <>
      <PageHeader title={q ? t('search.titleOf', { words: q }) : t('search.title')} beside={<Text size="xs" c="dimmed" className="tabular" aria-live="polite">{count}</Text>}>
        {q && hasTickets && <Button renderRoot={p => <Link {...p} to="/tickets" search={{ q }} />} variant="default" size="compact-sm" leftSection={<IconListDetails size={14} aria-hidden />}>{t('search.asList')}</Button>}
      </PageHeader>
      <div className={classes.asked} data-search role="search">
        <SearchBox label={t('search.box')} name="q" isMain onDown={() => { links()[0]?.focus(); }} />
        {me.may('customers:read') && (
          <SegmentedControl size="xs" aria-label={t('search.what')} value={type ?? 'all'} onChange={v => { set({ type: v === 'all' ? '' : v }); }}
            data={[{ value: 'all', label: t('search.all') }, ...types.map(x => ({ value: x, label: t(`search.types.${x}`) }))]} />
        )}
        {hasTickets && (
          <SegmentedControl size="xs" aria-label={t('tickets.list.sort')} value={isNewest ? 'newest' : 'best'} onChange={v => { set({ sort: v === 'newest' ? '-updatedAt' : '' }); }}
            data={[{ value: 'best', label: t('search.best') }, { value: 'newest', label: t('search.newest') }]} />
        )}
      </div>
      {q === '' && <Examples />}
      {q !== '' && isUnclear && <div className={classes.problem}><ProblemAlert error={list.query.error} /></div>}
      {q !== '' && list.query.error && !isUnclear ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : null}
      {q !== '' && !list.query.error && rows?.length === 0 && <Empty icon={<IconSearch size={28} stroke={1.3} />} title={t('search.nothing')}><Text size="sm" c="dimmed">{t('search.nothingHint')}</Text></Empty>}
      {q !== '' && !list.query.error && (rows === undefined || isThere) && (
        <>
          <ol className={classes.results} ref={results} aria-label={t('search.results')} aria-busy={rows === undefined}>
            {rows === undefined
              ? Array.from({ length: 8 }, (_, i) => <li key={i} className={classes.result}><Skeleton height={14} width={`${35 + (i * 23) % 45}%`} mb={8} /><Skeleton height={11} width={`${60 + (i * 17) % 35}%`} /></li>)
              : rows.map(r => <li key={`${r.type} ${r.id}`} className={classes.result}><Result found={r} /></li>)}
          </ol>
          <MoreRows list={list} />
        </>
      )}
    </>
  );
}

function Result({ found }: { found: Found }) {
  if (found.ticket) return <TicketResult found={found} ticket={found.ticket} />;
  if (found.customer) return <Entry found={found} icon={<IconBuilding size={15} stroke={1.6} />} to="/customers/$id" beside={found.customer.number} />;
  return <Entry found={found} icon={<IconUser size={15} stroke={1.6} />} to="/contacts/$id" beside={<>{found.contact?.customerId && <CustomerOf id={found.contact.customerId} />}{found.contact?.email}</>} />;
}

function TicketResult({ found, ticket }: { found: Found; ticket: Ticket }) {
  const { t } = useTranslation();
  const { status, agent } = useRulebook();
  const name = status(ticket.status)?.name ?? t(`tickets.status.${ticket.statusCategory}`);
  return (
    <>
      <div className={classes.line}>
        <span className={classes.marks}><PriorityMark priority={ticket.priority} /><span role="img" aria-label={name} title={name}><StatusMark category={ticket.statusCategory} /></span></span>
        <Link to="/tickets/$id" params={{ id: ticket.reference }} hash={found.commentId ?? ''} className={classes.title} data-result={ticket.id}><Marked text={found.title} /></Link>
        {ticket.escalationLevel > 0 && <IconFlagFilled size={13} className={classes.flag} aria-label={t('tickets.list.escalated')} />}
      </div>
      {found.snippet && <p className={classes.snippet}>{found.commentId && <IconMessage size={13} stroke={1.6} aria-label={t('tickets.field.comment')} className={classes.where} />}<Marked text={found.snippet} /></p>}
      <p className={classes.facts}>
        <span className="tabular">{ticket.reference}</span>
        <span>{name}</span>
        {ticket.customerId && <CustomerOf id={ticket.customerId} />}
        {ticket.assigneeId && <Person name={agent(ticket.assigneeId)?.name} size={16} withName />}
        <Time at={ticket.updatedAt} />
      </p>
    </>
  );
}

function Entry({ found, icon, to, beside }: { found: Found; icon: ReactNode; to: '/customers/$id' | '/contacts/$id'; beside: ReactNode }) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes.line}>
        <span className={classes.marks}>{icon}</span>
        <Link to={to} params={{ id: found.id }} className={classes.title} data-result={found.id}><Marked text={found.title} /></Link>
      </div>
      {found.snippet && <p className={classes.snippet}><Marked text={found.snippet} /></p>}
      <p className={classes.facts}><span>{t(`search.one.${found.type}`)}</span>{beside && <span>{beside}</span>}</p>
    </>
  );
}

function CustomerOf({ id }: { id: string }) {
  const name = useCustomer(id)?.name;
  return name ? <span>{name}</span> : null;
}

/** Text with what was found in it. */
function Marked({ text: { text, marks } }: { text: Wire<'SearchSnippet'> }) {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const { start, length } of marks) {
    parts.push(text.slice(end, start), <mark key={start}>{text.slice(start, start + length)}</mark>);
    end = start + length;
  }

  return <>{parts}{text.slice(end)}</>;
}

/** What can be asked. */
function Examples() {
  const { t } = useTranslation();
  return (
    <Empty icon={<IconSearch size={28} stroke={1.3} />} title={t('search.empty')}>
      <Text size="sm" c="dimmed">{t('search.emptyHint')}</Text>
      <ul className={classes.examples}>{examples.map(example => <li key={example}><Link to="/search" search={{ q: example }} replace><code>{example}</code></Link></li>)}</ul>
    </Empty>
  );
}
