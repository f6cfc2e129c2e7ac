import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { Ask } from '../shared/Ask';
import type { Field } from '../shared/form';
import { exactTime } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { Collection, type RowAction } from './Collection';
import { Secret } from './Secret';

type User = Wire<'UserResponse'>;
type Link = { link: string; expiresAt: string };

export function PeoplePage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const [shown, setShown] = useState<{ name: string; link: Link } | null>(null);
  const [withoutCode, setWithoutCode] = useState<User | null>(null);
  const path = (id: string) => ({ params: { path: { id } } });
  const again = () => client.invalidateQueries({ queryKey: ['users'] });

  async function setActive(user: User, active: boolean) {
    await answer(active ? api.POST('/api/v1/users/{id}/reactivate', path(user.id)) : api.POST('/api/v1/users/{id}/deactivate', path(user.id)));
    await again();
  }

  function deactivate(user: User) {
    setActive(user, false).then(() => { toast(t('settings.people.deactivated', { name: user.name }), () => setActive(user, true)); }, toastError);
  }

  const showLink = (user: User, made: Promise<unknown>) => { made.then(link => { setShown({ name: user.name, link: link as Link }); }, toastError); };

  const actions = (user: User): RowAction[] => [
    ...(user.active ? [
      { label: t('settings.people.invite'), run: () => { showLink(user, answer(api.POST('/api/v1/users/{id}/invite', path(user.id)))); } },
      { label: t('settings.people.reset'), run: () => { showLink(user, answer(api.POST('/api/v1/users/{id}/reset-link', path(user.id)))); } },
      { label: `${t('settings.people.totp')}…`, run: () => { setWithoutCode(user); } },
    ] : []),
    ...(user.id === me.id ? [] : user.active
      ? [{ label: t('settings.people.deactivate'), run: () => { deactivate(user); }, isGrave: true }]
      : [{ label: t('settings.people.reactivate'), run: () => { setActive(user, true).then(() => { toast(t('settings.people.reactivated', { name: user.name })); }, toastError); } }]),
  ];

  const fields: Field[] = [
    { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
    { name: 'email', label: t('settings.people.email'), kind: 'email', required: true, whenEmpty: '' },
    { name: 'role', label: t('settings.people.role'), kind: 'select', required: true, hint: t('settings.people.hintRole'), options: (['admin', 'manager', 'agent', 'light_agent'] as const).map(value => ({ value, label: t(`settings.role.${value}`) })) },
    { name: 'ticketScope', label: t('settings.people.sees'), kind: 'select', required: true, options: (['all', 'groups', 'assigned'] as const).map(value => ({ value, label: t(`settings.scope.${value}`) })) },
    { name: 'locale', label: t('settings.people.locale'), kind: 'select', options: [{ value: 'en', label: 'English' }, { value: 'es', label: 'Español' }] },
  ];

  return (
    <>
      <Collection<User>
        at="people" queryKey={['users']} permission="users:manage" nameOf={u => u.name} nameBeside={u => u.id === me.id && <Text span size="xs" c="dimmed"> ({t('settings.people.you')})</Text>}
        read={page => answer(api.GET('/api/v1/users', { params: { query: { ...page, sort: 'name' } } }))}
        fields={() => fields} blank={{ name: '', email: '', role: 'agent', ticketScope: 'all' }} toValues={u => ({ name: u.name, email: u.email, role: u.role, ticketScope: u.ticketScope, locale: u.locale?.slice(0, 2) ?? null })}
        create={values => answer(api.POST('/api/v1/users', { body: values as unknown as Wire<'NewUser'> }))}
        onCreated={made => { const user = made as User; showLink(user, answer(api.POST('/api/v1/users/{id}/invite', path(user.id)))); }}
        update={(user, values) => answer(api.PATCH('/api/v1/users/{id}', { ...mergePatch, ...path(user.id), body: values as unknown as Wire<'UserFields'> }))}
        actions={actions}
        columns={[
          { key: 'email', title: t('settings.people.email'), wide: true, long: true, cell: u => u.email },
          { key: 'role', title: t('settings.people.role'), width: '9rem', cell: u => t(`settings.role.${u.role}`) },
          { key: 'sees', title: t('settings.people.sees'), wide: true, cell: u => t(`settings.scope.${u.ticketScope}`) },
          { key: 'state', title: t('settings.people.status'), wide: true, width: '7rem', cell: u => u.active ? t('shared.active') : <Text span size="sm" c="var(--desk-warn)">{t('settings.people.inactive')}</Text> },
        ]}
      />
      {withoutCode && (
        <Ask title={`${t('settings.people.totp')}: ${withoutCode.name}`} words={t('settings.people.totpAsks', { name: withoutCode.name })} confirm={t('settings.people.totp')} close={() => { setWithoutCode(null); }}
          act={async () => { await answer(api.DELETE('/api/v1/users/{id}/totp', path(withoutCode.id))); toast(t('settings.people.totpOff', { name: withoutCode.name })); }} />
      )}
      {shown && <Secret title={t('settings.people.invite')} words={t('settings.people.link', { name: shown.name, until: exactTime(shown.link.expiresAt) })} secret={shown.link.link} close={() => { setShown(null); }} />}
    </>
  );
}
