import { Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, mergePatch, once, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { FormDialog } from '../shared/form';
import { MoreRows, usePaged } from '../shared/paged';
import { Empty, Failed } from '../shared/States';
import { useTranslation } from '../text/useTranslation';
import { CustomerName } from './CustomerName';
import classes from './directory.module.css';
import { EntryFrame } from './EntryFrame';
import { assetFields, customerFields } from './fields';
import { NewContact, NewLocation } from './NewEntry';
import { HistoryOf, TicketsOf, Timeline } from './parts';
import { customerItself, fullName } from './queries';
import { Tier } from './Tier';

export function CustomerPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { id } = useParams({ strict: false }) as { id: string };
  const customer = useQuery(customerItself(id));
  const c = customer.data;
  return (
    <EntryFrame
      place="customers" id={id} name={c?.name} values={c} error={customer.error} retry={() => { void customer.refetch(); }} queryKey={customerItself(id).queryKey}
      fields={customerFields(t)}
      patch={part => answer(api.PATCH('/api/v1/customers/{id}', { ...mergePatch, params: { path: { id } }, body: part as unknown as Wire<'CustomerFields'> }))}
      remove={() => answer(api.DELETE('/api/v1/customers/{id}', { params: { path: { id } } }))}
      beside={c && <><Tier tier={c.tier} /><Text size="xs" c="dimmed" className="tabular">{c.number}</Text>{!c.active && <Text size="xs" c="var(--desk-warn)">{t('directory.inactive')}</Text>}</>}
      above={c?.parentId && <Text size="sm" mb="xs">{t('directory.field.parent')} <CustomerName id={c.parentId} /></Text>}
      actions={me.may('tickets:create') && <Button renderRoot={p => <Link {...p} to="/tickets/new" search={{ customerId: id }} />} size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />}>{t('directory.newTicket')}</Button>}
      sections={[
        { key: 'tickets', label: t('directory.tickets'), body: <TicketsOf filter={{ customerId: [id] }} />, permission: 'tickets:read' },
        { key: 'timeline', label: t('directory.timeline'), body: <Timeline id={id} /> },
        { key: 'contacts', label: t('directory.contacts'), body: <Contacts id={id} /> },
        { key: 'locations', label: t('directory.locations'), body: <Locations id={id} /> },
        { key: 'assets', label: t('directory.assets'), body: <Assets id={id} /> },
        { key: 'history', label: t('directory.history'), body: <HistoryOf owner="customers" id={id} /> },
      ]}
    />
  );
}

function AddBar({ label, open }: { label: string; open: () => void }) {
  const me = useMe();
  if (!me.may('customers:write')) return null;
  return <Group px="md" py="xs" justify="flex-end"><Button variant="default" size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>{label}</Button></Group>;
}

function Contacts({ id }: { id: string }) {
  const { t } = useTranslation();
  const [isNew, setNew] = useState(false);
  const list = usePaged<Wire<'ContactResponse'>>(['contacts', 'of', id], page => answer(api.GET('/api/v1/customers/{id}/contacts', { params: { path: { id }, query: { ...page, sort: 'name' } } })));
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  return (
    <>
      <AddBar label={t('directory.newContact')} open={() => { setNew(true); }} />
      <DataTable label={t('directory.contacts')} rows={list.rows} rowKey={r => r.id} empty={<Empty title={t('directory.none.contacts')} />}
        columns={[
          { key: 'name', title: t('directory.field.name'), cell: r => <Link to="/contacts/$id" params={{ id: r.id }} className={classes.link}>{fullName(r)}</Link> },
          { key: 'title', title: t('directory.field.title'), wide: true, cell: r => r.title },
          { key: 'email', title: t('directory.field.email'), cell: r => r.email },
          { key: 'phone', title: t('directory.field.phone'), wide: true, cell: r => <span className="tabular">{r.phoneMobile ?? r.phoneOffice ?? r.phoneDirect}</span> },
          { key: 'main', title: t('directory.field.isPrimary'), wide: true, cell: r => [r.isPrimary && t('directory.field.isPrimary'), r.isBilling && t('directory.field.isBilling'), r.isTechnical && t('directory.field.isTechnical')].filter(Boolean).join(', ') },
        ]} />
      <MoreRows list={list} />
      {isNew && <NewContact customerId={id} close={() => { setNew(false); }} />}
    </>
  );
}

function Locations({ id }: { id: string }) {
  const { t } = useTranslation();
  const [isNew, setNew] = useState(false);
  const list = usePaged<Wire<'LocationResponse'>>(['locations', 'of', id], page => answer(api.GET('/api/v1/customers/{id}/locations', { params: { path: { id }, query: { ...page, sort: 'name' } } })));
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  return (
    <>
      <AddBar label={t('directory.newLocation')} open={() => { setNew(true); }} />
      <DataTable label={t('directory.locations')} rows={list.rows} rowKey={r => r.id} empty={<Empty title={t('directory.none.locations')} />}
        columns={[
          { key: 'name', title: t('directory.field.name'), cell: r => <Link to="/locations/$id" params={{ id: r.id }} className={classes.link}>{r.name}</Link> },
          { key: 'type', title: t('directory.field.type'), wide: true, cell: r => t(`directory.locationKind.${r.type}`) },
          { key: 'address', title: t('directory.field.address'), cell: r => [r.address.line1, r.address.city].filter(Boolean).join(', ') },
        ]} />
      <MoreRows list={list} />
      {isNew && <NewLocation customerId={id} close={() => { setNew(false); }} />}
    </>
  );
}

function Assets({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isNew, setNew] = useState(false);
  const list = usePaged<Wire<'AssetResponse'>>(['assets', 'of', id], page => answer(api.GET('/api/v1/customers/{id}/assets', { params: { path: { id }, query: { ...page, sort: 'number' } } })));
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  return (
    <>
      <AddBar label={t('directory.newAsset')} open={() => { setNew(true); }} />
      <DataTable label={t('directory.assets')} rows={list.rows} rowKey={r => r.id} empty={<Empty title={t('directory.none.assets')} />}
        columns={[
          { key: 'number', title: t('directory.field.number'), cell: r => <Link to="/assets/$id" params={{ id: r.id }} className={`${classes.link} tabular`}>{r.number}</Link> },
          { key: 'name', title: t('directory.field.name'), cell: r => r.name },
          { key: 'project', title: t('directory.field.project'), wide: true, cell: r => r.projectName },
        ]} />
      <MoreRows list={list} />
      {isNew && (
        <FormDialog title={t('directory.newAsset')} fields={assetFields(t)} initial={{ number: '' }} close={() => { setNew(false); }}
          save={values => answer(api.POST('/api/v1/assets', { params: { header: once() }, body: { ...values, customerId: id } as unknown as Wire<'AssetFields'> }))}
          onSaved={() => { void client.invalidateQueries({ queryKey: ['assets'] }); }} />
      )}
    </>
  );
}
