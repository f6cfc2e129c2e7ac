import { Anchor, Modal, Progress, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import { LinesLoading } from '../shared/States';
import { duration, exactTime, useNow } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import { useRulebook, type Ticket } from './rulebook';
import classes from './ticket.module.css';
import { slaQuery } from './ticketQueries';

type Clock = Wire<'ClockStatus'>;

/** What was promised, how much of it is used, why, and what would be if. */
export function SlaCard({ id, ticket }: { id: string; ticket: Ticket }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const sla = useQuery({ ...slaQuery(id), enabled: Boolean(ticket.sla) });
  if (!ticket.sla) return null;
  return (
    <section className={classes.section} aria-label={t('tickets.field.sla')}>
      <h2>{t('tickets.field.sla')}{sla.data?.policy && <Text span size="xs" c="dimmed" fw={400} className="truncate">{sla.data.policy.name}</Text>}</h2>
      {!sla.data ? <LinesLoading lines={2} /> : sla.data.clocks.map(c => <ClockLine key={`${c.metric}${c.round}`} clock={c} />)}
      {sla.data && <Anchor component="button" size="xs" ta="left" onClick={() => { setOpen(true); }}>{t('tickets.sla_.explain')}</Anchor>}
      {isOpen && <Explain id={id} ticket={ticket} close={() => { setOpen(false); }} />}
    </section>
  );
}

function ClockLine({ clock }: { clock: Clock }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const target = (clock.targetMinutes ?? 0) * 60;
  const used = target > 0 ? Math.min(100, 100 * Number(clock.usedSeconds) / target) : 0;
  const left = clock.dueAt ? Date.parse(clock.dueAt) - now : null;
  const isLate = clock.state === 'breached' || clock.state === 'met_late' || (clock.state === 'running' && left !== null && left < 0);
  const text = clock.state === 'met' ? t('tickets.sla_.met') : clock.state === 'met_late' ? t('tickets.sla_.metLate') : clock.state === 'paused' ? t('tickets.sla.paused') : clock.state === 'stopped' ? t('tickets.sla_.stopped')
    : left === null ? t('tickets.sla.breached') : left < 0 ? t('shared.time.overdue', { time: duration(-left, i18n.language) }) : t('shared.time.dueIn', { time: duration(left, i18n.language) });
  return (
    <div className={classes.clock}>
      <div className={classes.clockHead}><Text size="sm">{t(`tickets.sla_.${clock.metric}`)}</Text><Text size="xs" className="tabular" c={isLate ? 'var(--desk-danger)' : clock.state === 'met' ? 'var(--desk-good)' : 'dimmed'} title={clock.dueAt ? exactTime(clock.dueAt, i18n.language) : undefined}>{text}</Text></div>
      <Progress value={used} size={4} color={isLate ? 'red' : clock.state === 'met' ? 'green' : used >= 75 ? 'orange' : 'iris'} aria-label={`${t(`tickets.sla_.${clock.metric}`)}: ${text}`} />
    </div>
  );
}

/** The ledger attributes every minute; what-if says when it would be due in another status. */
function Explain({ id, ticket, close }: { id: string; ticket: Ticket; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { statuses, status, agent } = useRulebook();
  const [ifStatus, setIfStatus] = useState<string | null>(null);
  const sla = useQuery({
    queryKey: ['ticket', id, 'sla-explained', ifStatus, ticket.version],
    queryFn: () => answer(api.GET('/api/v1/tickets/{id}/sla-status', { params: { path: { id }, query: { explain: 'true', ...(ifStatus ? { ifStatus } : {}) } } })),
    placeholderData: old => old,
  });
  return (
    <Modal opened onClose={close} title={t('tickets.sla_.explain')} size="xl">
      <Select label={t('tickets.sla_.whatIf')} description={t('tickets.sla_.whatIfHint')} mb="md" maw={320} clearable data={statuses.filter(s => s.key !== ticket.status).map(s => ({ value: s.key, label: s.name }))} value={ifStatus} onChange={setIfStatus} />
      {ifStatus && sla.data?.ifStatus && (
        <ul className={classes.changes}>{sla.data.ifStatus.map(p => <li key={p.metric}>{t(`tickets.sla_.${p.metric}`)}: <b>{p.dueAt ? t('tickets.sla_.dueAt', { at: exactTime(p.dueAt, i18n.language) }) : p.run === 'paused' ? t('tickets.sla_.wouldPause', { left: duration(Number(p.leftSeconds) * 1000, i18n.language) }) : t('tickets.sla_.wouldStop')}</b></li>)}</ul>
      )}
      {!sla.data && <LinesLoading lines={8} />}
      {sla.data?.clocks.map(c => (
        <section key={`${c.metric}${c.round}`} className={classes.ledger}>
          <h3>{t(`tickets.sla_.${c.metric}`)}{c.targetMinutes != null && <Text span size="xs" c="dimmed"> {t('tickets.sla_.target', { time: duration(c.targetMinutes * 60_000, i18n.language), used: duration(Number(c.usedSeconds) * 1000, i18n.language) })}</Text>}</h3>
          <table>
            <thead><tr><th scope="col">{t('tickets.sla_.from')}</th><th scope="col">{t('tickets.sla_.until')}</th><th scope="col">{t('tickets.sla_.length')}</th><th scope="col">{t('tickets.sla_.what')}</th></tr></thead>
            <tbody>{(c.ledger ?? []).map((l, i) => (
              <tr key={i} data-time={l.time}>
                <td className="tabular">{exactTime(l.from, i18n.language)}</td><td className="tabular">{exactTime(l.until, i18n.language)}</td><td className="tabular">{duration(Number(l.seconds) * 1000, i18n.language)}</td>
                <td>{t(`tickets.sla_.time.${l.time}`)}{l.holiday && `: ${l.holiday}`}{l.time === 'paused' && ` (${status(l.status)?.name ?? l.status}${agent(l.byId) ? `, ${agent(l.byId)!.name}` : ''})`}</td>
              </tr>
            ))}</tbody>
          </table>
        </section>
      ))}
    </Modal>
  );
}
