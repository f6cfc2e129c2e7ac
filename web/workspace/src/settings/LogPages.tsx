import { Badge, Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';
import { Breakable } from '../shared/Breakable';
import { DataTable } from '../shared/DataTable';
import { MoreRows, SearchBox, useAddress, usePaged } from '../shared/paged';
import { Empty, Failed } from '../shared/States';
import { Time } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { words } from '../shared/words';
import { useTranslation } from '../text/useTranslation';
import { RowMenu } from './Collection';
import { usePeople } from './lists';
import { Listing } from './Listing';
import { SettingsFrame } from './SettingsFrame';

export function AuditPage() {
  const { t } = useTranslation();
  const { search, set } = useAddress();
  const people = usePeople();
  const query = {
    ...(search.actor ? { actor: search.actor } : {}), ...(search.action ? { action: search.action } : {}),
    ...(search.from ? { from: new Date(`${search.from}T00:00`).toISOString() } : {}), ...(search.until ? { to: new Date(`${search.until}T24:00`).toISOString() } : {}),
  };
  const list = usePaged<Wire<'AuditResponse'>>(['audit', query], page => answer(api.GET('/api/v1/audit-log', { params: { query: { ...query, ...page } } })));
  return (
    <SettingsFrame at="audit">
      <Group px="md" pb="sm" gap="xs" align="flex-end">
        <Select size="xs" label={t('settings.audit.who')} clearable searchable data={people.map(p => ({ value: p.id, label: p.name }))} value={search.actor ?? null} onChange={actor => { set({ actor: actor ?? '' }); }} />
        <SearchBoxLabelled label={t('settings.audit.action')} />
        <TextInput size="xs" type="date" label={t('settings.audit.from_')} value={search.from ?? ''} onChange={e => { set({ from: e.currentTarget.value }); }} />
        <TextInput size="xs" type="date" label={t('settings.audit.until')} value={search.until ?? ''} onChange={e => { set({ until: e.currentTarget.value }); }} />
      </Group>
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable label={t('settings.section.audit')} rows={list.rows} rowKey={a => a.id} empty={<Empty title={t('settings.audit.none')} />}
          columns={[
            { key: 'when', title: t('settings.audit.when'), width: '7rem', cell: a => <Time at={a.at} /> },
            { key: 'who', title: t('settings.audit.who'), cell: a => a.actor?.name ?? t('settings.audit.somebody') },
            { key: 'what', title: t('settings.audit.what'), long: true, cell: a => <code><Breakable text={a.action} /></code> },
            { key: 'on', title: t('settings.audit.on'), wide: true, cell: a => a.targetType && words(a.targetType) },
            { key: 'detail', title: t('settings.audit.detail'), wide: true, cell: a => a.detail === null ? '' : <details><summary>{t('settings.audit.detail')}</summary><Listing label={t('settings.audit.detail')}>{JSON.stringify(a.detail, null, 2)}</Listing></details> },
            { key: 'from', title: t('settings.audit.from'), wide: true, cell: a => [a.via && t(`shared.history.via.${a.via as 'screen'}`), a.ip].filter(Boolean).join(' · ') },
          ]} />
      )}
      <MoreRows list={list} />
    </SettingsFrame>
  );
}

const SearchBoxLabelled = ({ label }: { label: string }) => <div><Text size="xs" fw={500} aria-hidden>{label}</Text><SearchBox label={label} name="action" /></div>;

export function DeliveriesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { search } = useAddress();
  const query = search.to ? { to: search.to } : {};
  const list = usePaged<Wire<'DeliveryResponse'>>(['deliveries', query], page => answer(api.GET('/api/v1/deliveries', { params: { query: { ...query, ...page } } })));
  function resend(id: string) {
    answer(api.POST('/api/v1/deliveries/{id}/resend', { params: { path: { id } } })).then(() => { toast(t('settings.deliveries.resent')); void client.invalidateQueries({ queryKey: ['deliveries'] }); }, toastError);
  }

  return (
    <SettingsFrame at="deliveries">
      <Group px="md" pb="sm"><SearchBox label={t('settings.deliveries.search')} name="to" /></Group>
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable label={t('settings.section.deliveries')} rows={list.rows} rowKey={d => d.id} empty={<Empty title={t('settings.deliveries.none')} />}
          columns={[
            { key: 'to', title: t('settings.deliveries.to'), long: true, cell: d => <><Breakable text={d.to} />{d.lastError && <Text size="xs" c="var(--desk-danger)">{d.lastError}</Text>}</> },
            { key: 'template', title: t('settings.deliveries.template'), wide: true, width: '9rem', cell: d => t(`settings.templates.kind.${d.template}`) },
            { key: 'state', title: t('settings.deliveries.state'), width: '7rem', cell: d => <Badge size="sm" radius="sm" variant="default" tt="none">{t(`settings.deliveries.states.${d.state as 'sent'}`)}</Badge> },
            { key: 'when', title: t('settings.deliveries.when'), width: '7rem', cell: d => <Time at={d.sentAt ?? d.createdAt} /> },
            { key: 'do', title: '', width: '3rem', cell: d => <RowMenu name={d.to} actions={d.state === 'queued' || d.state === 'sending' ? [] : [{ label: t('settings.deliveries.resend'), run: () => { resend(d.id); } }]} /> },
          ]} />
      )}
      <MoreRows list={list} />
    </SettingsFrame>
  );
}

export function SuppressionsPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const list = usePaged<Wire<'SuppressionResponse'>>(['suppressions'], page => answer(api.GET('/api/v1/suppressions', { params: { query: page } })));
  function lift(row: Wire<'SuppressionResponse'>) {
    answer(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id: row.id } } })).then(() => { toast(t('settings.suppressions.lifted', { name: row.address })); void client.invalidateQueries({ queryKey: ['suppressions'] }); }, toastError);
  }

  return (
    <SettingsFrame at="suppressions">
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable label={t('settings.section.suppressions')} rows={list.rows} rowKey={s => s.id} empty={<Empty title={t('settings.suppressions.none')} />}
          columns={[
            { key: 'address', title: t('settings.suppressions.address'), long: true, cell: s => s.address },
            { key: 'bounces', title: t('settings.suppressions.bounces'), width: '6rem', cell: s => s.bounces },
            { key: 'error', title: t('settings.suppressions.error'), wide: true, long: true, cell: s => s.lastError },
            { key: 'since', title: t('settings.suppressions.since'), wide: true, width: '7rem', cell: s => <Time at={s.suppressedAt} /> },
            { key: 'do', title: t('shared.actions'), cell: s => <Button size="compact-xs" variant="default" onClick={() => { lift(s); }}>{t('settings.suppressions.lift')}</Button> },
          ]} />
      )}
      <MoreRows list={list} />
    </SettingsFrame>
  );
}
