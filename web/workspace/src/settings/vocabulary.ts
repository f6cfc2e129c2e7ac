import type { TFunction } from 'i18next';
import type { Wire } from '../api/client';
import type { Option } from '../shared/form';
import { useTranslation } from '../text/useTranslation';
import { priorities, statusCategories } from '../tickets/rulebook';
import { useCalendars, useCategories, useCustomFields, useGroups, usePeople, useStatuses, useWebhooks } from './lists';
import { weekdayName, weekdays } from './week';

export type Condition = Wire<'RuleCondition'>;
export type Operator = Condition['operator'];
export type Action = Wire<'RuleAction'>;

/** How a field is compared (docs/guide/rules.md). */
export type FieldKind = 'word' | 'happening' | 'id' | 'number' | 'tags' | 'text' | 'hours';

export interface ConditionField { name: string; label: string; kind: FieldKind; options?: Option[]; changes?: boolean }

const equal: Operator[] = ['is', 'is_not', 'in', 'not_in'];
const there: Operator[] = ['present', 'absent'];
const order: Operator[] = ['at_least', 'at_most', 'less', 'greater'];
const change: Operator[] = ['changed', 'changed_to', 'changed_from'];

export function operatorsOf(field: ConditionField): Operator[] {
  switch (field.kind) {
    case 'happening': return ['is', 'in'];
    case 'word': case 'id': return [...equal, ...there, ...(field.changes ? change : [])];
    case 'number': return [...equal, ...order, ...there, ...(field.changes ? change : [])];
    case 'tags': return ['contains', 'not_contains', 'contains_all', 'present', 'absent', 'changed'];
    case 'text': return ['contains', 'not_contains', ...there, ...(field.changes ? ['changed' as const] : [])];
    case 'hours': return order;
  }
}

export const takesNothing = (op: Operator) => op === 'present' || op === 'absent' || op === 'changed';
export const takesSeveral = (field: ConditionField | undefined, op: Operator) => op === 'in' || op === 'not_in' || field?.kind === 'tags' || field?.kind === 'text';

const types = ['question', 'incident', 'problem', 'task'] as const;
const happenings = ['created', 'updated', 'status_changed', 'assigned', 'commented', 'commented_public', 'commented_internal', 'escalated', 'resolved', 'closed', 'reopened', 'sla_warning', 'sla_breached'] as const;
const channels = ['email', 'web', 'api', 'chat', 'phone', 'whatsapp', 'qcontact', 'construction', 'internal', 'ad_hoc', 'ai'] as const;

export const priorityOptions = (t: TFunction): Option[] => priorities.map(value => ({ value, label: t(`tickets.priority.${value}`) }));
export const typeOptions = (t: TFunction): Option[] => types.map(value => ({ value, label: t(`tickets.type.${value}`) }));
export const channelOptions = (t: TFunction): Option[] => channels.map(value => ({ value, label: t(`tickets.channel.${value}`) }));
export const tierOptions = (t: TFunction): Option[] => (['bronze', 'silver', 'gold', 'platinum'] as const).map(value => ({ value, label: t(`directory.tierName.${value}`) }));

/** What conditions and actions of this desk may name, with the choices there are. */
export function useVocabulary() {
  const { t, i18n } = useTranslation();
  const [people, groups, statuses, categories, customFields, calendars] = [usePeople(), useGroups(), useStatuses(), useCategories(), useCustomFields(), useCalendars()];
  const agentOptions = people.filter(p => p.active).map(p => ({ value: p.id, label: p.name }));
  const groupOptions = groups.map(g => ({ value: g.id, label: g.name }));
  const statusOptions = statuses.map(s => ({ value: s.key, label: s.name }));
  const categoryOptions = categories.map(c => ({ value: c.key, label: c.name }));
  const webhookOptions = useWebhooks().map(w => ({ value: w.id, label: w.description ?? w.url }));
  const sla = (['ok', 'at_risk', 'breached', 'paused'] as const).map(value => ({ value, label: t(`tickets.sla.${value}`) }));
  const fields: ConditionField[] = [
    { name: 'event', label: t('settings.rules.fields.event'), kind: 'happening', options: happenings.map(value => ({ value, label: t(`settings.rules.happened.${value}`) })) },
    { name: 'status', label: t('settings.rules.fields.status'), kind: 'word', options: statusOptions, changes: true },
    { name: 'statusCategory', label: t('settings.rules.fields.statusCategory'), kind: 'word', options: statusCategories.map(value => ({ value, label: t(`tickets.status.${value}`) })), changes: true },
    { name: 'priority', label: t('settings.rules.fields.priority'), kind: 'number', options: priorityOptions(t), changes: true },
    { name: 'type', label: t('settings.rules.fields.type'), kind: 'word', options: typeOptions(t), changes: true },
    { name: 'category', label: t('settings.rules.fields.category'), kind: 'word', options: categoryOptions, changes: true },
    { name: 'subcategory', label: t('settings.rules.fields.subcategory'), kind: 'word', changes: true },
    { name: 'channel', label: t('settings.rules.fields.channel'), kind: 'word', options: channelOptions(t) },
    { name: 'tags', label: t('settings.rules.fields.tags'), kind: 'tags', changes: true },
    { name: 'subject', label: t('settings.rules.fields.subject'), kind: 'text', changes: true },
    { name: 'description', label: t('settings.rules.fields.description'), kind: 'text', changes: true },
    { name: 'said', label: t('settings.rules.fields.said'), kind: 'text' },
    { name: 'comment.body', label: t('settings.rules.fields.commentBody'), kind: 'text' },
    { name: 'comment.visibility', label: t('settings.rules.fields.commentVisibility'), kind: 'word', options: (['public', 'internal'] as const).map(value => ({ value, label: t(`settings.rules.heard.${value}`) })) },
    { name: 'assigneeId', label: t('settings.rules.fields.assigneeId'), kind: 'id', options: [{ value: 'current_user', label: t('settings.rules.currentUser') }, ...agentOptions], changes: true },
    { name: 'groupId', label: t('settings.rules.fields.groupId'), kind: 'id', options: groupOptions, changes: true },
    { name: 'customer.tier', label: t('settings.rules.fields.customerTier'), kind: 'number', options: tierOptions(t) },
    { name: 'escalationLevel', label: t('settings.rules.fields.escalationLevel'), kind: 'number', changes: true },
    { name: 'actor.kind', label: t('settings.rules.fields.actorKind'), kind: 'word', options: (['agent', 'contact', 'system', 'ai'] as const).map(value => ({ value, label: t(`settings.rules.actor.${value}`) })) },
    { name: 'actor.role', label: t('settings.rules.fields.actorRole'), kind: 'word', options: (['admin', 'manager', 'agent', 'light_agent'] as const).map(value => ({ value, label: t(`settings.role.${value}`) })) },
    { name: 'via', label: t('settings.rules.fields.via'), kind: 'word', options: (['screen', 'api', 'rule', 'mail', 'chat', 'timer', 'import', 'command_line'] as const).map(value => ({ value, label: t(`shared.history.via.${value}`) })) },
    { name: 'hour', label: t('settings.rules.fields.hour'), kind: 'number' },
    { name: 'weekday', label: t('settings.rules.fields.weekday'), kind: 'word', options: weekdays.map(value => ({ value, label: weekdayName(value, i18n.language) })) },
    { name: 'sla.state', label: t('settings.rules.fields.slaState'), kind: 'word', options: sla, changes: true },
    { name: 'sla.firstResponse', label: t('settings.rules.fields.slaFirstResponse'), kind: 'word', options: sla, changes: true },
    { name: 'sla.nextResponse', label: t('settings.rules.fields.slaNextResponse'), kind: 'word', options: sla, changes: true },
    { name: 'sla.resolution', label: t('settings.rules.fields.slaResolution'), kind: 'word', options: sla, changes: true },
    { name: 'mood', label: t('settings.rules.fields.mood'), kind: 'word', options: (['strongly_negative', 'negative', 'neutral', 'positive'] as const).map(value => ({ value, label: t(`settings.rules.moods.${value}`) })) },
    { name: 'similarWithinHour', label: t('settings.rules.fields.similarWithinHour'), kind: 'number' },
    { name: 'externalId', label: t('settings.rules.fields.externalId'), kind: 'word', changes: true },
    ...(['hoursSinceCreated', 'hoursSinceUpdated', 'hoursSinceAssigned', 'hoursSinceStatus', 'hoursSinceSolved', 'hoursUntilDue'] as const).map(name => ({ name, label: t(`settings.rules.fields.${name}`), kind: 'hours' as const })),
    ...calendars.map(c => ({ name: `businessHours.${c.id}`, label: t('settings.rules.fields.businessHours', { name: c.name }), kind: 'word' as const, options: (['open', 'closed', 'holiday'] as const).map(value => ({ value, label: t(`settings.calendars.${value}`) })) })),
    ...customFields.map(f => ({
      name: `customFields.${f.key}`, label: f.label, kind: (f.type === 'number' ? 'number' : f.type === 'text' || f.type === 'multi_select' ? 'text' : 'word') as FieldKind, changes: true,
      ...(f.type === 'select' ? { options: f.options.map(o => ({ value: o, label: o })) } : f.type === 'boolean' ? { options: [{ value: 'true', label: t('shared.yes') }, { value: 'false', label: t('shared.no') }] } : {}),
    })),
  ];
  return { fields, agentOptions, groupOptions, statusOptions, categoryOptions, webhookOptions, customFields };
}

export type Vocabulary = ReturnType<typeof useVocabulary>;
