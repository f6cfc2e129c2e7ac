import { ActionIcon, Badge, Group, Switch, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { every } from '../api/every';
import type { Values } from '../shared/form';
import { toast, toastError } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { Actions, Conditions } from './RuleBuilder';
import { TryAutomation, TryTrigger } from './TryOut';
import { useVocabulary, type Action, type Condition } from './vocabulary';

type Rule = Wire<'RuleResponse'>;
type Kind = 'triggers' | 'automations';
interface Parts { all?: Condition[]; any?: Condition[] }

export function TriggersPage() { return <RulesPage kind="triggers" />; }
export function AutomationsPage() { return <RulesPage kind="automations" />; }

function RulesPage({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const vocabulary = useVocabulary();
  const mayManage = me.may('settings:manage');
  const ruleList = (page: { limit: string; cursor?: string }) => answer(api.GET(`/api/v1/${kind}`, { params: { query: page } }));
  const ids = useQuery({ queryKey: [kind, 'order'], queryFn: () => every(ruleList) }).data?.map(r => r.id) ?? [];
  const again = () => client.invalidateQueries({ queryKey: [kind] });

  const patch = (rule: Rule, body: Values) => answer(api.PATCH(`/api/v1/${kind}/{id}`, { ...mergePatch, params: { path: { id: rule.id } }, body: body as unknown as Wire<'RuleFields'> }));
  const turning = useMutation({
    mutationFn: ({ rule, active }: { rule: Rule; active: boolean }) => patch(rule, { active }),
    onSuccess: (_, { rule, active }) => {
      void again();
      toast(t(active ? 'settings.turnedOn' : 'settings.turnedOff', { name: rule.name }), async () => { await patch(rule, { active: !active }); await again(); });
    },
    onError: toastError,
  });
  const moving = useMutation({
    mutationFn: ({ id, by }: { id: string; by: -1 | 1 }) => {
      const next = ids.filter(other => other !== id);
      next.splice(ids.indexOf(id) + by, 0, id);
      return answer(api.POST(`/api/v1/${kind}/reorder`, { body: { ids: next } }));
    },
    onSuccess: again, onError: toastError,
  });

  const canMove = (rule: Rule, by: -1 | 1) => !moving.isPending && ids.includes(rule.id) && ids[ids.indexOf(rule.id) + by] !== undefined;

  return (
    <Collection<Rule>
      at={kind} queryKey={[kind]} permission="settings:manage" nameOf={r => r.name} read={ruleList} size="52rem"
      nameBeside={r => (
        <>
          {r.builtIn && <> <Badge size="xs" variant="default" tt="none" fw={450}>{t('settings.builtIn')}</Badge></>}
          {r.broken && <Text size="xs" c="var(--desk-danger)">{t('settings.broken', { why: r.broken })}</Text>}
          {r.description && <Text size="xs" c="dimmed" lineClamp={1}>{r.description}</Text>}
        </>
      )}
      fields={() => [{ name: 'name', label: t('settings.rules.name'), required: true, whenEmpty: '' }, { name: 'description', label: t('settings.rules.description') }]}
      blank={{ name: '', active: true, conditions: { all: [], any: [] }, actions: [], oncePerTicket: false }}
      toValues={r => ({ name: r.name, description: r.description, active: r.active, conditions: r.conditions, actions: r.actions, oncePerTicket: r.oncePerTicket })}
      create={values => answer(api.POST(`/api/v1/${kind}`, { body: values as unknown as Wire<'RuleFields'> }))}
      update={(r, values) => answer(api.PUT(`/api/v1/${kind}/{id}`, { params: { path: { id: r.id } }, body: values as unknown as Wire<'RuleFields'> }))}
      remove={r => answer(api.DELETE(`/api/v1/${kind}/{id}`, { params: { path: { id: r.id } } }))}
      // where there is no room for the arrows, and for whoever is in the menu anyway
      actions={r => [
        ...(canMove(r, -1) ? [{ label: t('settings.moveUp'), run: () => { moving.mutate({ id: r.id, by: -1 }); } }] : []),
        ...(canMove(r, 1) ? [{ label: t('settings.moveDown'), run: () => { moving.mutate({ id: r.id, by: 1 }); } }] : []),
      ]}
      form={(edited, values, change, error) => {
        const parts = (values.conditions ?? {}) as Parts;
        return (
          <>
            <Conditions legend={t('settings.rules.all')} at="conditions.all" conditions={parts.all ?? []} onChange={next => { change({ ...values, conditions: { ...parts, all: next } }); }} vocabulary={vocabulary} isTimed={kind === 'automations'} error={error} />
            <Conditions legend={t('settings.rules.any')} at="conditions.any" conditions={parts.any ?? []} onChange={next => { change({ ...values, conditions: { ...parts, any: next } }); }} vocabulary={vocabulary} isTimed={kind === 'automations'} error={error} />
            <Actions legend={t('settings.rules.then')} actions={(values.actions ?? []) as Action[]} onChange={actions => { change({ ...values, actions }); }} vocabulary={vocabulary} error={error} />
            <Group gap="lg">
              <Switch label={t('settings.rules.active')} checked={values.active === true} onChange={e => { change({ ...values, active: e.currentTarget.checked }); }} />
              {kind === 'automations' && <Switch label={t('settings.rules.once')} checked={values.oncePerTicket === true} onChange={e => { change({ ...values, oncePerTicket: e.currentTarget.checked }); }} />}
            </Group>
            {kind === 'triggers' ? <TryTrigger rule={values} vocabulary={vocabulary} /> : <TryAutomation saved={edited?.id} rule={values} vocabulary={vocabulary} />}
          </>
        );
      }}
      columns={[
        { key: 'size', title: t('settings.rules.when'), wide: true, width: '11rem', cell: r => { const n = (r.conditions.all?.length ?? 0) + (r.conditions.any?.length ?? 0); return n === 0 ? t('settings.rules.always') : t('settings.rules.conditionsCount', { count: n }); } },
        { key: 'then', title: t('settings.rules.then'), wide: true, cell: r => <Text span size="sm" lineClamp={1}>{r.actions.map(a => t(`settings.rules.actions.${a.type}`)).join(', ')}</Text> },
        { key: 'active', title: t('settings.rules.active'), width: '5rem', cell: r => <Switch aria-label={`${t('settings.rules.active')}: ${r.name}`} disabled={!mayManage} checked={turning.isPending && turning.variables.rule.id === r.id ? turning.variables.active : r.active} onChange={e => { turning.mutate({ rule: r, active: e.currentTarget.checked }); }} /> },
        ...(mayManage ? [{
          key: 'order', title: t('settings.rules.order'), wide: true, width: '5rem', cell: (r: Rule) => (
            <Group gap={0} wrap="nowrap">
              <ActionIcon aria-label={`${t('settings.moveUp')}: ${r.name}`} disabled={!canMove(r, -1)} onClick={() => { moving.mutate({ id: r.id, by: -1 }); }}><IconArrowUp size={15} /></ActionIcon>
              <ActionIcon aria-label={`${t('settings.moveDown')}: ${r.name}`} disabled={!canMove(r, 1)} onClick={() => { moving.mutate({ id: r.id, by: 1 }); }}><IconArrowDown size={15} /></ActionIcon>
            </Group>
          ),
        }] : []),
      ]}
    />
  );
}
