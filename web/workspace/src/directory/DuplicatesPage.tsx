import { Modal, Stack, Text, UnstyledButton, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, once, type Wire } from '../api/client';
import { DataTable } from '../shared/DataTable';
import { MoreRows, useAddress, usePaged } from '../shared/paged';
import { PageHeader } from '../shared/PageHeader';
import { ProblemAlert } from '../shared/Problem';
import { Empty, Failed } from '../shared/States';
import { TabBar } from '../shared/TabBar';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import classes from './directory.module.css';

type Pair = Wire<'DuplicateResponse'>;

/** Pairs that look like one; merging is undone from the toast. */
export function DuplicatesPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { search } = useAddress();
  const kind = search.kind === 'contacts' ? 'contacts' : 'customers';
  const [pair, setPair] = useState<Pair | null>(null);
  const list = usePaged<Pair>([kind, 'duplicates'], page => answer(api.GET(`/api/v1/${kind}/duplicates`, { params: { query: page } })));
  const link = (entry: Wire<'NamedEntry'>) => <Link to={`/${kind}/$id`} params={{ id: entry.id }} className={classes.link}>{entry.name} <Text span size="xs" c="dimmed" className={`${classes.number} tabular`}>{entry.number}</Text></Link>;
  return (
    <>
      <PageHeader title={t('directory.dup.title')} />
      <TabBar label={t('directory.sections')} tabs={(['customers', 'contacts'] as const).map(k => ({ label: t(`directory.${k}`), to: '.', search: { kind: k === 'customers' ? '' : k }, isCurrent: k === kind }))} />
      <Text size="sm" c="dimmed" px="md" py="sm" maw={720}>{t('directory.dup.intro')}</Text>
      {list.query.error && !list.rows ? <Failed error={list.query.error} retry={() => { void list.query.refetch(); }} /> : (
        <DataTable label={t('directory.dup.title')} rows={list.rows} rowKey={d => `${d.reason}${d.first.id}${d.second.id}`} empty={<Empty title={t('directory.dup.none')} />}
          columns={[
            { key: 'first', title: t('directory.dup.first'), cell: d => link(d.first) },
            { key: 'second', title: t('directory.dup.second'), cell: d => link(d.second) },
            { key: 'why', title: t('directory.dup.why'), wide: true, cell: d => d.reason === 'email' || d.reason === 'phone' || d.reason === 'name' ? t(`directory.dup.reason.${d.reason}`) : d.reason },
            ...(me.may('customers:delete') ? [{ key: 'do', title: t('shared.actions'), width: '8rem', cell: (d: Pair) => <Button variant="default" size="compact-xs" onClick={() => { setPair(d); }}>{t('directory.dup.which')}</Button> }] : []),
          ]} />
      )}
      <MoreRows list={list} />
      {pair && <MergeDialog kind={kind} pair={pair} close={() => { setPair(null); }} />}
    </>
  );
}

function MergeDialog({ kind, pair, close }: { kind: 'customers' | 'contacts'; pair: Pair; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const merging = useMutation({
    mutationFn: ([keep, other]: [Wire<'NamedEntry'>, Wire<'NamedEntry'>]) => answer(api.POST(`/api/v1/${kind}/{id}/merge`, { params: { path: { id: keep.id }, header: once() }, body: { sourceIds: [other.id] } })),
    onSuccess: (merge, [keep]) => {
      close();
      const outdate = () => { void client.invalidateQueries({ queryKey: [kind] }); void client.invalidateQueries({ queryKey: [kind.slice(0, -1), keep.id] }); };
      outdate();
      toast(t('directory.dup.merged', { name: keep.name }), async () => {
        await answer(api.POST(`/api/v1/${kind}/{id}/unmerge`, { params: { path: { id: keep.id } }, body: { mergeId: merge.id } }));
        outdate();
      });
    },
  });
  return (
    <Modal opened onClose={close} title={t('directory.dup.which')}>
      <Stack gap="md">
        <div className={classes.pair}>
          {([[pair.first, pair.second], [pair.second, pair.first]] as const).map(([keep, other]) => (
            <UnstyledButton key={keep.id} className={classes.choice} disabled={merging.isPending} onClick={() => { merging.mutate([keep, other]); }}>
              <Text size="sm" fw={550}>{t('directory.dup.into', { name: keep.name })}</Text>
              <Text size="xs" c="dimmed" className="tabular">{keep.number}</Text>
            </UnstyledButton>
          ))}
        </div>
        {merging.error ? <ProblemAlert error={merging.error} /> : null}
      </Stack>
    </Modal>
  );
}
