import { Drawer, useMantineColorScheme } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, memo, Suspense, useEffect, useState } from 'react';
import { whenSignedOut } from '../api/client';
import { useMe } from '../access/me';
import { live } from '../live';
import { chooseLanguage } from '../text';
import { useTranslation } from '../text/useTranslation';
import { ConnectionBanner } from './ConnectionBanner';
import { useCommands } from './keys';
import { useLiveQueries } from './liveQueries';
import { pages } from './pages';
import classes from './shell.module.css';
import { Sidebar } from './Sidebar';
import { signOut } from './signOut';

const Palette = lazy(() => import('./Palette').then(m => ({ default: m.Palette })));
const KeySheet = lazy(() => import('./KeySheet').then(m => ({ default: m.KeySheet })));

/** The frame around every page: sidebar, banner, palette, keys, live updates. */
export function Shell() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const [paletteOpen, palette] = useDisclosure(false);
  const [sheetOpen, sheet] = useDisclosure(false);
  const [menuOpen, menu] = useDisclosure(false);
  const [paletteUsed, setPaletteUsed] = useState(false);
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });

  useLiveQueries();
  useEffect(() => { live.start(); return () => { live.stop(); }; }, []);
  useEffect(() => {
    whenSignedOut(() => {
      client.clear();
      void navigate({ to: '/sign-in', search: { then: window.location.pathname + window.location.search, ended: '1' }, replace: true });
    });
  }, [client, navigate]);

  const openPalette = () => { setPaletteUsed(true); palette.open(); };

  useCommands([
    { id: 'palette', label: t('shell.palette.title'), keys: 'mod+k,/', run: openPalette, whileTyping: true, keyOnly: true },
    { id: 'keys', label: t('shell.keys.title'), keys: '?', run: sheet.open },
    ...pages.filter(p => !p.permission || me.may(p.permission)).map(p => ({ id: `go-${p.to}${JSON.stringify(p.search ?? {})}`, label: t(p.label), keys: p.keys, also: 'go', run: () => { void navigate({ to: p.to, search: p.search ?? {} }); } })),
    { id: 'theme-light', label: `${t('shell.theme.label')}: ${t('shell.theme.light')}`, run: () => { setColorScheme('light'); } },
    { id: 'theme-dark', label: `${t('shell.theme.label')}: ${t('shell.theme.dark')}`, run: () => { setColorScheme('dark'); } },
    { id: 'theme-auto', label: `${t('shell.theme.label')}: ${t('shell.theme.auto')}`, run: () => { setColorScheme('auto'); } },
    ...(i18n.language === 'en' ? [{ id: 'es', label: 'Español', also: 'language idioma', run: () => { void chooseLanguage('es'); } }] : [{ id: 'en', label: 'English', also: 'language idioma', run: () => { void chooseLanguage('en'); } }]),
    { id: 'sign-out', label: t('shell.nav.signOut'), run: () => { void signOut(); } },
  ]);

  const sidebar = <Sidebar openPalette={openPalette} openKeys={sheet.open} />;
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>{t('shell.nav.skip')}</a>
      {isNarrow
        ? (
          <Drawer.Root opened={menuOpen} onClose={menu.close} size="17rem" padding={0} transitionProps={{ duration: 120 }}>
            <Drawer.Overlay />
            <Drawer.Content aria-label={t('shell.nav.label')}><Drawer.Body h="100%">{sidebar}</Drawer.Body></Drawer.Content>
          </Drawer.Root>
        )
        : <aside className={classes.sidebar}>{sidebar}</aside>}
      <div className={classes.main}>
        <ConnectionBanner />
        {isNarrow && (
          <div className={classes.topbar}>
            <button type="button" className={classes.burger} onClick={menu.open} aria-label={t('shell.nav.open')} aria-expanded={menuOpen}>☰</button>
            <img src="/icon.svg" alt="" width={20} height={20} />
            <button type="button" className={classes.searchNarrow} onClick={openPalette}>{t('shell.nav.search')}</button>
          </div>
        )}
        <main id="content" className={classes.content} tabIndex={-1}>
          <Suspense><Outlet /></Suspense>
        </main>
      </div>
      <PageBegins closeMenu={menu.close} />
      <Suspense>
        {paletteUsed && <Palette opened={paletteOpen} close={palette.close} />}
        {sheetOpen && <KeySheet opened close={sheet.close} />}
      </Suspense>
    </div>
  );
}

/** A new page begins at its title, for eyes and for screen readers alike. By itself, so that the frame is not drawn anew for each page. */
const PageBegins = memo(function PageBegins({ closeMenu }: { closeMenu: () => void }) {
  const path = useRouterState({ select: s => s.location.pathname });
  useEffect(() => {
    closeMenu();
    const target = document.querySelector<HTMLElement>('[data-page-title]');
    if (document.activeElement === document.body || document.activeElement === null) target?.focus({ preventScroll: true });
  }, [path, closeMenu]);
  return null;
});
