import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, type Wire } from '../api/client';
import { Ask } from '../shared/Ask';
import { DataTable } from '../shared/DataTable';
import { FormDialog } from '../shared/form';
import { MoreRows, SearchBox, useAddress, usePaged } from '../shared/paged';
import { Empty, Failed } from '../shared/States';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { RowMenu } from './Collection';
import classes from './settings.module.css';
import { SettingsFrame } from './SettingsFrame';

export function TagsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { search } = useAddress();
  const [renamed, setRenamed] = useState<string | null>(null);
  const [removed, setRemoved] = useState<Wire<'TagResponse'> | null>(null);
  const query = search.search ? { search: search.search } : {};
  const list = usePaged<Wire<'TagResponse'>>(['tags', 'list', query], page => answer(api.GET('/api/v1/tags', { params: { query: { ...query, ...page } } })), { limit: 100 });
  const path = (name: string) => ({ params: { path: { name } } });
  const again = () => client.invalidateQueries({ queryKey: ['tags'] });
  return (
    <SettingsFrame at="tags">
      <div style={{ padding: '0 1rem 0.75rem' }}><SearchBox label={t('shared.search')} /></div>
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable label={t('settings.section.tags')} rows={list.rows} rowKey={tag => tag.name} empty={<Empty title={t('settings.none')} />}
          columns={[
            { key: 'name', title: t('shared.name'), cell: tag => <Link to="/tickets" search={{ tag: tag.name }} className={classes.open}>{tag.name}</Link> },
            { key: 'tickets', title: t('settings.tags.tickets'), width: '8rem', cell: tag => <span className="tabular">{tag.tickets}</span> },
            { key: 'more', title: '', width: '3rem', cell: tag => me.may('settings:manage') && <RowMenu name={tag.name} actions={[
              { label: t('settings.tags.rename'), run: () => { setRenamed(tag.name); } },
              { label: `${t('settings.tags.remove')}…`, isGrave: true, run: () => { setRemoved(tag); } },
            ]} /> },
          ]} />
      )}
      <MoreRows list={list} />
      {removed && (
        <Ask title={t('settings.deleteOf', { name: removed.name })} words={t('settings.tags.removeAsks', { count: removed.tickets })} confirm={t('settings.tags.remove')} close={() => { setRemoved(null); }}
          act={async () => { await answer(api.DELETE('/api/v1/tags/{name}', path(removed.name))); toast(t('settings.tags.removed', { name: removed.name })); void again(); }} />
      )}
      {renamed !== null && (
        <FormDialog title={`${t('settings.tags.rename')}: ${renamed}`} fields={[{ name: 'name', label: t('settings.tags.newName'), required: true, whenEmpty: '' }]} initial={{ name: renamed }} close={() => { setRenamed(null); }}
          save={values => answer(api.PATCH('/api/v1/tags/{name}', { ...path(renamed), body: values as unknown as Wire<'TagBody'> }))} onSaved={() => { toast(t('settings.tags.renamed', { name: renamed })); void again(); }} />
      )}
    </SettingsFrame>
  );
}
