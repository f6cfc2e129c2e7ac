import { Avatar, Menu, Skeleton, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconLanguage, IconListDetails, IconLogout, IconMoon, IconPlus, IconSearch, IconSelector, IconSun, IconSunMoon } from '@tabler/icons-react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answer, api } from '../api/client';
import { every } from '../api/every';
import { useMe } from '../access/me';
import { chooseLanguage, languages, type Language } from '../text';
import { useTranslation } from '../text/useTranslation';
import { NotificationBell } from './NotificationBell';
import { pages, type NavigationEntry } from './pages';
import classes from './shell.module.css';
import { signOut } from './signOut';

export const viewsQuery = queryOptions({ queryKey: ['views'], queryFn: () => every(page => answer(api.GET('/api/v1/views', { params: { query: page } }))) });

export function Sidebar({ openPalette, openKeys }: { openPalette: () => void; openKeys: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const isShown = (p: NavigationEntry) => !p.permission || me.may(p.permission);
  return (
    <nav className={classes.nav} aria-label={t('shell.nav.label')}>
      <div className={classes.top}>
        <Account openKeys={openKeys} />
        <NotificationBell />
      </div>
      <div className={classes.quick}>
        <UnstyledButton className={classes.search} onClick={openPalette}>
          <IconSearch size={15} aria-hidden /><span className="truncate">{t('shell.nav.search')}</span><kbd>Ctrl K</kbd>
        </UnstyledButton>
        {me.may('tickets:create') && (
          <Link to="/tickets/new" className={classes.create} aria-label={t('shell.nav.create')} title={t('shell.nav.create')}><IconPlus size={16} aria-hidden /></Link>
        )}
      </div>
      <div className={classes.scroll}>
        <ul className={classes.list}>{pages.filter(p => p.section === 'top' && isShown(p)).map(p => <Entry key={p.label} page={p} />)}</ul>
        <Views />
        <ul className={classes.list}>{pages.filter(p => p.section === 'work' && isShown(p)).map(p => <Entry key={p.label} page={p} />)}</ul>
      </div>
      <ul className={classes.list}>{pages.filter(p => p.section === 'bottom' && isShown(p)).map(p => <Entry key={p.label} page={p} />)}</ul>
    </nav>
  );
}

function Entry({ page }: { page: NavigationEntry }) {
  const { t } = useTranslation();
  return (
    <li>
      <Link to={page.to} search={page.search ?? {}} className={classes.entry} activeOptions={{ exact: page.search !== undefined || page.to === '/tickets', includeSearch: page.to === '/tickets' }} activeProps={{ 'aria-current': 'page' }}>
        <page.icon size={16} stroke={1.7} /><span className="truncate">{t(page.label)}</span>
      </Link>
    </li>
  );
}

/** The saved views with how many tickets each holds now. */
function Views() {
  const { t } = useTranslation();
  const views = useQuery(viewsQuery);
  const counts = useQuery({ queryKey: ['view-counts'], queryFn: () => answer(api.GET('/api/v1/views/counts')), enabled: (views.data?.length ?? 0) > 0, staleTime: 30_000 });
  if (views.data?.length === 0) return null;
  const countOf = (id: string) => counts.data?.data.find(c => c.id === id);
  return (
    <section aria-label={t('shell.nav.views')}>
      <h2 className={classes.heading}>{t('shell.nav.views')}</h2>
      <ul className={classes.list}>
        {views.data === undefined
          ? [0, 1, 2].map(i => <li key={i} className={classes.entry}><Skeleton height={10} width={`${60 + i * 10}%`} /></li>)
          : views.data.map(view => {
            const count = countOf(view.id);
            return (
              <li key={view.id}>
                <Link to="/tickets" search={{ view: view.id }} className={classes.entry} activeOptions={{ includeSearch: true }} activeProps={{ 'aria-current': 'page' }}>
                  <IconListDetails size={16} stroke={1.7} aria-hidden /><span className="truncate">{view.name}</span>
                  {count?.count !== undefined && count.count !== null && <span className={`${classes.count} tabular`}>{count.isMore ? t('shell.nav.more', { count: count.count }) : count.count}</span>}
                </Link>
              </li>
            );
          })}
      </ul>
    </section>
  );
}

function Account({ openKeys }: { openKeys: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={classes.account} aria-label={t('shell.nav.account', { name: me.name })}>
          <Avatar name={me.name} size={24} radius="sm" alt="" styles={{ placeholder: { background: 'var(--desk-selected)', color: 'var(--mantine-color-text)' } }} />
          <span className="truncate">{me.tenantName}</span><IconSelector size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.name}<br />{me.email}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('shell.theme.label')}</Menu.Label>
        {([['light', IconSun], ['dark', IconMoon], ['auto', IconSunMoon]] as const).map(([scheme, Icon]) => (
          <Menu.Item key={scheme} leftSection={<Icon size={15} />} onClick={() => { setColorScheme(scheme); }} role="menuitemradio" aria-checked={colorScheme === scheme} bg={colorScheme === scheme ? 'var(--desk-hover)' : undefined}>{t(`shell.theme.${scheme}`)}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {(Object.entries(languages) as [Language, string][]).map(([code, name]) => (
          <Menu.Item key={code} leftSection={<IconLanguage size={15} />} lang={code} onClick={() => { void chooseLanguage(code); }} role="menuitemradio" aria-checked={i18n.language === code} bg={i18n.language === code ? 'var(--desk-hover)' : undefined}>{name}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={15} />} rightSection={<kbd>?</kbd>} onClick={openKeys}>{t('shell.nav.help')}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => { void signOut(); }}>{t('shell.nav.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
