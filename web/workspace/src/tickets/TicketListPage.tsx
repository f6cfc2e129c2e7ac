import { ActionIcon, Button, Checkbox, Popover, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconArrowUp, IconInbox, IconSearch, IconX } from '@tabler/icons-react';
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useMe } from '../access/me';
import { ApiProblem } from '../api/client';
import { PageHeader } from '../shared/PageHeader';
import { ProblemAlert } from '../shared/Problem';
import { Empty, Failed } from '../shared/States';
import { stringifySearch, type Search } from '../shared/search';
import { useTyped } from '../shared/useTyped';
import { useCommands } from '../shell/keys';
import { viewsQuery } from '../shell/Sidebar';
import { useTranslation } from '../text/useTranslation';
import { ActionDialog, type Act } from './actions';
import { BulkBar } from './BulkBar';
import { change, type Which } from './change';
import { conditionsOf, defaultSort, filterOf, isFiltered, orders } from './filter';
import { FilterBar } from './FilterBar';
import { grouped, groupingOf, groupings } from './grouping';
import { comesBackFrom, lastList, rememberList, rememberOpened } from './lastList';
import { columnNames, useDisplay, type ColumnName } from './display';
import { agentsQuery, categoriesQuery, groupsQuery, statusesQuery, useRulebook } from './rulebook';
import { prefetchTicket } from './ticketQueries';
import { TicketRows, type TicketRowsHandle } from './TicketRows';
import { ticketListQuery, useTicketList } from './useTicketList';
import { SaveView } from './SaveView';
import classes from './tickets.module.css';

/** Asks for the rows of the list that is opened, and for the names in them. */
export async function opening(client: QueryClient, search: Search) {
  for (const query of [statusesQuery, agentsQuery, groupsQuery, categoriesQuery]) void client.prefetchQuery(query as typeof statusesQuery);
  // what a view holds may not be known yet
  if (!search.view) await client.ensureInfiniteQueryData(ticketListQuery(filterOf(search, undefined), search.sort ?? defaultSort));
}

export function TicketListPage() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const searchKey = JSON.stringify(useSearch({ strict: false }));
  const search = useMemo(() => JSON.parse(searchKey) as Search, [searchKey]);
  const href = `/tickets${stringifySearch(search)}`;
  const views = useQuery(viewsQuery);
  const view = views.data?.find(v => v.id === search.view);
  const isReady = !search.view || views.isSuccess;
  const filter = useMemo(() => filterOf(search, view?.conditions), [search, view?.conditions]);
  const sort = search.sort ?? (view?.sort || defaultSort);
  const list = useTicketList(filter, sort, isReady);
  const groupBy = groupingOf(search.groupBy, view?.groupBy);
  const { statuses } = useRulebook();
  const { rows, groups } = useMemo(() => groupBy ? grouped(list.rows, groupBy, statuses.map(s => s.key)) : { rows: list.rows, groups: undefined }, [list.rows, groupBy, statuses]);
  const display = useDisplay(view?.columns as ColumnName[] | undefined);
  const rowsRef = useRef<TicketRowsHandle>(null);

  // a ticket, not a place: what comes in above it, or moves it to another group, does not change what a key does
  const [at, setAt] = useState<{ index: number; id: string | undefined }>(() => {
    const id = comesBackFrom(href)?.id;
    return { index: Math.max(0, lastList().ids.findIndex(x => x.id === id)), id };
  });
  const found = at.id === undefined || rows[at.index]?.id === at.id ? -1 : rows.findIndex(r => r.id === at.id);
  const active = found >= 0 ? found : at.index;
  const setActive = useCallback((index: number) => { setAt({ index, id: rows[index]?.id }); }, [rows]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isAll, setAll] = useState(false);
  const [act, setAct] = useState<{ act: Act; which: Which } | null>(null);
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null);
  const [listKey, setListKey] = useState(searchKey);
  if (listKey !== searchKey) {
    // another list: nothing of the last one is selected
    setListKey(searchKey);
    setAt({ index: 0, id: undefined });
    setSelected(new Set());
    setAll(false);
  }

  useEffect(() => { rememberList({ href, ids: rows.map(r => ({ id: r.id, reference: r.reference })) }); }, [href, rows]);

  const goTo = useCallback((index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    rowsRef.current?.focus(next);
    if (next > rows.length - 15 && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  }, [rows.length, list, setActive]);

  // back from a ticket, one stands where one left
  const isThere = rows.length > 0;
  useEffect(() => {
    if (!isThere || !comesBackFrom(lastList().href)) return;
    rememberOpened(null);
    rowsRef.current?.focus(active);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when there are rows
  }, [isThere]);

  const set = useCallback((changes: Search) => { void navigate({ to: '/tickets', search: { ...search, ...changes }, replace: true }); }, [navigate, search]);
  const open = useCallback((reference: string) => { void navigate({ to: '/tickets/$id', params: { id: reference } }); }, [navigate]);
  const warm = useCallback((reference: string) => { prefetchTicket(client, reference); }, [client]);

  const current = rows[Math.min(active, rows.length - 1)];
  const which: Which | null = isAll ? { filter, count: list.total ?? rows.length } : selected.size > 0 ? { ids: [...selected] } : current ? { ids: [current.id] } : null;
  const clear = useCallback(() => { setSelected(new Set()); setAll(false); }, []);
  const begin = (next: Act) => { if (which) setAct({ act: next, which }); };
  const onProgress = (done: number, total: number) => { setProgress(done < total ? { done, total } : null); };
  const done = () => { setProgress(null); if (isAll) void list.refetch(); };
  const now = (body: Parameters<typeof change>[1], said?: string) => { if (which) void change(which, body, said, onProgress).then(done, () => { setProgress(null); }); };

  const toggle = useCallback((id: string, isRange = false) => {
    setAll(false);
    setSelected(old => {
      const next = new Set(old);
      const to = rows.findIndex(r => r.id === id);
      const from = isRange ? rows.findIndex(r => old.has(r.id)) : -1;
      if (from >= 0) for (let i = Math.min(from, to); i <= Math.max(from, to); i++) next.add(rows[i]!.id);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
  }, [rows]);

  const mayUpdate = me.may('tickets:update');
  useCommands([
    { id: 'down', label: t('tickets.list.down'), keys: 'j,arrowdown', scope: 'page', keyOnly: true, run: () => { goTo(rowsRef.current?.hasFocus() ? active + 1 : active); } },
    { id: 'up', label: t('tickets.list.up'), keys: 'k,arrowup', scope: 'page', keyOnly: true, run: () => { goTo(active - 1); } },
    { id: 'open', label: t('tickets.list.open'), keys: 'o', scope: 'page', keyOnly: true, run: () => { if (current) open(current.reference); } },
    { id: 'select', label: t('tickets.list.toggle'), keys: 'x', scope: 'page', keyOnly: true, run: () => { if (current) toggle(current.id); } },
    { id: 'select-all', label: t('tickets.list.selectAll'), keys: 'mod+a', scope: 'page', run: () => { setSelected(new Set(rows.map(r => r.id))); setAll(list.hasNextPage); } },
    { id: 'clear', label: t('tickets.list.clearSelection'), keys: 'escape', scope: 'page', keyOnly: true, run: clear },
    ...(me.may('tickets:assign') ? [
      { id: 'mine', label: t('tickets.act.assignMe'), keys: 'a', scope: 'page' as const, run: () => { now({ set: { assigneeId: me.id } }); } },
      { id: 'assign', label: t('tickets.act.assign'), keys: 'shift+a', scope: 'page' as const, run: () => { begin('assign'); } },
      { id: 'group', label: t('tickets.act.assignGroup'), keys: 'shift+g', scope: 'page' as const, run: () => { begin('group'); } },
    ] : []),
    ...(mayUpdate ? [
      { id: 'status', label: t('tickets.act.status'), keys: 's', scope: 'page' as const, run: () => { begin('status'); } },
      { id: 'priority', label: t('tickets.act.priority'), keys: 'p', scope: 'page' as const, run: () => { begin('priority'); } },
      { id: 'tags', label: t('tickets.act.tags'), keys: 't', scope: 'page' as const, run: () => { begin('tags'); } },
      { id: 'note', label: t('tickets.act.note'), keys: 'n', scope: 'page' as const, run: () => { begin('note'); } },
    ] : []),
    { id: 'filter', label: t('tickets.list.filter'), keys: 'f', scope: 'page', run: () => { document.querySelector<HTMLElement>('[data-list-search]')?.focus(); } },
  ]);

  const clearFilters = () => { void navigate({ to: '/tickets', search: search.view ? { view: search.view } : {}, replace: true }); };
  const title = search.view ? view?.name ?? t('tickets.list.title') : search.assignee === 'me' ? t('shell.nav.mine') : search.assignee === 'none' ? t('shell.nav.unassigned') : t('tickets.list.title');
  const countText = list.total === null ? '' : (list.isEstimate ? t('tickets.list.about', { count: Number(list.total).toLocaleString(i18n.language) as never }) : t('tickets.list.count', { count: list.total }));
  const isQueryProblem = list.error instanceof ApiProblem && list.error.status === 400;

  return (
    <div className={classes.listPage}>
      <PageHeader title={title} beside={<Text size="xs" c="dimmed" className="tabular" aria-live="polite">{countText}</Text>}>
        {isFiltered(search) && <SaveView conditions={conditionsOf(search, view?.conditions)} sort={sort} columns={display.columns} groupBy={groupBy} />}
        <Popover position="bottom-end" width={260} shadow="md" trapFocus returnFocus>
          <Popover.Target><Button variant="default" size="compact-sm" leftSection={<IconAdjustmentsHorizontal size={14} />}>{t('tickets.list.display')}</Button></Popover.Target>
          <Popover.Dropdown>
            <Stack gap="sm">
              <Select label={t('tickets.list.sort')} comboboxProps={{ withinPortal: false }} allowDeselect={false} value={sort} onChange={v => { set({ sort: v === defaultSort && !view ? undefined : v ?? undefined }); }}
                data={orders.flatMap(o => [{ value: `-${o}`, label: `${t(`tickets.field.${o}`)} ↓` }, { value: o, label: `${t(`tickets.field.${o}`)} ↑` }])} />
              <Select label={t('tickets.list.groupBy')} comboboxProps={{ withinPortal: false }} allowDeselect={false} value={groupBy ?? 'none'} onChange={v => { set({ groupBy: v === (view?.groupBy ?? 'none') ? undefined : v ?? undefined }); }}
                data={[{ value: 'none', label: t('tickets.list.groupByNothing') }, ...groupings.map(g => ({ value: g, label: t(`tickets.field.${g}`) }))]} />
              <SegmentedControl fullWidth size="xs" aria-label={t('tickets.list.density')} value={display.density} onChange={v => { display.setDensity(v as 'comfortable' | 'compact'); }}
                data={[{ value: 'comfortable', label: t('tickets.list.comfortable') }, { value: 'compact', label: t('tickets.list.compact') }]} />
              <Checkbox.Group label={t('tickets.list.columns')} value={display.columns} onChange={display.setColumns}>
                <Stack gap={6} mt={6}>{columnNames.map(c => <Checkbox key={c} size="xs" value={c} label={t(`tickets.field.${c}`)} />)}</Stack>
              </Checkbox.Group>
            </Stack>
          </Popover.Dropdown>
        </Popover>
      </PageHeader>
      <div className={classes.filters}>
        <QueryBox key={search.view ?? ''} value={search.q ?? ''} onChange={q => { set({ q: q || undefined }); }} label={t('tickets.list.search')} />
        <FilterBar search={search} set={set} />
        {isFiltered(search) && <Button variant="subtle" color="gray" size="compact-sm" onClick={clearFilters}>{t('tickets.list.clear')}</Button>}
      </div>
      {list.newCount > 0 && (
        <div className={classes.news}>
          <Button size="compact-sm" radius="xl" leftSection={<IconArrowUp size={14} />} onClick={() => { void list.showNews().then(() => { goTo(0); }); }}>{t('tickets.list.news', { count: list.newCount })}</Button>
        </div>
      )}
      {isQueryProblem && <div className={classes.queryProblem}><ProblemAlert error={list.error} /></div>}
      {list.error && !isQueryProblem && <Failed error={list.error} retry={() => { void list.refetch(); }} />}
      {!list.error && list.isSuccess && rows.length === 0 && <Empty icon={<IconInbox size={28} stroke={1.3} />} title={t('tickets.list.empty')}>
          <Text size="sm" c="dimmed">{t(search.assignee === 'me' ? 'tickets.list.emptyMine' : 'tickets.list.emptyHint')}</Text>
          {search.assignee === 'me'
            ? <Button variant="default" size="compact-sm" onClick={() => { void navigate({ to: '/tickets', search: { assignee: 'none', statusCategory: 'new,open' } }); }}>{t('shell.nav.unassigned')}</Button>
            : isFiltered(search) && <Button variant="default" size="compact-sm" onClick={clearFilters}>{t('tickets.list.clear')}</Button>}
        </Empty>}
      {!list.error && (rows.length > 0 || !list.isSuccess) && (
        <TicketRows ref={rowsRef} label={t('tickets.list.label')} rows={list.isSuccess ? rows : undefined} groups={groups} groupBy={groupBy} total={list.total} columns={display.columns} density={display.density} active={active} setActive={setActive} selected={selected} isAll={isAll} toggle={toggle} warm={warm} open={open}
          selectAll={on => { setAll(false); setSelected(on ? new Set(rows.map(r => r.id)) : new Set()); }} sort={sort} onSort={s => { set({ sort: s }); }}
          nearEnd={() => { if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage(); }} isLoadingMore={list.isFetchingNextPage} />
      )}
      {(selected.size > 0 || isAll) && (
        <BulkBar count={isAll ? list.total ?? rows.length : selected.size} isAll={isAll} matching={list.hasNextPage && selected.size >= rows.length && isFiltered(search) || (view && list.hasNextPage && selected.size >= rows.length) ? list.total : null}
          selectMatching={() => { setAll(true); }} begin={begin} now={now} clear={clear} progress={progress} selected={[...selected]} rows={rows} />
      )}
      {act && <ActionDialog act={act.act} which={act.which} from={'ids' in act.which && act.which.ids.length === 1 ? rows.find(r => 'ids' in act.which && r.id === act.which.ids[0])?.status : undefined} onProgress={onProgress} close={() => { setAct(null); rowsRef.current?.focus(active); }} done={done} />}
    </div>
  );
}

function QueryBox({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const { t } = useTranslation();
  const { text, type, now } = useTyped(value, onChange, 250);
  return (
    <TextInput className={classes.query} data-list-search size="xs" aria-label={t('tickets.list.filter')} placeholder={label} value={text} leftSection={<IconSearch size={14} />}
      rightSection={text && <ActionIcon size="xs" aria-label={t('shared.clear')} onClick={() => { now(''); }}><IconX size={12} /></ActionIcon>}
      onChange={e => { type(e.currentTarget.value); }}
      onKeyDown={e => { if (e.key === 'Escape') e.currentTarget.blur(); if (e.key === 'Enter') now(text); }} />
  );
}
