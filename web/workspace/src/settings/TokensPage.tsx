import { Text } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, type Wire } from '../api/client';
import { exactTime, Time } from '../shared/Time';
import { useTranslation } from '../text/useTranslation';
import { Collection } from './Collection';
import { Secret } from './Secret';

type Token = Wire<'ApiTokenResponse'>;

export function TokensPage() {
  const { t } = useTranslation();
  const me = useMe();
  const [made, setMade] = useState<Wire<'MadeApiToken'> | null>(null);
  return (
    <>
      <Collection<Token>
        at="tokens" queryKey={['api-tokens']} nameOf={k => k.name} read={page => answer(api.GET('/api/v1/api-tokens', { params: { query: page } }))}
        fields={() => [
          { name: 'name', label: t('shared.name'), required: true, whenEmpty: '' },
          { name: 'scopes', label: t('settings.tokens.scopes'), hint: t('settings.tokens.scopesHint'), kind: 'many', options: me.permissions.map(p => ({ value: p, label: p })) },
          { name: 'expiresAt', label: t('settings.tokens.expires'), kind: 'datetime' },
        ]}
        blank={{ name: '', scopes: [] }} create={values => answer(api.POST('/api/v1/api-tokens', { body: values as unknown as Wire<'NewApiToken'> }))} onCreated={token => { setMade(token as Wire<'MadeApiToken'>); }}
        remove={token => answer(api.DELETE('/api/v1/api-tokens/{id}', { params: { path: { id: token.id } } }))}
        removeAsks={token => t('settings.tokens.deleteAsks', { name: token.name, used: token.lastUsedAt ? t('settings.tokens.lastUsed', { at: exactTime(token.lastUsedAt) }) : t('settings.tokens.neverUsed') })}
        columns={[
          { key: 'hint', title: t('settings.tokens.hint'), wide: true, width: '9rem', cell: k => <Text span size="xs" ff="monospace">{k.hint}…</Text> },
          { key: 'scopes', title: t('settings.tokens.scopes'), wide: true, cell: k => k.scopes.join(', ') },
          { key: 'owner', title: t('settings.tokens.owner'), cell: k => k.userName },
          { key: 'used', title: t('settings.tokens.used'), width: '8rem', cell: k => k.lastUsedAt ? <Time at={k.lastUsedAt} /> : t('settings.tokens.unused') },
          { key: 'expires', title: t('settings.tokens.expires'), wide: true, width: '10rem', cell: k => k.expiresAt ? exactTime(k.expiresAt) : t('settings.tokens.never') },
        ]}
      />
      {made && <Secret title={made.name} words={t('settings.tokens.made')} secret={made.token} close={() => { setMade(null); }} />}
    </>
  );
}
