import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { fieldError, ProblemAlert } from '../shared/Problem';
import { useTranslation } from '../text/useTranslation';
import { AccessCard } from './AccessCard';

export const ResetPasswordPage = () => <NewPassword isInvitation={false} />;
export const InvitationPage = () => <NewPassword isInvitation />;

/** Where the links of mails lead; the token stands behind #. */
function NewPassword({ isInvitation }: { isInvitation: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [token] = useState(() => decodeURIComponent(window.location.hash.slice(1)));
  const [password, setPassword] = useState('');
  const save = useMutation<unknown>({
    mutationFn: () => isInvitation
      ? answer(api.POST('/api/v1/auth/invitation/accept', { body: { token, password } }))
      : answer(api.POST('/api/v1/auth/password/reset', { body: { token, password } })),
    onSuccess: () => navigate({ to: '/sign-in', replace: true }),
  });
  return (
    <AccessCard title={t('access.reset.title')}>
      <form onSubmit={e => { e.preventDefault(); save.mutate(); }}>
        <Stack gap="md">
          {isInvitation && <Text size="sm" c="dimmed">{t('access.reset.invited')}</Text>}
          {!token && <Text size="sm" c="var(--desk-danger)" role="alert">{t('access.reset.bad')}</Text>}
          {save.error && !fieldError(save.error, 'password') && <ProblemAlert error={save.error} />}
          <TextInput className="visually-hidden" type="email" autoComplete="username" tabIndex={-1} aria-hidden readOnly value="" />
          <PasswordInput label={t('access.reset.password')} description={t('access.reset.hint')} autoComplete="new-password" minLength={10} required autoFocus size="md"
            error={fieldError(save.error, 'password')} value={password} onChange={e => { setPassword(e.currentTarget.value); }} />
          <Button type="submit" size="md" loading={save.isPending} disabled={!token}>{t('access.reset.submit')}</Button>
          <Anchor component={Link} to="/sign-in" size="sm" ta="center">{t('access.forgot.back')}</Anchor>
        </Stack>
      </form>
    </AccessCard>
  );
}
