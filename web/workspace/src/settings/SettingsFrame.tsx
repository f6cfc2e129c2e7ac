import { Select } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../access/me';
import { PageHeader } from '../shared/PageHeader';
import { useTranslation } from '../text/useTranslation';
import { groups, sections, type SectionKey } from './sections';
import classes from './settings.module.css';

/** A section of the settings, with the way to the others. */
export function SettingsFrame({ at, actions, beside, children }: { at: SectionKey; actions?: ReactNode; beside?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const shown = sections.filter(s => !s.permission || me.may(s.permission));
  return (
    <div className={classes.frame}>
      <nav className={classes.nav} aria-label={t('settings.sections')}>
        {groups.filter(g => shown.some(s => s.group === g)).map(g => (
          <div key={g}>
            <h2>{t(`settings.group.${g}`)}</h2>
            <ul>{shown.filter(s => s.group === g).map(s => <li key={s.key}><Link to={`/settings/${s.key}`} className={classes.entry} data-current={s.key === at || undefined} aria-current={s.key === at ? 'page' : undefined}>{t(`settings.section.${s.key}`)}</Link></li>)}</ul>
          </div>
        ))}
      </nav>
      <div className={classes.body}>
        <div className={classes.narrow}>
          <Select aria-label={t('settings.sections')} allowDeselect={false} value={at} onChange={key => { if (key) void navigate({ to: `/settings/${key}` }); }}
            data={groups.map(g => ({ group: t(`settings.group.${g}`), items: shown.filter(s => s.group === g).map(s => ({ value: s.key, label: t(`settings.section.${s.key}`) })) })).filter(g => g.items.length > 0)} />
        </div>
        <PageHeader title={t(`settings.section.${at}`)} beside={beside}>{actions}</PageHeader>
        <p className={classes.intro} style={{ margin: 0 }}>{t(`settings.intro.${at}`)}</p>
        {children}
      </div>
    </div>
  );
}
