import { Text } from '@mantine/core';
import type { Wire } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { isNothing } from './form';
import { ruleName } from './ruleName';
import classes from './shared.module.css';
import { Time } from './Time';

export type HistoryRow = Wire<'HistoryRow'>;

interface Props {
  rows: HistoryRow[];
  /** A field's name in the reader's words. */
  name: (field: string) => string;
  /** A value of a field in the reader's words. */
  value: (field: string, value: unknown) => string;
  /** A sentence for what is more than one value becoming another; null for the ordinary one. */
  tell?: (row: HistoryRow, who: string) => string | null;
}

/** What was done, by whom and through what, as sentences. */
export function History({ rows, name, value, tell }: Props) {
  const { t } = useTranslation();
  const who = (row: HistoryRow) => row.rule ? ruleName(row.rule, t)
    : row.actor.name ?? (row.actor.kind === 'system' ? t('shared.history.system') : row.actor.kind === 'ai' ? t('shared.history.ai') : row.actor.kind === 'contact' ? t('shared.history.contact') : t('shared.history.somebody'));

  function sentence(row: HistoryRow) {
    const told = tell?.(row, who(row));
    if (told) return told;
    const [from, to] = [isNothing(row.from) ? null : value(row.field, row.from), isNothing(row.to) ? null : value(row.field, row.to)];
    const parts = { who: who(row), field: name(row.field), from: from ?? '', to: to ?? '' };
    return to === null ? t('shared.history.cleared', parts) : from === null ? t('shared.history.set', parts) : t('shared.history.changed', parts);
  }

  return (
    <ol className={classes.history}>
      {rows.map(row => (
        <li key={row.id}>
          <span className={classes.dot} aria-hidden />
          <div>
            <Text size="sm" span>{sentence(row)}</Text>{' '}
            <Text size="xs" c="dimmed" span><Time at={row.at} /> · {t(`shared.history.via.${row.via}`)}</Text>
            {row.reason && <Text size="xs" c="dimmed">{t('shared.history.because', { reason: row.reason })}</Text>}
          </div>
        </li>
      ))}
    </ol>
  );
}
