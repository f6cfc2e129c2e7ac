import { Button, Checkbox, Group, Popover, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMe } from '../access/me';
import { answer, api } from '../api/client';
import { fieldError, ProblemAlert } from '../shared/Problem';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';

/** Keeps what is filtered now as a view in the sidebar. */
export function SaveView({ conditions, sort, columns, groupBy }: { conditions: string; sort: string; columns: string[]; groupBy: string | null }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/views', { body: { name, conditions, sort, columns, visibility: isShared ? 'shared' : 'personal', groupBy, groupId: null } })),
    onSuccess: async view => {
      setOpened(false);
      await client.invalidateQueries({ queryKey: ['views'] });
      void client.invalidateQueries({ queryKey: ['view-counts'] });
      await navigate({ to: '/tickets', search: { view: view.id } });
      toast(t('tickets.list.viewSaved'), async () => {
        await answer(api.DELETE('/api/v1/views/{id}', { params: { path: { id: view.id } } }));
        await client.invalidateQueries({ queryKey: ['views'] });
        await navigate({ to: '/tickets' });
      });
    },
  });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={280} shadow="md" trapFocus returnFocus>
      <Popover.Target><Button variant="subtle" size="compact-sm" onClick={() => { setOpened(o => !o); }}>{t('tickets.list.saveView')}</Button></Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={e => { e.preventDefault(); save.mutate(); }}>
          <Stack gap="sm">
            {save.error && !fieldError(save.error, 'name') && <ProblemAlert error={save.error} />}
            <TextInput data-autofocus label={t('tickets.list.viewName')} required value={name} error={fieldError(save.error, 'name')} onChange={e => { setName(e.currentTarget.value); }} />
            {me.may('views:manage') && <Checkbox size="xs" label={t('tickets.list.viewShared')} checked={isShared} onChange={e => { setShared(e.currentTarget.checked); }} />}
            <Group justify="flex-end"><Button type="submit" loading={save.isPending}>{t('shared.save')}</Button></Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
