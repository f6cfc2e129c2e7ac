import { IconAlertTriangleFilled, IconApi, IconBrandWhatsapp, IconBuildingSkyscraper, IconClock, IconDeviceMobileMessage, IconFlame, IconHeadset, IconMail, IconMessageCircle, IconNotes, IconPhone, IconPlayerPause, IconRobot, IconWorld } from '@tabler/icons-react';
import { duration, exactTime, useNow } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import classes from './tickets.module.css';
import type { StatusCategory, Ticket } from './rulebook';

/** The state of a ticket as a ring that fills: told by shape too, not by colour alone. */
export function StatusMark({ category, size = 14 }: { category: StatusCategory; size?: number }) {
  const filled = { new: 0, open: 0.5, pending: 0, on_hold: 0, solved: 1, closed: 1 }[category];
  const r = 4;
  const around = 2 * Math.PI * r;
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" className={classes.status} data-category={category} aria-hidden>
      <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeDasharray={category === 'new' ? '2.2 1.9' : undefined} />
      {category === 'pending' && <path d="M6.25 5.5v5M9.75 5.5v5" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />}
      {category === 'on_hold' && <path d="M5.5 8h5" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" />}
      {filled === 0.5 && <circle cx="8" cy="8" r={r / 2} fill="none" stroke="currentColor" strokeWidth={r} strokeDasharray={`${around / 4} ${around}`} transform="rotate(-90 8 8)" />}
      {filled === 1 && <><circle cx="8" cy="8" r="6.5" fill="currentColor" /><path d="m5.2 8.2 1.9 1.9 3.7-4" stroke="var(--mantine-color-body)" strokeWidth="1.6" fill="none" strokeLinecap="round" strokeLinejoin="round" /></>}
    </svg>
  );
}

/** Bars that rise with the priority. */
export function PriorityMark({ priority }: { priority: Ticket['priority'] }) {
  const { t } = useTranslation();
  const label = t(`tickets.priority.${priority}`);
  if (priority === 'urgent') return <span role="img" aria-label={label} title={label} className={classes.urgent}><IconFlame size={15} /></span>;
  const bars = { low: 1, normal: 2, high: 3 }[priority];
  return (
    <svg width="15" height="15" viewBox="0 0 16 16" role="img" aria-label={label} className={classes.priority} data-priority={priority}>
      <title>{label}</title>
      {[1, 2, 3].map(n => <rect key={n} x={1 + (n - 1) * 5} y={14 - n * 4} width="3.5" height={n * 4} rx="1" fill="currentColor" opacity={n <= bars ? 1 : 0.25} />)}
    </svg>
  );
}

const channels = { email: IconMail, web: IconWorld, api: IconApi, chat: IconMessageCircle, phone: IconPhone, whatsapp: IconBrandWhatsapp, qcontact: IconHeadset, construction: IconBuildingSkyscraper, internal: IconNotes, ad_hoc: IconDeviceMobileMessage, ai: IconRobot };

export function ChannelMark({ channel }: { channel: Ticket['channel'] }) {
  const { t } = useTranslation();
  const Icon = channels[channel];
  return <span role="img" aria-label={t(`tickets.channel.${channel}`)} title={t(`tickets.channel.${channel}`)} className={classes.dim}><Icon size={15} stroke={1.6} /></span>;
}

/** How long until the next promise, or how long since it was missed. */
export function SlaCountdown({ sla, long = false }: { sla: Ticket['sla']; long?: boolean }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (!sla) return long ? <span className={classes.dim}>{t('tickets.sla.none')}</span> : null;
  if (sla.state === 'paused') return <span className={classes.sla} data-state="paused"><IconPlayerPause size={13} aria-hidden />{t('tickets.sla.paused')}</span>;
  if (!sla.nextDueAt) return sla.state === 'breached' ? <span className={classes.sla} data-state="breached"><IconAlertTriangleFilled size={13} aria-hidden />{t('tickets.sla.breached')}</span> : null;
  const left = Date.parse(sla.nextDueAt) - now;
  const state = left < 0 ? 'breached' : sla.state === 'ok' ? 'ok' : 'at_risk';
  const time = duration(Math.abs(left), i18n.language);
  return (
    <span className={`${classes.sla} tabular`} data-state={state} onMouseEnter={e => { e.currentTarget.title = `${t('tickets.field.slaDueAt')}: ${exactTime(sla.nextDueAt!)}`; }}>
      {state === 'breached' ? <IconAlertTriangleFilled size={13} aria-hidden /> : <IconClock size={13} aria-hidden />}
      {left < 0 ? t('shared.time.overdue', { time }) : long ? t('shared.time.dueIn', { time }) : time}
      <span className="visually-hidden"> {t(`tickets.sla.${state}`)}</span>
    </span>
  );
}

/** Those whose letters have enough contrast on their own tint (WCAG 2.2, 1.4.3). */
const hues = ['indigo', 'violet', 'grape', 'pink', 'red', 'blue'];

/** The first letters of a name on a colour that is always the same one's. Plain elements: a list shows fifty, and each of the library's costs what a row does. */
export function Initials({ name, size, isNamed = false }: { name: string; size: number; isNamed?: boolean }) {
  const hue = hues[[...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) >>> 0, 7) % hues.length]!;
  const letters = name.split(/\s+/).filter(Boolean).map(word => [...word][0]).slice(0, 2).join('').toUpperCase();
  return (
    <span className={classes.initials} title={name} {...(isNamed ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
      style={{ width: size, height: size, fontSize: size / 2.5, background: `var(--mantine-color-${hue}-light)`, color: `var(--mantine-color-${hue}-light-color)` }}>{letters}</span>
  );
}

export function Person({ name, size = 20, withName = false }: { name: string | undefined; size?: number; withName?: boolean }) {
  return name
    ? <span className={classes.person}><Initials name={name} size={size} isNamed={withName} />{withName && <span className="truncate">{name}</span>}</span>
    : <span className={classes.nobody} style={{ width: size, height: size }} aria-hidden />;
}
