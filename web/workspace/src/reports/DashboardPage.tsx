import { Button, SegmentedControl, Select, Skeleton, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { useMe } from '../access/me';
import { answer, api, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { useAddress } from '../shared/paged';
import { PageHeader } from '../shared/PageHeader';
import type { Search } from '../shared/search';
import { Empty, Failed } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import { priorities, useRulebook } from '../tickets/rulebook';
import type { Series } from './charts';
import { download, toCsv } from './csv';
import classes from './reports.module.css';

const Bars = lazy(() => import('./charts').then(m => ({ default: m.Bars })));
const Course = lazy(() => import('./charts').then(m => ({ default: m.Course })));
const Donut = lazy(() => import('./charts').then(m => ({ default: m.Donut })));

const ranges = { d7: 7, d30: 30, d90: 90, y1: 365 } as const;
type Range = keyof typeof ranges;
const unsolved = ['new', 'open', 'pending', 'on_hold'] as const;
const byOf = ['policy', 'group', 'agent', 'priority'] as const;
const good = 'var(--desk-good)';
const bad = 'var(--desk-danger)';

/** How the desk stands; every number leads to the tickets that it counts. */
export function DashboardPage() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { search, set } = useAddress();
  const { category } = useRulebook();
  const range: Range = search.range !== undefined && search.range in ranges ? search.range as Range : 'd30';
  // the beginning of a day: the question stays the same until midnight
  const from = useMemo(() => { const day = new Date(); day.setHours(0, 0, 0, 0); day.setDate(day.getDate() - ranges[range]); return day.toISOString(); }, [range]);
  const day = from.slice(0, 10);

  const backlog = useQuery({ queryKey: ['ticket-stats', 'backlog'], queryFn: () => answer(api.GET('/api/v1/tickets/stats', { params: { query: { statusCategory: [...unsolved] } } })) });
  const volume = useQuery({ queryKey: ['ticket-stats', 'since', from], queryFn: () => answer(api.GET('/api/v1/tickets/stats', { params: { query: { createdAfter: from } } })) });
  const hours = (h: number | null | undefined) => h === null || h === undefined ? '—' : h < 1 ? t('reports.minutes', { minutes: Math.round(h * 60) }) : t('reports.hours', { hours: new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 }).format(h) });
  const open = unsolved.join(',');
  const b = backlog.data;
  const v = volume.data;
  if (backlog.error ?? volume.error) return <Failed error={backlog.error ?? volume.error} retry={() => { void backlog.refetch(); void volume.refetch(); }} />;
  return (
    <>
      <PageHeader title={t('reports.title')}>
        <SegmentedControl size="xs" aria-label={t('reports.range')} value={range} onChange={r => { set({ range: r }); }} data={(Object.keys(ranges) as Range[]).map(r => ({ value: r, label: t(`reports.last.${r}`) }))} />
      </PageHeader>
      <div className={classes.grid}>
        <div className={classes.numbers}>
          <Figure label={t('reports.backlog')} value={b?.total} search={{ statusCategory: open }} />
          <Figure label={t('reports.unassigned')} value={b?.unassigned} search={{ statusCategory: open, assignee: 'none' }} />
          <Figure label={t('reports.created')} value={v?.total} search={{ q: `created>=${day}` }} />
          <Figure label={t('reports.solved')} value={v && (v.byStatusCategory.solved ?? 0) + (v.byStatusCategory.closed ?? 0)} search={{ q: `created>=${day}`, statusCategory: 'solved,closed' }} />
          <Figure label={t('reports.firstResponse')} value={v && hours(v.firstResponse.medianHours)} />
          <Figure label={t('reports.resolution')} value={v && hours(v.resolution.medianHours)} />
        </div>
        <Card title={t('reports.byState')}><BarList rows={b && unsolved.map(s => ({ name: t(`tickets.status.${s}`), count: b.byStatusCategory[s] ?? 0, search: { statusCategory: s } }))} /></Card>
        <Card title={t('reports.byPriority')}><BarList rows={b && priorities.map(p => ({ name: t(`tickets.priority.${p}`), count: b.byPriority[p] ?? 0, search: { priority: p, statusCategory: open } }))} /></Card>
        <Card title={t('reports.byAssignee')}><BarList rows={b && [...(b.unassigned > 0 && !b.byAssignee.some(a => a.id === null) ? [{ name: t('reports.nobody'), count: b.unassigned, search: { assignee: 'none', statusCategory: open } }] : []), ...b.byAssignee.slice(0, 10).map(a => ({ name: a.name ?? t('reports.nobody'), count: a.count, search: { assignee: a.id ?? 'none', statusCategory: open } }))]} /></Card>
        <Card title={t('reports.byGroup')}><BarList rows={b && b.byGroup.slice(0, 10).map(g => ({ name: g.name ?? t('reports.noGroup'), count: g.count, search: { group: g.id ?? 'none', statusCategory: open } }))} /></Card>
        <CountChart title={t('reports.byChannel')} counts={v?.byChannel} nameOf={c => t(`tickets.channel.${c as 'email'}`)} search={c => ({ channel: c, q: `created>=${day}` })} />
        <CountChart title={t('reports.byCategory')} counts={v?.byCategory} nameOf={c => category(c)?.name ?? c} search={c => ({ category: c, q: `created>=${day}` })} />
        <Backlog />
        <Sla from={from} />
        {me.may('reports:read') && <Satisfaction from={from} />}
      </div>
    </>
  );
}

function Figure({ label, value, search }: { label: string; value: number | string | undefined; search?: Search }) {
  const { i18n } = useTranslation();
  const words = <><span className={classes.label}>{label}</span><span className={classes.value}>{value === undefined ? <Skeleton height={24} width={60} mt={6} /> : typeof value === 'number' ? new Intl.NumberFormat(i18n.language).format(value) : value}</span></>;
  return search ? <Link to="/tickets" search={search} className={classes.number}>{words}</Link> : <div className={classes.number}>{words}</div>;
}

function Card({ title, children, kind, action }: { title: string; children: ReactNode; kind?: 'wide' | 'third'; action?: ReactNode }) {
  return (
    <section className={`${classes.card} ${kind ? classes[kind] : ''}`} aria-label={title}>
      <div style={{ display: 'flex', justifyContent: 'space-between', gap: '0.5rem', flexWrap: 'wrap' }}><h2>{title}</h2>{action}</div>
      {children}
    </section>
  );
}

function BarList({ rows }: { rows: { name: string; count: number; search: Search }[] | undefined }) {
  const { t, i18n } = useTranslation();
  if (!rows) return <div className={classes.bars} aria-busy>{[70, 45, 60, 30].map(w => <Skeleton key={w} height={14} my={7} width={`${w}%`} />)}</div>;
  if (rows.length === 0) return <div className={classes.bars}><Text size="sm" c="dimmed">{t('reports.none')}</Text></div>;
  const most = Math.max(1, ...rows.map(r => r.count));
  const format = new Intl.NumberFormat(i18n.language);
  return (
    <ul className={classes.bars}>
      {rows.map(r => (
        <li key={r.name}>
          <Link to="/tickets" search={r.search} className={classes.bar}>
            <span className="truncate">{r.name}</span><span className={classes.track}><span className={classes.fill} style={{ width: `${(100 * r.count) / most}%` }} /></span><span className={classes.count}>{format.format(r.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

const ChartLoading = () => <Skeleton height={240} radius="md" />;

/** Counts as a chart that can be clicked, and beneath it as a table of links for the keyboard and screen readers. */
function CountChart({ title, counts, nameOf, search }: { title: string; counts: Record<string, number> | undefined; nameOf: (key: string) => string; search: (key: string) => Search }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const rows = counts && Object.entries(counts).filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a);
  return (
    <Card title={title}>
      <div className={classes.box} aria-hidden>
        {!rows ? <ChartLoading /> : rows.length === 0 ? <Text size="sm" c="dimmed">{t('reports.none')}</Text> : (
          <Suspense fallback={<ChartLoading />}>
            <Bars rows={rows.map(([key, n]) => ({ key, name: nameOf(key), count: n }))} series={[{ name: 'count', label: t('reports.tickets'), color: 'iris.5' }]} lying onPick={row => { void navigate({ to: '/tickets', search: search(String(row.key)) }); }} />
          </Suspense>
        )}
      </div>
      <details>
        <summary>{t('reports.asTable')}</summary>
        <DataTable label={title} rows={rows ?? []} rowKey={([key]) => key} columns={[{ key: 'what', title: t('reports.what'), cell: ([key]) => <Link to="/tickets" search={search(key)} className={classes.link}>{nameOf(key)}</Link> }, { key: 'count', title: t('reports.count'), cell: ([, n]) => <span className="tabular">{new Intl.NumberFormat(i18n.language).format(n)}</span> }]} />
      </details>
    </Card>
  );
}

/** How many waited to be solved, at the end of each of the last thirty days. */
function Backlog() {
  const { t, i18n } = useTranslation();
  const all = useQuery({ queryKey: ['ticket-stats', 'all'], queryFn: () => answer(api.GET('/api/v1/tickets/stats')) });
  const day = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(i18n.language);
  const days = all.data?.backlog;
  return (
    <Card title={t('reports.backlogOverTime')} kind="wide">
      <div className={classes.box} aria-hidden>
        {all.error ? <Failed error={all.error} /> : !days ? <ChartLoading /> : (
          <Suspense fallback={<ChartLoading />}><Course rows={days.map(d => ({ name: day.format(new Date(d.date)), unsolved: d.unsolved }))} series={[{ name: 'unsolved', label: t('reports.unsolved'), color: 'iris.5' }]} /></Suspense>
        )}
      </div>
      <details>
        <summary>{t('reports.asTable')}</summary>
        <DataTable label={t('reports.backlogOverTime')} rows={days && [...days].reverse()} rowKey={d => d.date} columns={[
          { key: 'day', title: t('reports.day'), cell: d => day.format(new Date(d.date)) },
          { key: 'created', title: t('reports.created'), cell: d => <span className="tabular">{number.format(d.created)}</span> },
          { key: 'solved', title: t('reports.solved'), cell: d => <span className="tabular">{number.format(d.solved)}</span> },
          { key: 'unsolved', title: t('reports.unsolved'), cell: d => <span className="tabular">{number.format(d.unsolved)}</span> },
        ]} />
      </details>
    </Card>
  );
}

/** Promises kept and missed: by week as a chart, by whom as the report that can be taken away. */
function Sla({ from }: { from: string }) {
  const { t, i18n } = useTranslation();
  const { search, set } = useAddress();
  const by = byOf.find(b => b === search.by) ?? 'policy';
  const weeks = useQuery({ queryKey: ['sla-report', 'week', from], queryFn: () => answer(api.GET('/api/v1/sla/report', { params: { query: { by: 'week', from } } })) });
  const report = useQuery({ queryKey: ['sla-report', by, from], queryFn: () => answer(api.GET('/api/v1/sla/report', { params: { query: { by, from } } })) });
  const percent = (share: number) => new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }).format(share / 100);
  const week = (day: string) => day && new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(day));
  const byWeek = new Map<string, { kept: number; missed: number }>();
  for (const r of weeks.data?.data ?? []) {
    const sum = byWeek.get(r.key ?? '') ?? { kept: 0, missed: 0 };
    byWeek.set(r.key ?? '', { kept: sum.kept + r.kept, missed: sum.missed + r.missed });
  }

  const series: Series[] = [{ name: 'kept', label: t('reports.kept'), color: good }, { name: 'missed', label: t('reports.missed'), color: bad }];
  const rows = [...byWeek].sort(([a], [b]) => a.localeCompare(b)).map(([key, n]) => ({ name: week(key), ...n }));
  const total = rows.reduce((sum, r) => ({ kept: sum.kept + r.kept, all: sum.all + r.kept + r.missed }), { kept: 0, all: 0 });
  const nameOf = (r: Wire<'SlaReportRow'>) => by === 'priority' && r.key ? t(`tickets.priority.${r.key as 'low'}`) : r.name ?? r.key ?? t('reports.nobody');

  function exportCsv() {
    download(`sla-${by}-${from.slice(0, 10)}.csv`, toCsv([[t('reports.who'), t('reports.what'), t('reports.tickets'), t('reports.kept'), t('reports.missed'), '%', `${t('reports.average')} (min)`], ...(report.data?.data ?? []).map(r => [nameOf(r), t(`reports.metric.${r.metric}`), r.total, r.kept, r.missed, r.compliance, r.averageMinutes])]));
  }

  return (
    <>
      <Card title={t('reports.overTime')} kind="wide" action={total.all > 0 && <Text size="sm" c="dimmed" className="tabular">{t('reports.ofPromises', { kept: total.kept, total: total.all })} · {percent((100 * total.kept) / total.all)}</Text>}>
        <div className={classes.box} aria-hidden>
          {weeks.error ? <Failed error={weeks.error} /> : !weeks.data ? <ChartLoading /> : rows.length === 0 ? <Empty title={t('reports.none')} /> : <Suspense fallback={<ChartLoading />}><Bars rows={rows} series={series} stacked /></Suspense>}
        </div>
        <details>
          <summary>{t('reports.asTable')}</summary>
          <DataTable label={t('reports.overTime')} rows={rows} rowKey={r => String(r.name)} columns={[{ key: 'name', title: t('reports.what'), cell: r => r.name }, { key: 'kept', title: t('reports.kept'), cell: r => r.kept }, { key: 'missed', title: t('reports.missed'), cell: r => r.missed }]} />
        </details>
      </Card>
      <Card title={t('reports.compliance')} kind="wide" action={(
        <div style={{ display: 'flex', gap: '0.5rem' }}>
          <Select size="xs" w={140} aria-label={t('reports.compliance')} allowDeselect={false} value={by} onChange={b => { set({ by: b ?? '' }); }} data={byOf.map(b => ({ value: b, label: t(`reports.by.${b}`) }))} />
          <Button size="xs" variant="default" leftSection={<IconDownload size={14} aria-hidden />} onClick={exportCsv} disabled={!report.data}>{t('reports.exportCsv')}</Button>
        </div>
      )}>
        {report.error ? <Failed error={report.error} retry={() => { void report.refetch(); }} /> : (
          <DataTable label={t('reports.compliance')} rows={report.data?.data} rowKey={r => `${r.key}${r.metric}`} empty={<Empty title={t('reports.none')} />}
            columns={[
              { key: 'who', title: t('reports.who'), cell: r => by === 'agent' && r.key ? <Link to="/tickets" search={{ assignee: r.key }} className={classes.link}>{nameOf(r)}</Link> : by === 'group' && r.key ? <Link to="/tickets" search={{ group: r.key }} className={classes.link}>{nameOf(r)}</Link> : by === 'priority' && r.key ? <Link to="/tickets" search={{ priority: r.key }} className={classes.link}>{nameOf(r)}</Link> : nameOf(r) },
              { key: 'metric', title: t('reports.what'), cell: r => t(`reports.metric.${r.metric}`) },
              { key: 'total', title: t('reports.tickets'), wide: true, width: '6rem', cell: r => <span className="tabular">{r.total}</span> },
              { key: 'missed', title: t('reports.missed'), wide: true, width: '6rem', cell: r => <span className="tabular">{r.missed}</span> },
              { key: 'share', title: t('reports.share'), width: '7rem', cell: r => <span className="tabular" style={{ color: r.compliance >= 90 ? good : r.compliance >= 75 ? 'var(--desk-warn)' : bad, fontWeight: 550 }}>{percent(r.compliance)}</span> },
            ]} />
        )}
      </Card>
    </>
  );
}

function Satisfaction({ from }: { from: string }) {
  const { t, i18n } = useTranslation();
  const report = useQuery({ queryKey: ['satisfaction', from], queryFn: () => answer(api.GET('/api/v1/reports/satisfaction', { params: { query: { by: 'agent', from } } })) });
  const percent = (share: number | null) => share === null ? '—' : new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 }).format(share);
  const total = report.data?.total;
  const answered = total ? total.good + total.bad : 0;
  return (
    <>
      <Card title={t('reports.csat')}>
        <div className={classes.box} aria-hidden>
          {report.error ? <Failed error={report.error} /> : !total ? <ChartLoading /> : answered === 0 ? <Empty title={t('reports.noAnswers')} /> : (
            <Suspense fallback={<ChartLoading />}><Donut slices={[{ name: t('reports.good'), value: total.good, color: good }, { name: t('reports.bad'), value: total.bad, color: bad }]} label={percent(total.share)} /></Suspense>
          )}
        </div>
        {total && answered > 0 && <Text size="sm" c="dimmed" ta="center">{t('reports.satisfied', { good: total.good, all: answered })}</Text>}
      </Card>
      <Card title={t('reports.csatBy')}>
        <DataTable label={t('reports.csatBy')} rows={report.data?.data} rowKey={r => r.id ?? '-'} empty={<Empty title={t('reports.noAnswers')} />}
          columns={[
            { key: 'who', title: t('reports.who'), cell: r => r.id ? <Link to="/tickets" search={{ assignee: r.id }} className={classes.link}>{r.name}</Link> : r.name },
            { key: 'sent', title: t('reports.sent'), wide: true, width: '5rem', cell: r => r.sent },
            { key: 'good', title: t('reports.good'), width: '4rem', cell: r => r.good },
            { key: 'bad', title: t('reports.bad'), width: '4rem', cell: r => r.bad },
            { key: 'share', title: t('reports.goodShare'), width: '6rem', cell: r => percent(r.share) },
          ]} />
      </Card>
    </>
  );
}
