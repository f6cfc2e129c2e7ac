import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { CustomerName } from './CustomerName';
import { EntryFrame } from './EntryFrame';
import { assetFields, contactFields, locationFields } from './fields';
import { HistoryOf, TicketsOf } from './parts';
import { assetItself, contactItself, fullName, locationItself } from './queries';

export function ContactPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { id } = useParams({ strict: false }) as { id: string };
  const contact = useQuery(contactItself(id));
  const c = contact.data;
  return (
    <EntryFrame
      place="contacts" id={id} name={c && fullName(c)} values={c} error={contact.error} retry={() => { void contact.refetch(); }} queryKey={contactItself(id).queryKey} fields={contactFields(t)}
      patch={part => answer(api.PATCH('/api/v1/contacts/{id}', { ...mergePatch, params: { path: { id } }, body: part as unknown as Wire<'ContactFields'> }))}
      remove={() => answer(api.DELETE('/api/v1/contacts/{id}', { params: { path: { id } } }))}
      beside={c && <Text size="sm"><CustomerName id={c.customerId} /></Text>}
      actions={c && me.may('tickets:create') && <Button renderRoot={p => <Link {...p} to="/tickets/new" search={{ customerId: c.customerId, contactId: id }} />} size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />}>{t('directory.newTicket')}</Button>}
      sections={[
        { key: 'tickets', label: t('directory.tickets'), body: <TicketsOf filter={{ contactId: [id] }} />, permission: 'tickets:read' },
        { key: 'history', label: t('directory.history'), body: <HistoryOf owner="contacts" id={id} /> },
      ]}
    />
  );
}

export function LocationPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const location = useQuery(locationItself(id));
  const l = location.data;
  return (
    <EntryFrame
      place="locations" id={id} name={l?.name} values={l} error={location.error} retry={() => { void location.refetch(); }} queryKey={locationItself(id).queryKey} fields={locationFields(t)}
      patch={part => answer(api.PATCH('/api/v1/locations/{id}', { ...mergePatch, params: { path: { id } }, body: part as unknown as Wire<'LocationFields'> }))}
      remove={() => answer(api.DELETE('/api/v1/locations/{id}', { params: { path: { id } } }))}
      beside={l && <Text size="sm"><CustomerName id={l.customerId} /></Text>}
      sections={[
        { key: 'tickets', label: t('directory.tickets'), body: <TicketsOf filter={{ locationId: [id] }} />, permission: 'tickets:read' },
        { key: 'history', label: t('directory.history'), body: <HistoryOf owner="locations" id={id} /> },
      ]}
    />
  );
}

export function AssetPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const asset = useQuery(assetItself(id));
  const a = asset.data;
  return (
    <EntryFrame
      place="assets" id={id} name={a && (a.name ? `${a.number} ${a.name}` : a.number)} values={a as { active?: boolean } | undefined} error={asset.error} retry={() => { void asset.refetch(); }} queryKey={assetItself(id).queryKey} fields={assetFields(t)}
      patch={part => answer(api.PATCH('/api/v1/assets/{id}', { ...mergePatch, params: { path: { id } }, body: part as unknown as Wire<'AssetFields'> }))}
      remove={() => answer(api.DELETE('/api/v1/assets/{id}', { params: { path: { id } } }))}
      beside={a?.customerId && <Text size="sm"><CustomerName id={a.customerId} /></Text>}
      above={a?.projectName && <Text size="sm" mb="xs">{t('directory.field.project')}: {a.projectName}</Text>}
      sections={[
        { key: 'tickets', label: t('directory.tickets'), body: <TicketsOf filter={{ assetId: [id] }} />, permission: 'tickets:read' },
        { key: 'history', label: t('directory.history'), body: <HistoryOf owner="assets" id={id} /> },
      ]}
    />
  );
}
