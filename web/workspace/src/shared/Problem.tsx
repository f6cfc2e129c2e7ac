import { Alert, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { ApiProblem } from '../api/client';
import { useTranslation } from '../text/useTranslation';

/** What an error means to the person who sees it. */
export function problemText(error: unknown, t: TFunction): string {
  if (!(error instanceof ApiProblem)) return error instanceof TypeError ? t('shared.error.offline') : error instanceof Error ? error.message : String(error);
  if (error.status === 412) return t('shared.error.stale');
  if (error.status === 429) return t('shared.error.tooMany');
  const fields = Object.entries(error.fields).map(([field, words]) => `${field}: ${words}`);
  return fields.length > 0 ? fields.join(' ') : error.message;
}

export function ProblemAlert({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const trace = error instanceof ApiProblem && error.status >= 500 ? error.body.traceId : undefined;
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} role="alert" p="xs">
      <Text size="sm">{problemText(error, t)}</Text>
      {trace && <Text size="xs" c="dimmed">{t('shared.error.reference', { id: trace })}</Text>}
    </Alert>
  );
}

/** The error of one field of a form: `error={fieldError(save.error, 'name')}`. */
export function fieldError(error: unknown, field: string): string | undefined {
  return error instanceof ApiProblem ? error.fields[field] : undefined;
}
