import { Button, Code, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from '../text/useTranslation';
import { ProblemAlert, problemText } from './Problem';

/** Nothing is there: says what would be, and what to do about it. */
export function Empty({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="3rem" px="md" ta="center">
      {icon && <Text c="dimmed" component="span">{icon}</Text>}
      <Text fw={550}>{title}</Text>
      {children}
    </Stack>
  );
}

/** It could not be read; the way to try again is beside it. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" p="md" align="flex-start" maw={560} mx="auto" my="xl">
      <ProblemAlert error={error} />
      {retry && <Button variant="default" onClick={retry}>{t('shared.retry')}</Button>}
    </Stack>
  );
}

/** Lines where text will be, of the same height, so that nothing moves when it comes. */
export function LinesLoading({ lines = 4, height = 14 }: { lines?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('shared.loading')}>
      {Array.from({ length: lines }, (_, i) => <Skeleton key={i} height={height} width={`${[92, 78, 85, 60][i % 4]}%`} />)}
    </Stack>
  );
}

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Empty title={t('shared.notFound.title')}>
      <Text c="dimmed" size="sm">{t('shared.notFound.text')}</Text>
      <Button component={Link} to="/tickets" variant="default" mt="sm">{t('shared.notFound.home')}</Button>
    </Empty>
  );
}

export function CrashPage({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <Stack align="center" py="4rem" px="md" ta="center" role="alert">
      <Title order={1}>{t('shared.error.crash')}</Title>
      <Code>{problemText(error, t)}</Code>
      <Button onClick={() => { window.location.reload(); }}>{t('shared.error.reload')}</Button>
    </Stack>
  );
}
