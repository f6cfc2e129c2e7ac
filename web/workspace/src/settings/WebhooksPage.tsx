import { Badge, Button, Group, Modal, Stack, Switch, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { MoreRows, useAddress, usePaged } from '../shared/paged';
import { Empty, Failed } from '../shared/States';
import { exactTime, Time } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { Secret } from './Secret';
import { Listing } from './Listing';

type Webhook = Wire<'WebhookResponse'>;
type Attempt = Wire<'WebhookAttempt'>;

export function WebhooksPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { search, set } = useAddress();
  const [secret, setSecret] = useState<{ name: string; secret: string } | null>(null);
  const path = (id: string) => ({ params: { path: { id } } });
  const again = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  return (
    <>
      <Collection<Webhook>
        at="webhooks" queryKey={['webhooks']} permission="webhooks:manage" nameOf={w => w.url} nameTitle={t('settings.webhooks.url')} read={page => answer(api.GET('/api/v1/webhooks', { params: { query: page } }))}
        nameBeside={w => w.description && <Text size="xs" c="dimmed">{w.description}</Text>}
        fields={() => [
          { name: 'url', label: t('settings.webhooks.url'), kind: 'url', required: true, whenEmpty: '' },
          { name: 'description', label: t('settings.webhooks.description') },
          { name: 'events', label: t('settings.webhooks.events'), kind: 'tags', hint: t('settings.webhooks.eventsHint') },
          { name: 'headers', label: t('settings.webhooks.headers'), kind: 'area', hint: t('settings.webhooks.headersHint'), whenEmpty: '' },
          { name: 'enabled', label: t('settings.webhooks.enabled'), kind: 'switch' },
        ]}
        blank={{ url: '', events: ['*'], headers: '', enabled: true }} toValues={w => ({ url: w.url, description: w.description, events: w.events, headers: Object.entries(w.headers).map(([name, value]) => `${name}: ${value}`).join('\n'), enabled: w.enabled })}
        create={values => answer(api.POST('/api/v1/webhooks', { body: { ...values, headers: headersOf(values.headers) } as unknown as Wire<'WebhookFields'> }))}
        onCreated={made => { const w = made as Wire<'MadeWebhook'>; setSecret({ name: w.url, secret: w.secret }); }}
        update={(w, values) => answer(api.PATCH('/api/v1/webhooks/{id}', { ...mergePatch, ...path(w.id), body: { ...values, headers: { ...Object.fromEntries(Object.keys(w.headers).map(name => [name, null])), ...headersOf(values.headers) } } as unknown as Wire<'WebhookFields'> }))}
        remove={w => answer(api.DELETE('/api/v1/webhooks/{id}', path(w.id)))}
        removeAsks={w => t('settings.webhooks.deleteAsks', { url: w.url })}
        actions={w => [
          { label: t('settings.webhooks.attempts'), run: () => { set({ attempts: w.id }); } },
          { label: t('settings.webhooks.test'), run: () => { answer(api.POST('/api/v1/webhooks/{id}/test', path(w.id))).then(() => { toast(t('settings.webhooks.tested')); set({ attempts: w.id }); void again(); }, toastError); } },
          { label: t('settings.webhooks.rotate'), run: () => { answer(api.POST('/api/v1/webhooks/{id}/rotate-secret', { ...path(w.id), body: {} })).then(made => { setSecret({ name: w.url, secret: made.secret }); }, toastError); } },
        ]}
        columns={[
          { key: 'events', title: t('settings.webhooks.events'), wide: true, cell: w => w.events.length === 0 ? t('settings.webhooks.all') : w.events.join(', ') },
          { key: 'state', title: t('settings.webhooks.state'), width: '11rem', cell: w => w.enabled ? <State id={w.id} /> : <Text span size="sm" c="dimmed">{t('settings.off')}{w.disabledReason ? `: ${w.disabledReason}` : ''}</Text> },
        ]}
      />
      {secret && <Secret title={secret.name} words={t('settings.webhooks.secret')} secret={secret.secret} close={() => { setSecret(null); }} />}
      {search.attempts && <Attempts id={search.attempts} close={() => { set({ attempts: '', failed: '' }); }} />}
    </>
  );
}

/** Headers as they are written, one a line. */
function headersOf(lines: unknown): Record<string, string> {
  return Object.fromEntries(String(lines ?? '').split('\n').filter(line => line.trim() !== '').map(line => { const [name, ...value] = line.split(':'); return [name!.trim(), value.join(':').trim()]; }));
}

function State({ id }: { id: string }) {
  const { t } = useTranslation();
  const status = useQuery({ queryKey: ['webhooks', id, 'status'], queryFn: () => answer(api.GET('/api/v1/webhooks/{id}/status', { params: { path: { id } } })) });
  if (!status.data) return <span>&nbsp;</span>;
  const s = status.data;
  return (
    <Text span size="sm" {...(s.failures > 0 ? { c: 'var(--desk-warn)' } : {})}>
      {s.pausedUntil ? t('settings.webhooks.pausedUntil', { at: exactTime(s.pausedUntil) }) : t(`settings.webhooks.states.${s.state as 'working'}`)}{s.waiting > 0 && ` · ${t('settings.webhooks.waiting')}: ${s.waiting}`}
    </Text>
  );
}

/** What was sent to an address and what it answered; each can be sent again. No event tells of attempts, so it looks while it is open. */
function Attempts({ id, close }: { id: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { search, set } = useAddress();
  const failed = search.failed === 'true';
  const [open, setOpen] = useState<string | null>(null);
  const list = usePaged<Attempt>(['webhooks', id, 'attempts', failed], page => answer(api.GET('/api/v1/webhooks/{id}/attempts', { params: { path: { id }, query: { ...page, ...(failed ? { failed: 'true' } : {}) } } })), { refetchInterval: 2000 });
  const newest = list.rows?.[0]?.id;
  useEffect(() => { void client.invalidateQueries({ queryKey: ['webhooks', id, 'status'] }); }, [client, id, newest]);
  function replay(attempt: Attempt) {
    answer(api.POST('/api/v1/webhooks/attempts/{id}/replay', { params: { path: { id: attempt.id } } })).then(() => { toast(t('settings.webhooks.replayed')); void client.invalidateQueries({ queryKey: ['webhooks', id] }); }, toastError);
  }

  return (
    <Modal opened onClose={close} title={t('settings.webhooks.attempts')} size="52rem">
      <Stack gap="sm">
        <Switch label={t('settings.webhooks.failedOnly')} checked={failed} onChange={e => { set({ failed: e.currentTarget.checked ? 'true' : '' }); }} />
        {list.query.error ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
          <DataTable label={t('settings.webhooks.attempts')} rows={list.rows} rowKey={a => a.id} empty={<Empty title={t('settings.webhooks.none')} />} below={a => a.id === open && <Exchange attempt={a} />}
            columns={[
              { key: 'when', title: t('settings.webhooks.when'), cell: a => <Time at={a.at} /> },
              { key: 'answer', title: t('settings.webhooks.answer'), cell: a => a.error === null ? <Badge size="sm" radius="sm" variant="default">{a.status}</Badge> : <Text span size="sm" c="var(--desk-danger)">{a.error}</Text> },
              { key: 'took', title: t('settings.webhooks.took'), wide: true, cell: a => <span className="tabular">{a.durationMs} ms</span> },
              { key: 'do', title: t('shared.actions'), cell: a => <Group gap={4} wrap="nowrap"><Button size="compact-xs" variant="default" onClick={() => { setOpen(o => (o === a.id ? null : a.id)); }} aria-expanded={open === a.id}>{t('settings.webhooks.details')}</Button><Button size="compact-xs" variant="default" onClick={() => { replay(a); }}>{t('settings.webhooks.replay')}</Button></Group> },
            ]} />
        )}
        <MoreRows list={list} />
      </Stack>
    </Modal>
  );
}

/** What was sent in an attempt, and what came back. */
function Exchange({ attempt }: { attempt: Attempt }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Text size="xs" fw={550}>{t('settings.webhooks.request')}</Text><Listing label={t('settings.webhooks.request')}>{attempt.requestBody ?? '—'}</Listing>
      <Text size="xs" fw={550}>{t('settings.webhooks.response')}</Text><Listing label={t('settings.webhooks.response')}>{attempt.responseBody ?? attempt.error ?? '—'}</Listing>
    </Stack>
  );
}
