import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { ProblemAlert } from '../shared/Problem';
import { useTranslation } from '../text/useTranslation';
import { AccessCard } from './AccessCard';

export function ForgotPage() {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => answer(api.POST('/api/v1/auth/password/forgot', { body: { email } })) });
  return (
    <AccessCard title={t('access.forgot.title')}>
      <form onSubmit={e => { e.preventDefault(); ask.mutate(); }}>
        <Stack gap="md">
          {ask.isSuccess
            ? <Text role="status">{t('access.forgot.sent')}</Text>
            : (
              <>
                <Text size="sm" c="dimmed">{t('access.forgot.intro')}</Text>
                {ask.error && <ProblemAlert error={ask.error} />}
                <TextInput label={t('access.signIn.email')} type="email" autoComplete="username" required autoFocus size="md" value={email} onChange={e => { setEmail(e.currentTarget.value); }} />
                <Button type="submit" size="md" loading={ask.isPending}>{t('access.forgot.submit')}</Button>
              </>
            )}
          <Anchor component={Link} to="/sign-in" size="sm" ta="center">{t('access.forgot.back')}</Anchor>
        </Stack>
      </form>
    </AccessCard>
  );
}
