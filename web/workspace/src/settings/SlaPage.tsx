import { NumberInput } from '@mantine/core';
import { answer, api, type Wire } from '../api/client';
import type { Option, Values } from '../shared/form';
import { useTranslation } from '../text/useTranslation';
import { priorities } from '../tickets/rulebook';
import { Collection } from './Collection';
import classes from './settings.module.css';
import { channelOptions, priorityOptions, tierOptions, typeOptions, useVocabulary } from './vocabulary';
import { useCalendars } from './lists';

type Policy = Wire<'PolicyResponse'>;
type Target = Wire<'SlaTarget'>;
const metrics = [['firstResponse', 'first'], ['nextResponse', 'next'], ['resolution', 'resolution']] as const;

/** The words for some values. */
const labels = (options: Option[], values: unknown[] | undefined) => (values ?? []).map(v => options.find(o => o.value === v)?.label ?? String(v));

/** Only what the API takes. */
const toValues = (p: Policy): Values => ({ name: p.name, active: p.active, position: p.position, conditions: p.conditions, none: p.none, targets: p.targets, calendarId: p.calendarId, warnAt: p.warnAt, escalateAt: p.escalateAt, pauseIn: p.pauseIn, runIn: p.runIn });

/** The form works with text where the API wants numbers in a list. */
const fromForm = ({ warnAt, ...values }: Values) => ({ ...values, warnAt: ((warnAt ?? []) as (string | number)[]).map(Number) }) as unknown as Wire<'SlaPolicyFields'>;

export function SlaPage() {
  const { t, i18n } = useTranslation();
  const vocabulary = useVocabulary();
  const calendars = useCalendars();
  const spent = (minutes: number | null | undefined) => minutes ? new Intl.NumberFormat(i18n.language, { style: 'unit', unit: minutes % 60 === 0 ? 'hour' : 'minute', unitDisplay: 'narrow' }).format(minutes % 60 === 0 ? minutes / 60 : minutes) : '—';
  const conditionWords = (p: Policy) => [
    ...labels(tierOptions(t), p.conditions.tiers), ...labels(priorityOptions(t), p.conditions.priorities), ...labels(typeOptions(t), p.conditions.types), ...labels(channelOptions(t), p.conditions.channels),
    ...labels(vocabulary.categoryOptions, p.conditions.categories), ...labels(vocabulary.groupOptions, p.conditions.groups),
  ].join(', ') || t('settings.sla.everybody');
  return (
    <Collection<Policy>
      at="sla" queryKey={['sla-policies']} permission="settings:manage" nameOf={p => p.name} read={page => answer(api.GET('/api/v1/sla/policies', { params: { query: page } }))} size="48rem"
      fields={() => [
        { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
        { name: 'active', label: t('shared.active'), kind: 'switch' },
        { name: 'conditions.tiers', label: t('settings.sla.tiers'), kind: 'many', options: tierOptions(t), whenNone: t('settings.sla.any') },
        { name: 'conditions.priorities', label: t('settings.sla.priorities'), kind: 'many', options: priorityOptions(t), whenNone: t('settings.sla.any') },
        { name: 'conditions.types', label: t('settings.sla.types'), kind: 'many', options: typeOptions(t), whenNone: t('settings.sla.any') },
        { name: 'conditions.channels', label: t('settings.sla.channels'), kind: 'many', options: channelOptions(t), whenNone: t('settings.sla.any') },
        { name: 'conditions.categories', label: t('settings.sla.categories'), kind: 'many', options: vocabulary.categoryOptions, whenNone: t('settings.sla.any') },
        { name: 'conditions.groups', label: t('settings.sla.groups'), kind: 'many', options: vocabulary.groupOptions, whenNone: t('settings.sla.any') },
        { name: 'none', label: t('settings.sla.none'), kind: 'switch' },
        { name: 'calendarId', label: t('settings.sla.calendar'), kind: 'select', options: calendars.map(c => ({ value: c.id, label: c.name })), whenNone: t('settings.sla.always') },
        { name: 'warnAt', label: t('settings.sla.warn'), kind: 'tags' },
        { name: 'escalateAt', label: t('settings.sla.escalate'), kind: 'number' },
      ]}
      blank={{ name: '', active: true, conditions: {}, none: false, targets: [], warnAt: ['75'], escalateAt: 90 }} toValues={p => ({ ...toValues(p), warnAt: p.warnAt.map(String) })}
      create={values => answer(api.POST('/api/v1/sla/policies', { body: fromForm(values) }))}
      update={(p, values) => answer(api.PUT('/api/v1/sla/policies/{id}', { params: { path: { id: p.id } }, body: fromForm(values) }))}
      remove={p => answer(api.DELETE('/api/v1/sla/policies/{id}', { params: { path: { id: p.id } } }))}
      form={(_, values, change) => values.none === true ? null : <Targets targets={(values.targets ?? []) as Target[]} onChange={targets => { change({ ...values, targets }); }} />}
      columns={[
        { key: 'for', title: t('settings.sla.conditions'), wide: true, cell: conditionWords },
        ...metrics.map(([metric, words]) => ({
          key: metric, title: t(`settings.sla.${words}`), wide: metric !== 'resolution', width: '11rem', cell: (p: Policy) => <span className="tabular">{p.none || !p.targets.some(x => x[metric]) ? '—' : priorities.map(priority => spent(p.targets.find(x => x.priority === priority)?.[metric])).join(' · ')}</span>,
        })),
        { key: 'active', title: t('shared.active'), wide: true, width: '5rem', cell: p => p.active ? t('shared.yes') : t('shared.no') },
      ]}
    />
  );
}

function Targets({ targets, onChange }: { targets: Target[]; onChange: (targets: Target[]) => void }) {
  const { t } = useTranslation();
  function set(priority: Target['priority'], metric: (typeof metrics)[number][0], minutes: number | null) {
    const before = targets.find(x => x.priority === priority);
    const next = [...targets.filter(x => x.priority !== priority), { ...(before ?? { priority }), [metric]: minutes } as Target];
    onChange(next.filter(x => x.firstResponse ?? x.nextResponse ?? x.resolution));
  }

  return (
    <fieldset className={classes.part}>
      <legend>{t('settings.sla.targets')}</legend>
      <table className={classes.targets}>
        <thead><tr><th scope="col">{t('settings.sla.priority')}</th>{metrics.map(([m, words]) => <th key={m} scope="col">{t(`settings.sla.${words}`)}</th>)}</tr></thead>
        <tbody>
          {priorities.map(priority => (
            <tr key={priority}>
              <th scope="row">{t(`tickets.priority.${priority}`)}</th>
              {metrics.map(([m, words]) => (
                <td key={m}><NumberInput size="xs" min={1} allowDecimal={false} hideControls aria-label={t('settings.sla.minutes', { metric: t(`settings.sla.${words}`), priority: t(`tickets.priority.${priority}`) })} value={targets.find(x => x.priority === priority)?.[m] ?? ''} onChange={v => { set(priority, m, typeof v === 'number' ? v : null); }} /></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}
