import { Anchor, Button, Select } from '@mantine/core';
import { IconDownload, IconPlus, IconUpload } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMe } from '../access/me';
import { DataTable, type Column } from '../shared/DataTable';
import type { Option } from '../shared/form';
import { MoreRows, SearchBox, useAddress, type PagedList } from '../shared/paged';
import { PageHeader } from '../shared/PageHeader';
import { Empty, Failed } from '../shared/States';
import { useCommands } from '../shell/keys';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';
import { DirectoryTabs, type Place } from './DirectoryTabs';

interface Props<Row> {
  place: Place;
  list: PagedList<Row>;
  columns: Column<Row>[];
  /** Parameters of the address that narrow the list down, beside the words searched for. */
  filters: string[];
  filterInputs?: ReactNode;
  create?: { label: string; open: () => void } | undefined;
  /** Query of the export, the same as the list's. */
  exported?: Record<string, string | string[] | undefined>;
  isImported?: boolean;
}

/** A list of the directory: search, filters, table, more. */
export function ListFrame<Row extends { id: string }>({ place, list, columns, filters, filterInputs, create, exported, isImported }: Props<Row>) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const { search, set } = useAddress();
  const isFiltered = ['search', ...filters].some(f => search[f]);
  const mayWrite = me.may('customers:write');
  useCommands(create && mayWrite ? [{ id: `new-${place}`, label: create.label, keys: 'n', scope: 'page', run: create.open }] : []);
  const href = exported && `/api/v1/${place as 'customers'}/export.csv?${asQuery({ ...exported, bom: 'true' })}`;
  return (
    <>
      <PageHeader title={t(`directory.${place}`)}>
        {href && <Button component="a" href={href} download variant="default" size="compact-sm" leftSection={<IconDownload size={14} aria-hidden />} className={classes.lesser} aria-label={t('directory.exportCsv')}><span>{t('directory.exportCsv')}</span></Button>}
        {isImported && me.may('customers:import') && <Button renderRoot={p => <Link {...p} to="/customers/import" search={{ kind: place }} />} variant="default" size="compact-sm" leftSection={<IconUpload size={14} aria-hidden />} className={classes.lesser} aria-label={t('directory.import')}><span>{t('directory.import')}</span></Button>}
        {create && mayWrite && <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={create.open}>{create.label}</Button>}
      </PageHeader>
      <DirectoryTabs at={place} />
      <div className={classes.filters}>
        <SearchBox key={place} label={t(`directory.search.${place}`)} />
        {filterInputs}
        {isFiltered && <Anchor component="button" size="xs" onClick={() => { void navigate({ to: '.', search: {}, replace: true }); }}>{t('directory.none.clear')}</Anchor>}
      </div>
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <>
          <DataTable label={t(`directory.${place}`)} rows={list.rows} rowKey={r => r.id} columns={columns} {...(search.sort ? { sort: search.sort } : {})} onSort={sort => { set({ sort }); }}
            empty={<Empty title={isFiltered ? t('directory.none.filtered') : t(`directory.none.${place}`)} />} />
          <MoreRows list={list} />
        </>
      )}
    </>
  );
}

function asQuery(query: Record<string, string | string[] | undefined>) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const v of [value ?? []].flat()) if (v) parameters.append(name, v);
  return parameters.toString();
}

export function OneFilter({ name, label, options }: { name: string; label: string; options: Option[] }) {
  const { search, set } = useAddress();
  return <Select size="xs" w={150} aria-label={label} placeholder={label} data={options} value={search[name] ?? null} onChange={v => { set({ [name]: v ?? '' }); }} clearable />;
}
