import { useMe } from '../access/me';
import { answer, api, type Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { useGroups } from './lists';
import { Actions } from './RuleBuilder';
import { useVocabulary, type Action } from './vocabulary';

type Macro = Wire<'MacroResponse'>;

export function MacrosPage() {
  const { t } = useTranslation();
  const me = useMe();
  const vocabulary = useVocabulary();
  const groups = useGroups();
  const mayShare = me.may('settings:manage');
  return (
    <Collection<Macro>
      at="macros" queryKey={['macros']} nameOf={m => m.name} read={page => answer(api.GET('/api/v1/macros', { params: { query: page } }))} size="48rem"
      mayEdit={m => mayShare || m.ownerId === me.id} mayRemove={m => mayShare || m.ownerId === me.id}
      fields={() => [
        { name: 'name', label: t('settings.rules.name'), required: true, whenEmpty: '' },
        { name: 'description', label: t('settings.rules.description') },
        ...(mayShare ? [{ name: 'visibility', label: t('settings.rules.visibility'), kind: 'select' as const, required: true, options: (['personal', 'group', 'shared'] as const).map(value => ({ value, label: t(`settings.rules.visibilities.${value}`) })) }] : []),
        { name: 'groupId', label: t('settings.rules.group'), kind: 'select' as const, options: groups.map(g => ({ value: g.id, label: g.name })), when: v => v.visibility === 'group' },
        { name: 'reply', label: t('settings.rules.reply'), kind: 'area' as const, hint: t('settings.rules.placeholders', { open: '{{', close: '}}' }) },
        { name: 'internal', label: t('settings.rules.internal'), kind: 'switch' as const },
      ]}
      blank={{ name: '', visibility: mayShare ? 'shared' : 'personal', actions: [], internal: false }}
      toValues={m => ({ name: m.name, description: m.description, visibility: m.visibility, groupId: m.groupId, actions: m.actions, reply: m.reply, format: m.format, internal: m.internal })}
      create={values => answer(api.POST('/api/v1/macros', { body: values as unknown as Wire<'MacroFields'> }))}
      update={(m, values) => answer(api.PUT('/api/v1/macros/{id}', { params: { path: { id: m.id } }, body: values as unknown as Wire<'MacroFields'> }))}
      remove={m => answer(api.DELETE('/api/v1/macros/{id}', { params: { path: { id: m.id } } }))}
      form={(_, values, change, error) => <Actions legend={t('settings.rules.then')} actions={(values.actions ?? []) as Action[]} onChange={actions => { change({ ...values, actions }); }} vocabulary={vocabulary} error={error} without={['reply', 'add_note', 'notify', 'route', 'webhook']} />}
      columns={[
        { key: 'for', title: t('settings.rules.visibility'), width: '8rem', cell: m => t(`settings.rules.visibilities.${m.visibility}`) },
        { key: 'reply', title: t('settings.rules.reply'), wide: true, cell: m => <span className="truncate" style={{ display: 'block', maxWidth: '22rem' }}>{m.reply}</span> },
        { key: 'then', title: t('settings.rules.then'), wide: true, cell: m => m.actions.map(a => t(`settings.rules.actions.${a.type}`)).join(', ') },
      ]}
    />
  );
}
