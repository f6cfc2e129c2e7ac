import { MultiSelect, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { usePeople } from './lists';

type Group = Wire<'GroupResponse'>;
const modes = ['none', 'round_robin', 'least_busy', 'skill'] as const;

export function GroupsPage() {
  const { t } = useTranslation();
  const people = usePeople();
  const nameOf = (id: string) => people.find(p => p.id === id)?.name ?? '…';

  /** Name and description first, then who came and who went. */
  async function keep(group: Group | undefined, values: Record<string, unknown>) {
    const { memberIds = [], mode, ...fields } = values as { memberIds?: string[]; mode?: string };
    const body = fields as unknown as Wire<'GroupFields'>;
    const kept = group ? await answer(api.PATCH('/api/v1/groups/{id}', { ...mergePatch, params: { path: { id: group.id } }, body })) : await answer(api.POST('/api/v1/groups', { body }));
    const member = (userId: string) => ({ params: { path: { id: kept.id, userId } } });
    const before = group?.memberIds ?? [];
    await Promise.all([
      ...memberIds.filter(m => !before.includes(m)).map(m => answer(api.PUT('/api/v1/groups/{id}/members/{userId}', member(m)))),
      ...before.filter(m => !memberIds.includes(m)).map(m => answer(api.DELETE('/api/v1/groups/{id}/members/{userId}', member(m)))),
    ]);
    if (mode) await answer(api.PUT('/api/v1/groups/{id}/routing', { params: { path: { id: kept.id } }, body: { mode } as Wire<'RoutingBody'> }));
    return kept;
  }

  return (
    <Collection<Group>
      at="groups" queryKey={['groups']} permission="groups:manage" nameOf={g => g.name}
      read={page => answer(api.GET('/api/v1/groups', { params: { query: { ...page, sort: 'name' } } }))}
      fields={() => [{ name: 'name', label: t('shared.name'), required: true, whenEmpty: '' }, { name: 'description', label: t('settings.groups.description'), kind: 'area' }]}
      blank={{ name: '', memberIds: [] }} toValues={g => ({ name: g.name, description: g.description ?? null, memberIds: g.memberIds })}
      create={values => keep(undefined, values)} update={keep} remove={g => answer(api.DELETE('/api/v1/groups/{id}', { params: { path: { id: g.id } } }))}
      form={(group, values, change) => (
        <>
          <MultiSelect role="combobox" label={t('settings.groups.members')} searchable data={people.filter(p => p.active || (values.memberIds as string[]).includes(p.id)).map(p => ({ value: p.id, label: p.name }))} value={values.memberIds as string[]} onChange={memberIds => { change({ ...values, memberIds }); }} />
          <RoutingOf group={group} value={values.mode as string | undefined} onChange={mode => { change({ ...values, mode }); }} />
        </>
      )}
      columns={[
        { key: 'description', title: t('settings.groups.description'), wide: true, cell: g => g.description },
        { key: 'members', title: t('settings.groups.members'), cell: g => g.memberIds.map(nameOf).sort().join(', ') },
      ]}
    />
  );
}

function RoutingOf({ group, value, onChange }: { group: Group | undefined; value: string | undefined; onChange: (mode: string) => void }) {
  const { t } = useTranslation();
  const routing = useQuery({ queryKey: ['groups', group?.id, 'routing'], queryFn: () => answer(api.GET('/api/v1/groups/{id}/routing', { params: { path: { id: group!.id } } })), enabled: group !== undefined });
  return <Select label={t('settings.groups.routing')} allowDeselect={false} data={modes.map(m => ({ value: m, label: t(`settings.groups.mode.${m}`) }))} value={value ?? routing.data?.mode ?? 'none'} onChange={m => { if (m) onChange(m); }} />;
}
