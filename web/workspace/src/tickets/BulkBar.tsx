import { ActionIcon, Button, Menu, Paper, Progress, Text } from '@mantine/core';
import { IconDots, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useMe } from '../access/me';
import { useTranslation } from '../text/useTranslation';
import type { Act } from './actions';
import type { change } from './change';
import { MergeDialog } from './MergeDialog';
import type { Ticket } from './rulebook';
import classes from './tickets.module.css';

interface Props {
  count: number;
  isAll: boolean;
  /** How many more would match, when that can be asked for. */
  matching: number | null | undefined;
  selectMatching: () => void;
  begin: (act: Act) => void;
  now: (body: Parameters<typeof change>[1], said?: string) => void;
  clear: () => void;
  progress: { done: number; total: number } | null;
  selected: string[];
  rows: Ticket[];
}

/** What can be done with all that is selected. */
export function BulkBar({ count, isAll, matching, selectMatching, begin, now, clear, progress, selected, rows }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const [isMerging, setMerging] = useState(false);
  return (
    <Paper className={classes.bulk} shadow="lg" radius="lg" role="toolbar" aria-label={t('tickets.act.selected', { count })}>
      {progress && <Progress className={classes.bulkProgress} size={3} value={100 * progress.done / Math.max(1, progress.total)} aria-label={t('tickets.act.working', progress)} />}
      <Text size="sm" fw={550} className="tabular" role="status">{progress ? t('tickets.act.working', progress) : isAll ? t('tickets.act.allSelected', { count }) : t('tickets.act.selected', { count })}</Text>
      {!isAll && matching != null && <Button variant="subtle" size="compact-sm" onClick={selectMatching}>{t('tickets.act.allMatching', { count: matching })}</Button>}
      <span className={classes.grow} />
      {me.may('tickets:assign') && <Button variant="default" size="compact-sm" onClick={() => { begin('assign'); }}>{t('tickets.act.assign')}</Button>}
      {me.may('tickets:update') && (
        <>
          <Button variant="default" size="compact-sm" onClick={() => { begin('status'); }}>{t('tickets.act.status')}</Button>
          <Button variant="default" size="compact-sm" onClick={() => { begin('priority'); }}>{t('tickets.act.priority')}</Button>
          <Menu position="top-end">
            <Menu.Target><ActionIcon aria-label={t('tickets.act.more')}><IconDots size={16} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => { begin('group'); }}>{t('tickets.act.assignGroup')}</Menu.Item>
              <Menu.Item onClick={() => { begin('note'); }}>{t('tickets.act.note')}</Menu.Item>
              <Menu.Item onClick={() => { begin('tags'); }}>{t('tickets.act.tags')}</Menu.Item>
              <Menu.Item onClick={() => { begin('untag'); }}>{t('tickets.act.untag')}</Menu.Item>
              {!isAll && selected.length > 1 && selected.length <= 50 && <Menu.Item onClick={() => { setMerging(true); }}>{t('tickets.act.merge')}</Menu.Item>}
              {me.may('tickets:delete') && <Menu.Item color="red" onClick={() => { now({ delete: true }, t('tickets.act.deleted', { count })); clear(); }}>{t('tickets.act.delete')}</Menu.Item>}
            </Menu.Dropdown>
          </Menu>
        </>
      )}
      <ActionIcon aria-label={t('tickets.list.clearSelection')} onClick={clear}><IconX size={16} /></ActionIcon>
      {isMerging && <MergeDialog tickets={rows.filter(r => selected.includes(r.id))} close={() => { setMerging(false); }} done={clear} />}
    </Paper>
  );
}
