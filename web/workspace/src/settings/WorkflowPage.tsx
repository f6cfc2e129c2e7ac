import { Badge, Button, Menu, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { every } from '../api/every';
import { Ask } from '../shared/Ask';
import { DataTable } from '../shared/DataTable';
import { FormDialog } from '../shared/form';
import { MoreMenu } from '../shared/MoreMenu';
import { useAddress } from '../shared/paged';
import { Empty, Failed, LinesLoading } from '../shared/States';
import { TabBar } from '../shared/TabBar';
import { toast, toastError } from '../shared/toast';
import { words } from '../shared/words';
import { useTranslation } from '../text/useTranslation';
import { SettingsFrame } from './SettingsFrame';
import { WorkflowForm } from './WorkflowForm';
import { WorkflowGraph } from './WorkflowGraph';

type Workflow = Wire<'WorkflowResponse'>;

/** The states of a ticket and the steps between them: looked at as a graph, changed as a table. */
export function WorkflowPage() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { search, set } = useAddress();
  const [dialog, setDialog] = useState<'new' | 'delete' | null>(null);
  const workflows = useQuery({ queryKey: ['workflows'], queryFn: () => every(page => answer(api.GET('/api/v1/workflows', { params: { query: page } }))) });
  const all = workflows.data ?? [];
  const one = all.find(w => w.key === search.workflow) ?? all.find(w => w.isCurrent) ?? all[0];
  const title = (key: string) => i18n.exists(`settings.workflow.named.${key}`) ? t(`settings.workflow.named.${key as 'support'}`) : words(key);
  const nameOf = (key: string) => one?.statuses.find(s => s.key === key)?.name ?? key;
  const mayManage = me.may('settings:manage');
  const isEditing = mayManage && one !== undefined && search.edit === '1';

  async function again() {
    await Promise.all(['workflows', 'statuses', 'settings'].map(key => client.invalidateQueries({ queryKey: [key] })));
  }

  async function take(key: string) {
    await answer(api.PATCH('/api/v1/settings', { ...mergePatch, body: { workflow: key } as Wire<'SettingsFields'> }));
    await again();
  }

  function takeNow(next: Workflow) {
    const before = all.find(w => w.isCurrent);
    take(next.key).then(() => { toast(t('settings.workflow.taken', { name: title(next.key) }), before && (() => take(before.key))); }, toastError);
  }

  const actions = mayManage && one && !isEditing && (
    <>
      <Button size="compact-sm" onClick={() => { set({ edit: '1', workflow: one.key }); }}>{t('shared.edit')}</Button>
      <MoreMenu label={t('settings.moreOf', { name: title(one.key) })}>{() => (
        <>
          <Menu.Item onClick={() => { setDialog('new'); }}>{t('settings.workflow.copy')}</Menu.Item>
          {!one.isCurrent && <Menu.Item onClick={() => { takeNow(one); }}>{t('settings.workflow.take')}</Menu.Item>}
          {!one.isCurrent && one.version > 0 && <Menu.Item c="var(--desk-danger)" onClick={() => { setDialog('delete'); }}>{t('shared.delete')}…</Menu.Item>}
        </>
      )}</MoreMenu>
    </>
  );

  return (
    <SettingsFrame at="workflow" actions={actions} beside={one?.isCurrent && <Badge size="sm" variant="light" tt="none">{t('settings.workflow.current')}</Badge>}>
      {all.length > 1 && !isEditing && <TabBar label={t('settings.section.workflow')} tabs={all.map(w => ({ label: title(w.key), to: '.', search: { workflow: w.key }, isCurrent: w === one }))} />}
      {workflows.error ? <Failed error={workflows.error} retry={() => { void workflows.refetch(); }} /> : !workflows.data ? <div style={{ padding: '1rem' }}><LinesLoading lines={10} /></div> : !one ? <Empty title={t('settings.none')} />
        : isEditing ? <WorkflowForm key={one.id} workflow={one} close={() => { set({ edit: '' }); }} saved={again} />
        : (
          <>
            <WorkflowGraph key={one.id} statuses={one.statuses} steps={one.transitions} />
            <DataTable label={t('settings.workflow.steps')} rows={one.statuses} rowKey={s => s.key}
              columns={[
                { key: 'status', title: t('settings.workflow.status'), cell: s => s.name },
                { key: 'category', title: t('settings.workflow.category'), wide: true, cell: s => t(`tickets.status.${s.category}`) },
                { key: 'to', title: t('settings.workflow.to'), cell: s => one.transitions.filter(x => x.from === s.key).map(x => nameOf(x.to)).join(', ') || <Text span size="sm" c="dimmed">{t('settings.workflow.final')}</Text> },
              ]} />
          </>
        )}
      {one && dialog === 'new' && (
        <FormDialog title={t('settings.workflow.copyOf', { name: title(one.key) })} initial={{ key: '' }} fields={[{ name: 'key', label: t('settings.categories.key'), hint: t('settings.categories.keyHint'), required: true, whenEmpty: '' }]} close={() => { setDialog(null); }}
          save={values => answer(api.POST('/api/v1/workflows', { body: { key: values.key as string, statuses: one.statuses, transitions: one.transitions } }))}
          onSaved={made => { void again(); set({ workflow: made.key, edit: '1' }); }} />
      )}
      {one && dialog === 'delete' && (
        <Ask title={t('settings.deleteOf', { name: title(one.key) })} words={t('settings.workflow.deleteAsks')} confirm={t('shared.delete')} close={() => { setDialog(null); }}
          act={async () => { await answer(api.DELETE('/api/v1/workflows/{id}', { params: { path: { id: one.id } } })); set({ workflow: '' }); await again(); }} />
      )}
    </SettingsFrame>
  );
}
