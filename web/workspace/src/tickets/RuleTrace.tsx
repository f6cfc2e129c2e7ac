import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMe } from '../access/me';
import { answer, api, type Wire } from '../api/client';
import { useWebhooks } from '../settings/lists';
import { MoreRows, usePaged } from '../shared/paged';
import { ruleName, targetName } from '../shared/ruleName';
import shared from '../shared/shared.module.css';
import { Empty, Failed, LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import { useFieldWords, type FieldWords } from './fieldWords';
import { useRulebook, type Rulebook } from './rulebook';

type Run = Wire<'RuleRunResponse'>;

/** What the runs are told with, asked once for all of them. */
interface Known { book: Rulebook; words: FieldWords; webhooks: ReturnType<typeof useWebhooks>; all: (some: string[]) => string }

/** Which rule did what to a ticket, or why it could not, as sentences; the latest first. */
export function RuleTrace({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const and = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  const known: Known = { book: useRulebook(), words: useFieldWords(), webhooks: useWebhooks(), all: some => and.format(some) };
  // below the ticket's key, so that it is read again when the ticket changes
  const list = usePaged<Run>(['ticket', id, 'rules'], page => answer(api.GET('/api/v1/tickets/{id}/rules', { params: { path: { id }, query: page } })));
  if (list.query.error && !list.rows) return <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} />;
  if (!list.rows) return <LinesLoading lines={6} />;
  if (list.rows.length === 0) return <Empty title={t('tickets.rules.none')}><Text size="sm" c="dimmed">{t('tickets.rules.noneHint')}</Text></Empty>;
  return (
    <>
      <ol className={shared.history} aria-label={t('tickets.rules.title')}>{list.rows.map(run => <RunOf key={run.id} run={run} known={known} />)}</ol>
      <MoreRows list={list} />
    </>
  );
}

function RunOf({ run, known: { book, words, webhooks, all } }: { run: Run; known: Known }) {
  const { t } = useTranslation();
  const who = (to: string) => targetName(to, t) ?? book.agent(to)?.name ?? t('tickets.rules.somebody');
  const called = webhooks.filter(w => run.webhookIds.includes(w.id)).map(w => w.description ?? w.url);
  const did = all([
    ...(run.fields.length > 0 ? [t('tickets.rules.changed', { fields: all(run.fields.map(words.name)) })] : []),
    ...(run.notified.length > 0 ? [t('tickets.rules.told', { who: all(run.notified.map(who)) })] : []),
    // only who manages webhooks is told which they are
    ...(run.webhookIds.length > 0 ? [called.length === run.webhookIds.length ? t('tickets.rules.called', { what: all(called) }) : t('tickets.rules.calledSome', { count: run.webhookIds.length })] : []),
  ]);
  return (
    <li>
      <span className={shared.dot} data-failed={run.outcome === 'failed' || undefined} aria-hidden />
      <div>
        <Text size="sm" span>
          <RuleLink run={run} />{run.rule.id !== null && <Text span size="xs" c="dimmed"> ({t('tickets.rules.version', { version: run.rule.version })})</Text>}{' '}
          {run.outcome === 'failed' ? <Text span size="sm" c="var(--desk-danger)">{t('tickets.rules.failed')}{run.problem && `: ${run.problem.detail}`}</Text> : did}
        </Text>{' '}
        <Text size="xs" c="dimmed" span><Time at={run.at} /> · {t(run.via === 'timer' ? 'tickets.rules.byTime' : 'tickets.rules.onChange')}</Text>
      </div>
    </li>
  );
}

/** Leads to where the rule can be read, for who may. */
function RuleLink({ run }: { run: Run }) {
  const { t } = useTranslation();
  const me = useMe();
  const name = ruleName(run.rule, t);
  if (!me.may(run.rule.id === null ? 'users:read' : 'settings:read')) return <Text span size="sm" fw={550}>{name}</Text>;
  return run.rule.id === null
    ? <Anchor component={Link} to="/settings/groups" size="sm" fw={550} title={t('tickets.rules.open')}>{name}</Anchor>
    : <Anchor component={Link} to={run.via === 'timer' ? '/settings/automations' : '/settings/triggers'} search={{ edit: run.rule.id } as never} size="sm" fw={550} title={t('tickets.rules.open')}>{name}</Anchor>;
}
