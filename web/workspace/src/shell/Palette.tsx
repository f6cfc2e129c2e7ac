import '@mantine/spotlight/styles.layer.css';
import { Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { IconBuilding, IconCommand, IconSearch, IconTag, IconTicket, IconUser } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { answer, api } from '../api/client';
import { useTranslation } from '../text/useTranslation';
import { useAllCommands, type Command } from './keys';
import { Keys } from './KeySheet';

const fits = (command: Command, words: string) => words.toLowerCase().split(/\s+/).every(w => `${command.label} ${command.also ?? ''}`.toLowerCase().includes(w));

const [store, spotlight] = createSpotlight();

/** As the library does on each key, for what came after the last one. */
function selectFirst() {
  const actions = document.getElementById(store.getState().listId)?.querySelectorAll('[data-action]') ?? [];
  actions.forEach((a, i) => { if (i === 0) a.setAttribute('data-selected', 'true'); else a.removeAttribute('data-selected'); });
  store.updateState(s => ({ ...s, selected: 0 }));
}

/** Go anywhere, do anything: commands, tickets, customers, contacts, tags. */
export function Palette({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const commands = useAllCommands().filter(c => !c.keyOnly);
  const [query, setQuery] = useState('');
  const typed = query.trim();
  const [asked] = useDebouncedValue(typed, 60);
  const found = useQuery({
    queryKey: ['suggest', asked],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/search/suggest', { params: { query: { q: asked.slice(0, 100) } }, signal })),
    enabled: opened && asked.length > 1, placeholderData: keepPreviousData, staleTime: 10_000,
  });
  const hits = asked.length > 1 && typed.length > 1 ? found.data : undefined;
  const shown = commands.filter(c => typed === '' ? true : fits(c, typed)).slice(0, typed === '' ? 30 : 8);
  const here = shown.filter(c => c.scope === 'page');
  const everywhere = shown.filter(c => c.scope !== 'page');
  const go = (to: string, search = {}) => () => { void navigate({ to, search }); };

  useEffect(() => { if (opened) spotlight.open(); else spotlight.close(); }, [opened]);

  // the first is what Enter takes, also when more has come
  const first = hits ? `${asked}${hits.tickets[0]?.id ?? ''}` : typed;
  useEffect(() => { requestAnimationFrame(selectFirst); }, [first, opened]);

  const action = (c: Command) => (
    <Spotlight.Action key={c.id} onClick={c.run} label={c.label} leftSection={<IconCommand size={16} stroke={1.6} />} rightSection={c.keys ? <Keys keys={c.keys.split(',')[0]!} /> : undefined} />
  );

  return (
    <Spotlight.Root store={store} overlayProps={{ blur: 0, backgroundOpacity: 0.35 }} query={query} onQueryChange={setQuery} onSpotlightClose={close} shortcut={null} maxHeight={460} scrollable clearQueryOnClose attributes={{ content: { 'aria-label': t('shell.palette.title') } as Record<string, string> }}>
      <Spotlight.Search placeholder={t('shell.palette.placeholder')} aria-label={t('shell.palette.title')} leftSection={<IconSearch size={18} stroke={1.6} />} />
      <Spotlight.ActionsList>
        {hits && hits.tickets.length > 0 && (
          <Spotlight.ActionsGroup label={t('shell.palette.tickets')}>
            {hits.tickets.slice(0, 6).map(ticket => (
              <Spotlight.Action key={ticket.id} label={ticket.subject} highlightQuery onClick={go(`/tickets/${ticket.reference}`)} leftSection={<IconTicket size={16} stroke={1.6} />} rightSection={<Text size="xs" c="dimmed" className="tabular">{ticket.reference}</Text>} />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {here.length > 0 && <Spotlight.ActionsGroup label={t('shell.palette.here')}>{here.map(action)}</Spotlight.ActionsGroup>}
        {hits && hits.customers.length > 0 && (
          <Spotlight.ActionsGroup label={t('shell.palette.customers')}>
            {hits.customers.slice(0, 4).map(c => <Spotlight.Action key={c.id} onClick={go(`/customers/${c.id}`)} leftSection={<IconBuilding size={16} stroke={1.6} />} label={c.name} description={c.detail ?? undefined} />)}
          </Spotlight.ActionsGroup>
        )}
        {hits && hits.contacts.length > 0 && (
          <Spotlight.ActionsGroup label={t('shell.palette.contacts')}>
            {hits.contacts.slice(0, 4).map(c => <Spotlight.Action key={c.id} onClick={go(`/contacts/${c.id}`)} leftSection={<IconUser size={16} stroke={1.6} />} label={c.name} description={c.detail ?? undefined} />)}
          </Spotlight.ActionsGroup>
        )}
        {hits && hits.tags.length > 0 && (
          <Spotlight.ActionsGroup label={t('shell.palette.tags')}>
            {hits.tags.slice(0, 3).map(tag => <Spotlight.Action key={tag} onClick={go('/tickets', { tag })} leftSection={<IconTag size={16} stroke={1.6} />} label={tag} />)}
          </Spotlight.ActionsGroup>
        )}
        {everywhere.length > 0 && <Spotlight.ActionsGroup label={typed === '' ? t('shell.palette.goTo') : t('shell.palette.actions')}>{everywhere.map(action)}</Spotlight.ActionsGroup>}
        {typed !== '' && <Spotlight.Action onClick={go('/search', { q: typed })} leftSection={<IconSearch size={16} stroke={1.6} />} label={t('shell.palette.searchFor', { words: typed })} />}
        {typed === '' && shown.length === 0 && <Spotlight.Empty>{t('shell.palette.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
