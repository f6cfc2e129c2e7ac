import { ActionIcon, Group } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { toastError } from '../shared/toast';
import { viewsQuery } from '../shell/Sidebar';
import { useTranslation } from '../text/useTranslation';
import { columnNames } from '../tickets/display';
import { orders } from '../tickets/filter';
import { groupings } from '../tickets/grouping';
import { Collection } from './Collection';
import { useGroups } from './lists';

type View = Wire<'ViewResponse'>;

/** Saved lists: one's own, a group's, everybody's; their order is each person's own. */
export function ViewsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const groups = useGroups();
  const mayShare = me.may('views:manage');
  const mayChange = (v: View) => mayShare || v.visibility === 'personal';
  const ids = useQuery(viewsQuery).data?.map(v => v.id) ?? [];
  const moving = useMutation({
    mutationFn: ({ id, by }: { id: string; by: number }) => {
      const next = ids.filter(other => other !== id);
      next.splice(ids.indexOf(id) + by, 0, id);
      return answer(api.PUT('/api/v1/views/order', { body: { viewIds: next } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['views'] }), onError: toastError,
  });
  const place = (v: View) => ids.indexOf(v.id);
  const counted = async <T,>(made: Promise<T>) => { const done = await made; void client.invalidateQueries({ queryKey: ['view-counts'] }); return done; };
  return (
    <Collection<View>
      at="views" queryKey={['views']} nameOf={v => v.name} read={page => answer(api.GET('/api/v1/views', { params: { query: page } }))} mayEdit={mayChange} mayRemove={mayChange}
      fields={() => [
        { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
        { name: 'conditions', label: t('settings.views.conditions'), hint: t('settings.views.conditionsHint'), whenEmpty: '' },
        ...(mayShare ? [{ name: 'visibility', label: t('settings.rules.visibility'), kind: 'select' as const, required: true, options: (['personal', 'group', 'shared'] as const).map(value => ({ value, label: t(`settings.rules.visibilities.${value}`) })) }] : []),
        { name: 'groupId', label: t('settings.rules.group'), kind: 'select' as const, options: groups.map(g => ({ value: g.id, label: g.name })), when: v => v.visibility === 'group' },
        { name: 'sort', label: t('tickets.list.sort'), kind: 'select' as const, required: true, options: orders.flatMap(o => [{ value: `-${o}`, label: `${t(`tickets.field.${o}`)} ↓` }, { value: o, label: `${t(`tickets.field.${o}`)} ↑` }]) },
        { name: 'groupBy', label: t('tickets.list.groupBy'), whenNone: t('tickets.list.groupByNothing'), kind: 'select' as const, options: groupings.map(value => ({ value, label: t(`tickets.field.${value}`) })) },
        { name: 'columns', label: t('tickets.list.columns'), whenNone: t('settings.views.columnsNone'), kind: 'many' as const, options: columnNames.map(value => ({ value, label: t(`tickets.field.${value}`) })) },
      ]}
      blank={{ name: '', conditions: '', visibility: 'personal', sort: '-updatedAt', columns: [], groupBy: null, groupId: null }}
      toValues={v => ({ name: v.name, conditions: v.conditions, visibility: v.visibility, groupId: v.groupId, sort: v.sort, groupBy: v.groupBy, columns: v.columns })}
      create={values => counted(answer(api.POST('/api/v1/views', { body: ofOneGroup(values) })))}
      update={(v, values) => counted(answer(api.PATCH('/api/v1/views/{id}', { ...mergePatch, params: { path: { id: v.id } }, body: ofOneGroup(values) })))}
      remove={v => counted(answer(api.DELETE('/api/v1/views/{id}', { params: { path: { id: v.id } } })))}
      columns={[
        { key: 'for', title: t('settings.rules.visibility'), width: '8rem', cell: v => v.visibility === 'group' ? groups.find(g => g.id === v.groupId)?.name ?? t('settings.rules.visibilities.group') : t(`settings.rules.visibilities.${v.visibility}`) },
        { key: 'conditions', title: t('settings.views.conditions'), wide: true, long: true, cell: v => <code>{v.conditions}</code> },
        {
          key: 'order', title: t('settings.rules.order'), width: '5rem', cell: v => (
            <Group gap={0} wrap="nowrap">
              <ActionIcon aria-label={`${t('settings.moveUp')}: ${v.name}`} disabled={place(v) <= 0 || moving.isPending} onClick={() => { moving.mutate({ id: v.id, by: -1 }); }}><IconArrowUp size={15} /></ActionIcon>
              <ActionIcon aria-label={`${t('settings.moveDown')}: ${v.name}`} disabled={place(v) === ids.length - 1 || moving.isPending} onClick={() => { moving.mutate({ id: v.id, by: 1 }); }}><IconArrowDown size={15} /></ActionIcon>
            </Group>
          ),
        },
      ]}
    />
  );
}

/** A view that is no group's names none. */
const ofOneGroup = (values: Record<string, unknown>) => ({ ...values, groupId: values.visibility === 'group' ? values.groupId : null }) as unknown as Wire<'ViewFields'>;
