import { Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { answer, api, type Wire } from '../api/client';
import { every } from '../api/every';
import { queryClient } from '../api/queryClient';
import { ProblemAlert } from '../shared/Problem';
import { Failed, LinesLoading } from '../shared/States';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { CommentText } from './CommentText';
import { useFieldWords } from './fieldWords';
import type { Ticket } from './rulebook';
import classes from './ticket.module.css';

interface Props { ticket: Ticket; opened: boolean; setOpened: (opened: boolean) => void; insert: (text: string, isInternal: boolean) => void; target: ReactNode }

/** Prepared replies with changes: looked at before they are applied, or only their words taken. */
export function MacroMenu({ ticket, opened, setOpened, insert, target }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Wire<'MacroResponse'> | null>(null);
  const macros = useQuery({ queryKey: ['macros', 'all'], queryFn: () => every(page => answer(api.GET('/api/v1/macros', { params: { query: page } }))), enabled: opened, staleTime: 5 * 60_000 });
  return (
    <>
      <Menu opened={opened} onChange={setOpened} position="top-start" width={300}>
        <Menu.Target>{target}</Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('tickets.page.macros')}</Menu.Label>
          {macros.isPending && <Menu.Item disabled>{t('shared.loading')}</Menu.Item>}
          {macros.data?.length === 0 && <Menu.Item disabled>{t('tickets.page.noMacros')}</Menu.Item>}
          {macros.data?.map(m => <Menu.Item key={m.id} onClick={() => { setChosen(m); }}>{m.name}{m.description && <Text size="xs" c="dimmed">{m.description}</Text>}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      {chosen && <MacroPreview macro={chosen} ticket={ticket} insert={insert} close={() => { setChosen(null); }} />}
    </>
  );
}

function MacroPreview({ macro, ticket, insert, close }: { macro: Wire<'MacroResponse'>; ticket: Ticket; insert: Props['insert']; close: () => void }) {
  const { t } = useTranslation();
  const words = useFieldWords();
  const preview = useQuery({ queryKey: ['macro-preview', macro.id, ticket.id, ticket.version], queryFn: () => answer(api.POST('/api/v1/macros/{id}/preview', { params: { path: { id: macro.id } }, body: { ticketId: ticket.id } })) });
  const apply = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tickets/{id}/macros/{macroId}', { params: { path: { id: ticket.id, macroId: macro.id } }, body: { reply: preview.data?.reply ?? null } })),
    onSuccess: () => {
      close();
      toast(t('tickets.page.macroDone', { name: macro.name }));
      void queryClient.invalidateQueries({ queryKey: ['ticket'] });
    },
  });
  const p = preview.data;
  return (
    <Modal opened onClose={close} title={macro.name} size="lg">
      <Stack gap="md">
        {preview.error && <Failed error={preview.error} retry={() => { void preview.refetch(); }} />}
        {apply.error && <ProblemAlert error={apply.error} />}
        {!p && !preview.error && <LinesLoading />}
        {p && p.changes.length > 0 && <ul className={classes.changes}>{p.changes.map(c => <li key={c.field}><Text size="sm" c="dimmed" span>{words.name(c.field)}</Text> {words.value(c.field, c.from) || '–'} → <b>{words.value(c.field, c.to) || '–'}</b></li>)}</ul>}
        {p?.reply && <div className={classes.previewReply} data-audience={p.internal ? 'internal' : 'public'}><Text size="xs" c="dimmed" mb={4}>{p.internal ? t('tickets.page.note') : t('tickets.page.reply')}</Text><CommentText body={p.reply} format={p.format} /></div>}
        <Group justify="flex-end">
          {p?.reply && <Button variant="default" onClick={() => { close(); insert(p.reply!, p.internal); }}>{t('tickets.page.macroInsert')}</Button>}
          <Button data-autofocus loading={apply.isPending} disabled={!p || Boolean(p.problem)} onClick={() => { apply.mutate(); }}>{t('shared.apply')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
