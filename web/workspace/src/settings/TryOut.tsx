import { Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { answer, api, type Wire } from '../api/client';
import type { Values } from '../shared/form';
import { ProblemAlert } from '../shared/Problem';
import { targetName } from '../shared/ruleName';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import { useFieldWords, type FieldWords } from '../tickets/fieldWords';
import classes from './settings.module.css';
import type { Vocabulary } from './vocabulary';

type Effect = Pick<Wire<'AutomationMatch'>, 'changes' | 'notified' | 'webhookIds' | 'problem'>;
const nameOf = (options: { value: string; label: string }[], value: string) => options.find(o => o.value === value)?.label ?? value;
/** As it stands in the form, where the name may be missing still. */
const asWritten = (rule: Values) => ({ ...rule, name: (rule.name as string) || '…' }) as unknown as Wire<'RuleFields'>;

/** What a trigger as it stands in the form would have done to past changes. */
export function TryTrigger({ rule, vocabulary }: { rule: Values; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const trying = useMutation({ mutationFn: () => answer(api.POST('/api/v1/triggers/try', { body: { trigger: asWritten(rule), tickets: 100 } })) });
  return (
    <Trial label={t('settings.rules.tryIt')} trying={trying} said={trying.data && t('settings.rules.tried', { count: trying.data.matches.length, changes: trying.data.changes, tickets: trying.data.tickets })}>
      {trying.data?.matches.map((m, i) => (
        <li key={i}>
          <TicketLink reference={m.reference} /> <Text span size="xs" c="dimmed"><Time at={m.at} /> · {m.events.join(', ')}</Text>
          <EffectOf effect={m} vocabulary={vocabulary} words={words} />
        </li>
      ))}
    </Trial>
  );
}

/** Which tickets an automation as it stands in the form would take up now; of one that is saved, those it has met stay out. */
export function TryAutomation({ saved, rule, vocabulary }: { saved: string | undefined; rule: Values; vocabulary: Vocabulary }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const body = { automation: asWritten(rule), limit: 100 };
  const trying = useMutation({ mutationFn: () => answer(saved ? api.POST('/api/v1/automations/{id}/try', { params: { path: { id: saved } }, body }) : api.POST('/api/v1/automations/try', { body })) });
  return (
    <Trial label={t('settings.rules.tryNow')} trying={trying}
      said={trying.data && [t('settings.rules.wouldTakeUp', { count: trying.data.matches.length }), ...(trying.data.complete ? [] : [t('settings.rules.mayBeMore', { count: trying.data.tickets })])].join(' ')}>
      {trying.data?.matches.map(m => (
        <li key={m.ticketId}>
          <TicketLink reference={m.reference} /> <Text span size="sm">{m.subject}</Text> <Text span size="xs" c="dimmed"><Time at={m.at} /></Text>
          <EffectOf effect={m} vocabulary={vocabulary} words={words} />
        </li>
      ))}
    </Trial>
  );
}

function Trial({ label, trying, said, children }: { label: string; trying: { isPending: boolean; error: unknown; mutate: () => void }; said: string | undefined; children: ReactNode }) {
  const { t } = useTranslation();
  const result = useRef<HTMLElement>(null);
  useEffect(() => { if (said !== undefined) result.current?.scrollIntoView({ block: 'nearest' }); }, [said]);
  return (
    <Stack gap="xs">
      <div><Button variant="default" size="compact-sm" loading={trying.isPending} onClick={() => { trying.mutate(); }}>{label}</Button></div>
      {trying.error ? <ProblemAlert error={trying.error} /> : null}
      <section ref={result} aria-live="polite" aria-label={label}>
        {said !== undefined && (
          <>
            <Text size="sm" fw={550}>{said} <Text span size="sm" c="dimmed" fw={400}>{t('settings.rules.nothingWritten')}</Text></Text>
            <ul className={classes.tried}>{children}</ul>
          </>
        )}
      </section>
    </Stack>
  );
}

const TicketLink = ({ reference }: { reference: string }) => <Link to="/tickets/$id" params={{ id: reference }} target="_blank">{reference}</Link>;

function EffectOf({ effect, vocabulary, words }: { effect: Effect; vocabulary: Vocabulary; words: FieldWords }) {
  const { t } = useTranslation();
  if (effect.problem) return <Text size="xs" c="var(--desk-danger)">{t('settings.rules.wouldFail')}: {effect.problem.detail}</Text>;
  const value = (field: string, of: unknown) => words.value(field, of) || t('settings.rules.nothing');
  const change = ({ field, from, to }: Effect['changes'][number]) => field === 'comments'
    ? t((to as { visibility?: string } | null)?.visibility === 'internal' ? 'settings.rules.wouldNote' : 'settings.rules.wouldReply')
    : `${words.name(field)}: ${value(field, from)} → ${value(field, to)}`;
  const who = (to: string) => targetName(to, t) ?? nameOf(vocabulary.agentOptions, to);
  return (
    <Text size="xs" c="dimmed">{[
      ...effect.changes.map(change),
      ...(effect.notified.length > 0 ? [t('settings.rules.wouldNotify', { who: effect.notified.map(who).join(', ') })] : []),
      ...(effect.webhookIds.length > 0 ? [t('settings.rules.wouldCall', { what: effect.webhookIds.map(w => nameOf(vocabulary.webhookOptions, w)).join(', ') })] : []),
    ].join(' · ')}</Text>
  );
}
