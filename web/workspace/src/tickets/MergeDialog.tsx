import { Button, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { queryClient } from '../api/queryClient';
import { ProblemAlert } from '../shared/Problem';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import type { Ticket } from './rulebook';

/** Several tickets become one; said which, with a way back. */
export function MergeDialog({ tickets, close, done }: { tickets: Pick<Ticket, 'id' | 'reference' | 'subject'>[]; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [target, setTarget] = useState(tickets[0]!.id);
  const [comment, setComment] = useState('');
  const merge = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tickets/{id}/merge', { params: { path: { id: target } }, body: { sourceIds: tickets.filter(x => x.id !== target).map(x => x.id), comment: comment || null } })),
    onSuccess: () => {
      close();
      done();
      toast(t('tickets.merge.done', { count: tickets.length - 1, reference: tickets.find(x => x.id === target)!.reference }), () => unmerge(target, tickets.filter(x => x.id !== target).map(x => x.id)));
      refreshAll();
    },
  });
  return (
    <Modal opened onClose={close} title={t('tickets.act.merge')} size="lg">
      <form onSubmit={e => { e.preventDefault(); merge.mutate(); }}>
        <Stack gap="md">
          {merge.error && <ProblemAlert error={merge.error} />}
          <Radio.Group label={t('tickets.act.mergeInto')} value={target} onChange={setTarget}>
            <Stack gap="xs" mt="xs">{tickets.map(x => <Radio key={x.id} value={x.id} label={<>{x.subject} <Text span size="xs" c="dimmed">{x.reference}</Text></>} />)}</Stack>
          </Radio.Group>
          <Textarea label={t('tickets.merge.comment')} autosize minRows={2} value={comment} onChange={e => { setComment(e.currentTarget.value); }} />
          <Text size="xs" c="dimmed">{t('tickets.merge.hint')}</Text>
          <Group justify="flex-end"><Button type="submit" loading={merge.isPending} data-autofocus>{t('tickets.merge.go')}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}

export async function unmerge(target: string, sourceIds: string[]) {
  await answer(api.POST('/api/v1/tickets/{id}/unmerge', { params: { path: { id: target } }, body: { sourceIds } }));
  refreshAll();
}

function refreshAll() {
  for (const key of ['tickets', 'ticket', 'view-counts']) void queryClient.invalidateQueries({ queryKey: [key] });
}
