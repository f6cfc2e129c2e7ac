import { Anchor, Button, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type SyntheticEvent } from 'react';
import { answer, api, ApiProblem } from '../api/client';
import { queryClient } from '../api/queryClient';
import { ProblemAlert } from '../shared/Problem';
import { chooseLanguage, hasChosenLanguage } from '../text';
import { useTranslation } from '../text/useTranslation';
import { AccessCard } from './AccessCard';
import { meQuery } from './me';

type Step = 'password' | 'tenant' | 'code';

export function SignInPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { then, ended } = useSearch({ strict: false });
  const [step, setStep] = useState<Step>('password');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tenant, setTenant] = useState<string | null>(null);
  const [tenants, setTenants] = useState<string[]>([]);
  const [code, setCode] = useState('');

  const signIn = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/auth/login', { body: { email, password, cookie: true, ...(tenant ? { tenant } : {}), ...(code ? { totp: code } : {}) } })),
    onSuccess: async ({ user }) => {
      localStorage.setItem('deskhand.refreshedAt', String(Date.now()));
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, user);
      // the account's language may be no more than the desk's usual one: it adds Spanish, and takes it from nobody
      if (!hasChosenLanguage() && user.locale.startsWith('es')) await chooseLanguage('es', false);
      // only within this desk: an address of somebody else does not begin with a single slash
      await navigate({ href: then && /^\/(?![/\\])/.test(then) ? then : '/', replace: true });
    },
    onError: error => {
      if (!(error instanceof ApiProblem)) return;
      if (error.code === 'totp_required') setStep('code');
      if (error.code === 'invalid_totp') setCode('');
      if (error.code === 'tenant_required') {
        setTenants(error.body.allowed ?? []);
        setStep('tenant');
      }
    },
  });
  const isQuestion = signIn.error instanceof ApiProblem && ['totp_required', 'tenant_required'].includes(signIn.error.code);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    signIn.mutate();
  }

  return (
    <AccessCard title={t('access.signIn.title')}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {ended && step === 'password' && <Text size="sm" c="dimmed">{t('access.signIn.ended')}</Text>}
          {signIn.error && !isQuestion && <ProblemAlert error={signIn.error} />}
          {step === 'password' && (
            <>
              <TextInput label={t('access.signIn.email')} type="email" autoComplete="username" required autoFocus size="md" value={email} onChange={e => { setEmail(e.currentTarget.value); }} />
              <PasswordInput label={t('access.signIn.password')} autoComplete="current-password" required size="md" value={password} onChange={e => { setPassword(e.currentTarget.value); }} />
            </>
          )}
          {step === 'tenant' && <Select label={t('access.signIn.tenant')} data={tenants} value={tenant} onChange={setTenant} required autoFocus size="md" />}
          {step === 'code' && (
            <TextInput label={t('access.signIn.code')} description={t('access.signIn.codeHint')} inputMode="numeric" autoComplete="one-time-code" maxLength={7} required autoFocus size="md"
              value={code} onChange={e => { setCode(e.currentTarget.value); }} />
          )}
          <Button type="submit" size="md" loading={signIn.isPending}>{t('access.signIn.submit')}</Button>
          {step === 'password'
            ? <Anchor component={Link} to="/forgot-password" size="sm" ta="center">{t('access.signIn.forgot')}</Anchor>
            : <Anchor component="button" type="button" size="sm" onClick={() => { setStep('password'); setCode(''); setPassword(''); setTenant(null); signIn.reset(); }}>{t('access.signIn.back')}</Anchor>}
        </Stack>
      </form>
    </AccessCard>
  );
}
