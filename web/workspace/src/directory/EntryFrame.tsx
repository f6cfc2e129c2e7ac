import { Button, Group, Menu, Text } from '@mantine/core';
import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useMe } from '../access/me';
import { ConfirmButton } from '../shared/ConfirmButton';
import { Facts } from '../shared/Facts';
import type { Field, Values } from '../shared/form';
import { MoreMenu } from '../shared/MoreMenu';
import { PageHeader } from '../shared/PageHeader';
import { ProblemAlert } from '../shared/Problem';
import { Failed, LinesLoading } from '../shared/States';
import { TabBar } from '../shared/TabBar';
import { useAddress } from '../shared/paged';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import type { Place } from './DirectoryTabs';
import classes from './directory.module.css';

export interface Section { key: string; label: string; body: ReactNode; permission?: string }

interface Props {
  place: Place;
  id: string;
  name: string | undefined;
  values: { active?: boolean } | undefined;
  error: unknown;
  retry: () => void;
  fields: Field[];
  patch: (part: Values) => Promise<object>;
  remove: () => Promise<unknown>;
  /** Where what `patch` answers is kept. */
  queryKey: QueryKey;
  sections: Section[];
  beside?: ReactNode;
  above?: ReactNode;
  actions?: ReactNode;
}

/** The page of one thing of the directory: its facts at the side, what belongs to it in tabs. */
export function EntryFrame({ place, id, name, values, error, retry, fields, patch, remove, queryKey, sections, beside, above, actions }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { search } = useAddress();
  const [isDeleting, setDeleting] = useState(false);
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      await navigate({ to: `/${place}` });
      client.removeQueries({ queryKey });
      void client.invalidateQueries({ queryKey: [place] });
      toast(t('shared.deleted', { name: name ?? '' }));
    },
  });
  const shown = sections.filter(s => !s.permission || me.may(s.permission));
  const current = shown.find(s => s.key === search.tab) ?? shown[0]!;
  if (error && !values) return <Failed error={error} retry={retry} />;

  async function save(part: Values) {
    client.setQueryData(queryKey, await patch(part));
    void client.invalidateQueries({ queryKey: [place.slice(0, -1), id, 'history'] });
    void client.invalidateQueries({ queryKey: [place.slice(0, -1), id, 'timeline'] });
    void client.invalidateQueries({ queryKey: [place] });
  }

  async function setActive(active: boolean) {
    await save({ active });
    toast(t(active ? 'directory.setActive' : 'directory.setInactive', { name: name ?? '' }), () => save({ active: !active }));
  }

  return (
    <>
      <PageHeader title={name ?? '…'} beside={beside}>
        {actions}
        {(me.may('customers:delete') || (me.may('customers:write') && values?.active !== undefined)) && (
          <MoreMenu label={t('directory.more')}>{() => (
            <>
              {me.may('customers:write') && values?.active !== undefined && <Menu.Item onClick={() => { void setActive(!values.active); }}>{values.active ? t('directory.deactivate') : t('directory.activate')}</Menu.Item>}
              {me.may('customers:delete') && <Menu.Item c="var(--desk-danger)" onClick={() => { setDeleting(true); }}>{t('directory.deleteThis')}</Menu.Item>}
            </>
          )}</MoreMenu>
        )}
      </PageHeader>
      {isDeleting && (
        <Group px="md" py="sm" gap="sm" bg="var(--desk-note)" role="group" aria-label={t('directory.deleteThis')}>
          <Text size="sm" c="var(--desk-note-text)" flex={1} miw={200}>{t('directory.deleteNote')}</Text>
          <Button variant="default" onClick={() => { setDeleting(false); }} autoFocus>{t('shared.cancel')}</Button>
          <ConfirmButton sure={t('directory.deleteSure')} loading={removing.isPending} onConfirm={() => { removing.mutate(); }}>{t('directory.deleteThis')}</ConfirmButton>
        </Group>
      )}
      {removing.error ? <ProblemAlert error={removing.error} /> : null}
      <div className={classes.page}>
        <div className={classes.body}>
          <TabBar label={name ?? ''} tabs={shown.map(s => ({ label: s.label, to: '.', search: { tab: s.key === shown[0]!.key ? '' : s.key }, isCurrent: s === current }))} />
          {current.body}
        </div>
        <aside className={classes.side} aria-label={t('directory.facts')}>
          {above}
          {values ? <Facts label={t('directory.facts')} fields={fields} values={values} save={me.may('customers:write') ? save : undefined} /> : <LinesLoading lines={10} height={16} />}
        </aside>
      </div>
    </>
  );
}
