import { ActionIcon, Button, MultiSelect, NumberInput, Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { ApiProblem } from '../api/client';
import type { Option } from '../shared/form';
import { ruleTargets } from '../shared/ruleName';
import { useTranslation } from '../text/useTranslation';
import { TagsSelect } from '../tickets/TagsSelect';
import classes from './settings.module.css';
import { operatorsOf, priorityOptions, takesNothing, takesSeveral, typeOptions, type Action, type Condition, type ConditionField, type Operator, type Vocabulary } from './vocabulary';

/** What is wrong with a part and everything below it, such as `conditions.all.0`. */
function errorsBelow(error: unknown, path: string): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  const found = Object.entries(error.fields).filter(([field]) => field === path || field.startsWith(`${path}.`)).map(([, words]) => words);
  return found.length > 0 ? found.join(' ') : undefined;
}

interface ConditionsProps { legend: string; at: string; conditions: Condition[]; onChange: (conditions: Condition[]) => void; vocabulary: Vocabulary; isTimed: boolean; error: unknown }

export function Conditions({ legend, at, conditions, onChange, vocabulary, isTimed, error }: ConditionsProps) {
  const { t } = useTranslation();
  const offered = vocabulary.fields.filter(f => isTimed || f.kind !== 'hours');
  const replace = (i: number, next: Condition) => { onChange(conditions.map((c, n) => (n === i ? next : c))); };
  return (
    <fieldset className={classes.part}>
      <legend>{legend}</legend>
      {conditions.map((condition, i) => {
        const field = vocabulary.fields.find(f => f.name === condition.field);
        const wrong = errorsBelow(error, `${at}.${i}`);
        return (
          <div key={i}>
            <div className={classes.rule} role="group" aria-label={field?.label ?? condition.field}>
              <Select size="xs" aria-label={t('settings.rules.field')} searchable allowDeselect={false} value={condition.field} data={[...offered.map(f => ({ value: f.name, label: f.label })), ...(field ? [] : [{ value: condition.field, label: condition.field }])]}
                onChange={name => { const next = vocabulary.fields.find(f => f.name === name); if (next) replace(i, { field: next.name, operator: operatorsOf(next)[0]!, value: undefined }); }} />
              <Select size="xs" aria-label={t('settings.rules.operator')} allowDeselect={false} value={condition.operator} data={(field ? operatorsOf(field) : [condition.operator]).map(o => ({ value: o, label: t(`settings.rules.operators.${o}`) }))}
                onChange={o => { const operator = o as Operator; replace(i, { ...condition, operator, value: takesNothing(operator) || takesSeveral(field, operator) !== takesSeveral(field, condition.operator) ? undefined : condition.value }); }} />
              {takesNothing(condition.operator) ? <span /> : <ConditionValue field={field} operator={condition.operator} value={condition.value} onChange={value => { replace(i, { ...condition, value }); }} />}
              <ActionIcon aria-label={t('settings.rules.remove')} onClick={() => { onChange(conditions.filter((_, n) => n !== i)); }}><IconX size={15} /></ActionIcon>
            </div>
            {wrong && <Text size="xs" c="var(--desk-danger)" role="alert">{wrong}</Text>}
          </div>
        );
      })}
      <div><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />} onClick={() => { onChange([...conditions, isTimed && conditions.length === 0 ? { field: 'hoursSinceStatus', operator: 'at_least', value: 24 } : { field: 'status', operator: 'is', value: undefined }]); }}>{t('settings.rules.addCondition')}</Button></div>
    </fieldset>
  );
}

const asList = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value === undefined || value === null ? [] : [String(value)]);

function ConditionValue({ field, operator, value, onChange }: { field: ConditionField | undefined; operator: Operator; value: unknown; onChange: (value: unknown) => void }) {
  const { t } = useTranslation();
  const label = t('settings.rules.value');
  const options = field?.options;
  if (takesSeveral(field, operator)) {
    if (field?.kind === 'tags') return <TagsSelect role="combobox" size="xs" aria-label={label} value={asList(value)} onChange={onChange} acceptValueOnBlur />;
    return options
      ? <MultiSelect role="combobox" size="xs" aria-label={label} data={options} value={asList(value)} onChange={onChange} searchable />
      : <TagsInput role="combobox" size="xs" aria-label={label} value={asList(value)} onChange={onChange} acceptValueOnBlur />;
  }

  if (options) return <Select size="xs" aria-label={label} data={options} value={typeof value === 'string' ? value : value === undefined || value === null ? null : String(value)} onChange={onChange} searchable={options.length > 7} allowDeselect={false} />;
  if (field?.kind === 'number' || field?.kind === 'hours') return <NumberInput size="xs" aria-label={label} value={typeof value === 'number' ? value : ''} onChange={v => { onChange(typeof v === 'number' ? v : undefined); }} />;
  return <TextInput size="xs" aria-label={label} value={typeof value === 'string' ? value : ''} onChange={e => { onChange(e.currentTarget.value); }} />;
}

const actionTypes: Action['type'][] = ['set_priority', 'set_status', 'set_type', 'set_category', 'set_subcategory', 'set_custom_field', 'add_tags', 'remove_tags', 'assign_agent', 'assign_group', 'route', 'escalate', 'deescalate', 'add_note', 'reply', 'notify', 'webhook'];

interface ActionsProps { legend: string; actions: Action[]; onChange: (actions: Action[]) => void; vocabulary: Vocabulary; error: unknown; without?: Action['type'][] }

export function Actions({ legend, actions, onChange, vocabulary, error, without = [] }: ActionsProps) {
  const { t } = useTranslation();
  const replace = (i: number, next: Action) => { onChange(actions.map((a, n) => (n === i ? next : a))); };
  return (
    <fieldset className={classes.part}>
      <legend>{legend}</legend>
      {actions.map((action, i) => {
        const wrong = errorsBelow(error, `actions.${i}`);
        return (
          <div key={i}>
            <div className={classes.action} role="group" aria-label={t(`settings.rules.actions.${action.type}`)}>
              <Select size="xs" aria-label={t('settings.rules.action')} allowDeselect={false} searchable value={action.type} data={actionTypes.filter(a => !without.includes(a) || a === action.type).map(a => ({ value: a, label: t(`settings.rules.actions.${a}`) }))}
                onChange={type => { if (type) replace(i, { type: type as Action['type'], ...(type === 'notify' ? { to: 'assignee' } : {}) }); }} />
              <ActionValue action={action} onChange={next => { replace(i, next); }} vocabulary={vocabulary} />
              <ActionIcon aria-label={t('settings.rules.remove')} onClick={() => { onChange(actions.filter((_, n) => n !== i)); }}><IconX size={15} /></ActionIcon>
            </div>
            {wrong && <Text size="xs" c="var(--desk-danger)" role="alert">{wrong}</Text>}
          </div>
        );
      })}
      {actions.some(a => ['add_note', 'reply', 'notify'].includes(a.type)) && <Text size="xs" c="dimmed">{t('settings.rules.placeholders', { open: '{{', close: '}}' })}</Text>}
      <div><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />} onClick={() => { onChange([...actions, { type: 'set_priority' }]); }}>{t('settings.rules.addAction')}</Button></div>
    </fieldset>
  );
}

function ActionValue({ action, onChange, vocabulary }: { action: Action; onChange: (action: Action) => void; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const label = t('settings.rules.value');
  const value = action.value as unknown;
  const give = (next: unknown) => { onChange({ ...action, value: next }); };
  const text = typeof value === 'string' ? value : '';
  const choose = (options: Option[]) => <Select size="xs" aria-label={label} data={options} value={text || (value === null ? 'null' : null)} onChange={v => { give(v === 'null' ? null : v); }} searchable={options.length > 7} allowDeselect={false} />;
  const nobody = { value: 'null', label: t('settings.rules.nobody') };
  switch (action.type) {
    case 'set_priority': return choose(priorityOptions(t));
    case 'set_type': return choose(typeOptions(t));
    case 'set_status': return choose(vocabulary.statusOptions);
    case 'set_category': return choose(vocabulary.categoryOptions);
    case 'assign_agent': return choose([{ value: 'current_user', label: t('settings.rules.currentUser') }, nobody, ...vocabulary.agentOptions]);
    case 'assign_group': return choose([nobody, ...vocabulary.groupOptions]);
    case 'webhook': return choose(vocabulary.webhookOptions);
    case 'route': return choose((['round_robin', 'least_busy', 'skill'] as const).map(v => ({ value: v, label: t(`settings.groups.mode.${v}`) })));
    case 'add_tags': case 'remove_tags': return <TagsSelect role="combobox" size="xs" aria-label={label} value={asList(value)} onChange={give} acceptValueOnBlur />;
    case 'set_custom_field': {
      const field = vocabulary.customFields.find(f => f.key === action.key);
      return (
        <Stack gap={4}>
          <Select size="xs" aria-label={t('settings.rules.key')} placeholder={t('settings.rules.key')} data={vocabulary.customFields.map(f => ({ value: f.key, label: f.label }))} value={action.key ?? null} onChange={key => { onChange({ ...action, key, value: undefined }); }} />
          {field?.type === 'number' ? <NumberInput size="xs" aria-label={label} value={typeof value === 'number' ? value : ''} onChange={v => { give(typeof v === 'number' ? v : null); }} />
            : field?.type === 'boolean' ? <Select size="xs" aria-label={label} data={[{ value: 'true', label: t('shared.yes') }, { value: 'false', label: t('shared.no') }]} value={typeof value === 'boolean' ? String(value) : null} onChange={v => { give(v === 'true'); }} />
              : field?.type === 'select' ? choose(field.options.map(o => ({ value: o, label: o })))
                : field?.type === 'multi_select' ? <MultiSelect role="combobox" size="xs" aria-label={label} data={field.options} value={asList(value)} onChange={give} />
                  : <TextInput size="xs" aria-label={label} type={field?.type === 'date' ? 'date' : 'text'} value={text} onChange={e => { give(e.currentTarget.value || null); }} />}
        </Stack>
      );
    }
    case 'escalate': return (
      <Stack gap={4}>
        <Select size="xs" aria-label={label} data={['1', '2', '3']} value={typeof value === 'number' ? String(value) : null} onChange={v => { give(Number(v)); }} allowDeselect={false} />
        <TextInput size="xs" aria-label={t('settings.rules.reason')} placeholder={t('settings.rules.reason')} value={action.reason ?? ''} onChange={e => { onChange({ ...action, reason: e.currentTarget.value || null }); }} />
      </Stack>
    );
    case 'deescalate': return <span />;
    case 'notify': return (
      <Stack gap={4}>
        <Select size="xs" aria-label={t('settings.rules.to')} data={[...ruleTargets.map(v => ({ value: v as string, label: t(`settings.rules.target.${v}`) })), ...vocabulary.agentOptions]} value={action.to ?? null} onChange={to => { onChange({ ...action, to }); }} searchable allowDeselect={false} />
        <Textarea size="xs" aria-label={label} autosize minRows={2} value={text} onChange={e => { give(e.currentTarget.value); }} />
      </Stack>
    );
    case 'add_note': case 'reply': return <Textarea size="xs" aria-label={label} autosize minRows={2} value={text} onChange={e => { give(e.currentTarget.value); }} />;
    case 'set_subcategory': return <TextInput size="xs" aria-label={label} value={text} onChange={e => { give(e.currentTarget.value || null); }} />;
  }
}
