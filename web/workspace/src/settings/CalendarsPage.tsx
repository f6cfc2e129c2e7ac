import { ActionIcon, Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import type { Values } from '../shared/form';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import classes from './settings.module.css';
import { weekdayName, weekdays } from './week';
import { yearOf } from './year';

type Calendar = Wire<'CalendarResponse'>;
type Hours = Wire<'WeekHours'>;
type Holiday = Wire<'Holiday'>;

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const zones = Intl.supportedValuesOf('timeZone');

export function CalendarsPage() {
  const { t, i18n } = useTranslation();
  const perWeek = (c: Calendar) => c.alwaysOpen ? 168 : c.hours.reduce((sum, h) => sum + minutes(h.to) - minutes(h.from), 0) / 60;
  return (
    <Collection<Calendar>
      at="calendars" queryKey={['calendars']} permission="settings:manage" nameOf={c => c.name} read={page => answer(api.GET('/api/v1/sla/calendars', { params: { query: page } }))} size="52rem"
      fields={() => [
        { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
        { name: 'timeZone', label: t('settings.calendars.zone'), kind: 'select', required: true, options: zones.map(z => ({ value: z, label: z })) },
        { name: 'alwaysOpen', label: t('settings.calendars.alwaysOpen'), kind: 'switch' },
      ]}
      blank={{ name: '', timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, alwaysOpen: false, hours: weekdays.slice(0, 5).map(day => ({ day, from: '08:00', to: '17:00' })), holidays: [] }}
      toValues={c => ({ name: c.name, timeZone: c.timeZone, alwaysOpen: c.alwaysOpen, hours: c.hours, holidays: c.holidays })}
      create={values => answer(api.POST('/api/v1/sla/calendars', { body: values as unknown as Wire<'CalendarFields'> }))}
      update={(c, values) => answer(api.PUT('/api/v1/sla/calendars/{id}', { params: { path: { id: c.id } }, body: values as unknown as Wire<'CalendarFields'> }))}
      remove={c => answer(api.DELETE('/api/v1/sla/calendars/{id}', { params: { path: { id: c.id } } }))}
      form={(_, values, change) => (
        <>
          {values.alwaysOpen !== true && <WeekHoursForm hours={(values.hours ?? []) as Hours[]} onChange={hours => { change({ ...values, hours }); }} />}
          <Holidays holidays={(values.holidays ?? []) as Holiday[]} onChange={holidays => { change({ ...values, holidays }); }} />
          <YearView values={values} />
        </>
      )}
      columns={[
        { key: 'zone', title: t('settings.calendars.zone'), wide: true, cell: c => c.timeZone },
        { key: 'hours', title: t('settings.calendars.hours'), cell: c => t('settings.calendars.hoursPerWeek', { hours: new Intl.NumberFormat(i18n.language).format(perWeek(c)) }) },
        { key: 'holidays', title: t('settings.calendars.holidays'), wide: true, width: '8rem', cell: c => c.holidays.length },
      ]}
    />
  );
}

function WeekHoursForm({ hours, onChange }: { hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const { t, i18n } = useTranslation();
  const replace = (i: number, part: Partial<Hours>) => { onChange(hours.map((h, n) => (n === i ? { ...h, ...part } : h))); };
  return (
    <fieldset className={classes.part}>
      <legend>{t('settings.calendars.hours')}</legend>
      {hours.map((h, i) => (
        <div key={i} className={classes.hours}>
          <Select size="xs" aria-label={t('settings.calendars.day')} allowDeselect={false} value={h.day} data={weekdays.map(d => ({ value: d, label: weekdayName(d, i18n.language) }))} onChange={day => { if (day) replace(i, { day: day as Hours['day'] }); }} />
          <TextInput size="xs" type="time" aria-label={t('settings.calendars.from')} value={h.from.slice(0, 5)} onChange={e => { replace(i, { from: e.currentTarget.value }); }} />
          <TextInput size="xs" type="time" aria-label={t('settings.calendars.to')} value={h.to.slice(0, 5)} onChange={e => { replace(i, { to: e.currentTarget.value }); }} />
          <ActionIcon aria-label={t('shared.remove')} onClick={() => { onChange(hours.filter((_, n) => n !== i)); }}><IconX size={15} /></ActionIcon>
        </div>
      ))}
      <div><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />} onClick={() => { onChange([...hours, { day: weekdays.find(d => !hours.some(h => h.day === d)) ?? 'monday', from: '08:00', to: '17:00' }]); }}>{t('settings.calendars.addHours')}</Button></div>
    </fieldset>
  );
}

function Holidays({ holidays, onChange }: { holidays: Holiday[]; onChange: (holidays: Holiday[]) => void }) {
  const { t } = useTranslation();
  const replace = (i: number, part: Partial<Holiday>) => { onChange(holidays.map((h, n) => (n === i ? { ...h, ...part } : h))); };
  return (
    <fieldset className={classes.part}>
      <legend>{t('settings.calendars.holidays')}</legend>
      {holidays.map((h, i) => (
        <Group key={i} gap="xs" wrap="wrap">
          <TextInput size="xs" type="date" aria-label={t('settings.calendars.date')} value={h.date} onChange={e => { replace(i, { date: e.currentTarget.value }); }} />
          <TextInput size="xs" aria-label={t('settings.calendars.holiday')} value={h.name} onChange={e => { replace(i, { name: e.currentTarget.value }); }} flex={1} miw={120} />
          <Checkbox size="xs" label={t('settings.calendars.yearly')} checked={h.yearly ?? false} onChange={e => { replace(i, { yearly: e.currentTarget.checked }); }} />
          <ActionIcon aria-label={t('shared.remove')} onClick={() => { onChange(holidays.filter((_, n) => n !== i)); }}><IconX size={15} /></ActionIcon>
        </Group>
      ))}
      <div><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />} onClick={() => { onChange([...holidays, { date: new Date().toISOString().slice(0, 10), name: '', yearly: true }]); }}>{t('settings.calendars.addHoliday')}</Button></div>
    </fieldset>
  );
}

/** The year as the calendar in the form makes it. */
function YearView({ values }: { values: Values }) {
  const { t, i18n } = useTranslation();
  const [year, setYear] = useState(new Date().getFullYear());
  const today = new Date().toISOString().slice(0, 10);
  const monthName = (month: number) => new Intl.DateTimeFormat(i18n.language, { month: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, month, 1)));
  return (
    <fieldset className={classes.part}>
      <legend>{t('settings.calendars.year')}</legend>
      <Group gap="xs">
        <ActionIcon aria-label={t('settings.calendars.prevYear')} onClick={() => { setYear(y => y - 1); }}><IconChevronLeft size={16} /></ActionIcon>
        <Text fw={550} className="tabular" aria-live="polite">{year}</Text>
        <ActionIcon aria-label={t('settings.calendars.nextYear')} onClick={() => { setYear(y => y + 1); }}><IconChevronRight size={16} /></ActionIcon>
        <Group gap="md" className={classes.legend} ml="auto">
          {(['open', 'closed', 'holiday'] as const).map(kind => <span key={kind}><span className={`${classes.swatch} ${classes.dayCell}`} data-kind={kind} />{t(`settings.calendars.${kind}`)}</span>)}
        </Group>
      </Group>
      <div className={classes.year}>
        {yearOf(values as unknown as Calendar, year).map(({ month, lead, days }) => (
          <div key={month} className={classes.month}>
            <h3>{monthName(month)}</h3>
            <Stack gap={0}>
              <div className={classes.days}>
                {weekdays.map(d => <span key={d} className={classes.dayName} aria-hidden>{weekdayName(d, i18n.language, 'narrow')}</span>)}
                {Array.from({ length: lead }, (_, i) => <span key={`lead${i}`} />)}
                {days.map(d => <span key={d.date} className={classes.dayCell} data-kind={d.kind} data-today={d.date === today || undefined} title={t('settings.calendars.dayIs', { date: d.date, what: d.words || t('settings.calendars.closed') })}>{d.day}</span>)}
              </div>
            </Stack>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
