import { Button, Menu, UnstyledButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useMe } from '../access/me';
import type { Wire } from '../api/client';
import { Ask } from '../shared/Ask';
import { DataTable, type Column } from '../shared/DataTable';
import { FormDialog, type Field, type Values } from '../shared/form';
import { MoreMenu } from '../shared/MoreMenu';
import { MoreRows, useAddress, usePaged } from '../shared/paged';
import { Empty, Failed } from '../shared/States';
import { toast, toastError } from '../shared/toast';
import { useCommands } from '../shell/keys';
import { useTranslation } from '../text/useTranslation';
import type { SectionKey } from './sections';
import classes from './settings.module.css';
import { SettingsFrame } from './SettingsFrame';

export interface RowAction { label: string; run: () => void; isGrave?: boolean }

interface Props<Row> {
  at: SectionKey;
  /** The key that its rows are kept under; everything below it is read again after a change. */
  queryKey: string[];
  read: (page: { limit: string; cursor?: string }) => Promise<{ data: Row[]; pagination: Wire<'Pagination'> }>;
  columns: Column<Row>[];
  nameOf: (row: Row) => string;
  /** Without the permission, things are only looked at. */
  permission?: string;
  mayEdit?: (row: Row) => boolean;
  fields: (row: Row | undefined) => Field[];
  blank: Values;
  toValues?: (row: Row) => Values;
  create?: (values: Values) => Promise<unknown>;
  onCreated?: (made: unknown) => void;
  update?: (row: Row, values: Values) => Promise<unknown>;
  /** What is deleted can be made again as it was: that is its undo. What cannot names what breaks by `removeAsks`, and is asked for. */
  remove?: (row: Row) => Promise<unknown>;
  removeAsks?: (row: Row) => ReactNode;
  mayRemove?: (row: Row) => boolean;
  actions?: (row: Row) => RowAction[];
  form?: (row: Row | undefined, values: Values, change: (values: Values) => void, error: unknown) => ReactNode;
  size?: string;
  above?: ReactNode;
  nameTitle?: string;
  nameBeside?: (row: Row) => ReactNode;
}

/** Things of one kind in the settings: a list, a form for one (in the address as `new` or `edit`), deletion with undo. */
export function Collection<Row extends { id: string }>(props: Props<Row>) {
  const { at, queryKey, columns, nameOf, fields, create, update, remove } = props;
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { search, set } = useAddress();
  const mayManage = !props.permission || me.may(props.permission);
  const list = usePaged<Row>([...queryKey, 'list'], props.read, { limit: 100 });
  const edited = list.rows?.find(r => r.id === search.edit);
  const isOpen = (create && search.new === '1') || edited;
  const close = () => { set({ new: '', edit: '' }); };
  const again = () => client.invalidateQueries({ queryKey: [queryKey[0]] });
  const open = () => { set({ new: '1' }); };
  useCommands(create && mayManage ? [{ id: `new-${at}`, label: t(`settings.add.${at as 'people'}`), keys: 'n', scope: 'page', run: open }] : []);

  const [asked, setAsked] = useState<Row | null>(null);
  async function removeNow(row: Row) {
    await remove!(row);
    void again();
    const canReturn = create && props.toValues && !props.removeAsks;
    toast(t('shared.deleted', { name: nameOf(row) }), canReturn ? async () => { await create(props.toValues!(row)); await again(); } : undefined);
  }

  const removing = useMutation({ mutationFn: removeNow, onError: toastError });

  const mayEdit = (row: Row) => mayManage && update !== undefined && (props.mayEdit?.(row) ?? true);
  const actionsOf = (row: Row): RowAction[] => [
    ...(mayManage ? props.actions?.(row) ?? [] : []),
    ...(mayManage && remove && (props.mayRemove?.(row) ?? true) ? [{ label: props.removeAsks ? `${t('shared.delete')}…` : t('shared.delete'), run: () => { if (props.removeAsks) setAsked(row); else removing.mutate(row); }, isGrave: true }] : []),
  ];

  return (
    <SettingsFrame at={at} actions={create && mayManage && <Button size="compact-sm" leftSection={<IconPlus size={14} aria-hidden />} onClick={open}>{t(`settings.add.${at as 'people'}`)}</Button>}>
      {props.above}
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable
          label={t(`settings.section.${at}`)} rows={list.rows} rowKey={r => r.id} empty={<Empty title={t('settings.none')}>{create && mayManage && <Button variant="default" size="compact-sm" onClick={open}>{t(`settings.add.${at as 'people'}`)}</Button>}</Empty>}
          columns={[
            { key: 'name', title: props.nameTitle ?? t('shared.name'), long: true, cell: r => <>{mayEdit(r) ? <UnstyledButton className={classes.open} onClick={() => { set({ edit: r.id }); }}>{nameOf(r)}</UnstyledButton> : <span>{nameOf(r)}</span>}{props.nameBeside?.(r)}</> },
            ...columns,
            { key: 'more', title: '', width: '3rem', cell: r => <RowMenu name={nameOf(r)} actions={actionsOf(r)} /> },
          ]}
        />
      )}
      <MoreRows list={list} />
      {isOpen && mayManage && (
        <FormDialog
          key={edited?.id ?? 'new'} title={edited ? t('settings.editOf', { name: nameOf(edited) }) : t(`settings.add.${at as 'people'}`)} fields={fields(edited)}
          initial={edited ? props.toValues?.(edited) ?? (edited as unknown as Values) : props.blank} close={close} size={props.size ?? 'md'}
          save={values => edited ? update!(edited, values) : create!(values)}
          onSaved={saved => { void again(); if (edited) toast(t('shared.saved')); else if (props.onCreated) props.onCreated(saved); else toast(t('shared.saved')); }}>
          {props.form && ((values, change, error) => props.form!(edited, values, change, error))}
        </FormDialog>
      )}
      {asked && props.removeAsks && (
        <Ask title={t('settings.deleteOf', { name: nameOf(asked) })} words={props.removeAsks(asked)} confirm={t('shared.delete')} act={() => removeNow(asked)} close={() => { setAsked(null); }} />
      )}
    </SettingsFrame>
  );
}

export function RowMenu({ name, actions }: { name: string; actions: RowAction[] }) {
  const { t } = useTranslation();
  if (actions.length === 0) return null;
  return (
    <MoreMenu label={t('settings.moreOf', { name })}>
      {() => actions.map(a => <Menu.Item key={a.label} {...(a.isGrave ? { c: 'var(--desk-danger)' } : {})} onClick={a.run}>{a.label}</Menu.Item>)}
    </MoreMenu>
  );
}
