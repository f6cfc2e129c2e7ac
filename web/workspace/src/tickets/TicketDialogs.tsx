import { Button, Group, Modal, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../api/client';
import { queryClient } from '../api/queryClient';
import { fieldError, ProblemAlert } from '../shared/Problem';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { unmerge } from './MergeDialog';
import { useRulebook, type Ticket } from './rulebook';

export function MergeIntoDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [words, setWords] = useState('');
  const [target, setTarget] = useState<string | null>(null);
  const [asked] = useDebouncedValue(words.trim(), 120);
  const found = useQuery({ queryKey: ['suggest', asked], queryFn: () => answer(api.GET('/api/v1/search/suggest', { params: { query: { q: asked } } })), enabled: asked.length > 1, placeholderData: keepPreviousData });
  const choices = (found.data?.tickets ?? []).filter(x => x.id !== ticket.id).map(x => ({ value: x.id, label: `${x.reference} ${x.subject}` }));
  const merge = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/tickets/{id}/merge', { params: { path: { id: target! } }, body: { sourceIds: [ticket.id], comment: null } })),
    onSuccess: async () => {
      const reference = found.data?.tickets.find(x => x.id === target)?.reference ?? target!;
      close();
      for (const key of ['tickets', 'ticket', 'view-counts']) void queryClient.invalidateQueries({ queryKey: [key] });
      await navigate({ to: '/tickets/$id', params: { id: reference } });
      toast(t('tickets.merge.done', { count: 1, reference }), () => unmerge(target!, [ticket.id]));
    },
  });
  return (
    <Modal opened onClose={close} title={t('tickets.page.mergeInto')}>
      <form onSubmit={e => { e.preventDefault(); if (target) merge.mutate(); }}>
        <Stack gap="md">
          {merge.error && <ProblemAlert error={merge.error} />}
          <Select data-autofocus label={t('tickets.merge.target')} placeholder={t('tickets.act.pick')} searchable data={choices} filter={({ options }) => options} value={target} onChange={setTarget} searchValue={words} onSearchChange={setWords} nothingFoundMessage={asked.length > 1 ? t('shell.palette.nothing') : undefined} />
          <Text size="xs" c="dimmed">{t('tickets.merge.hint')}</Text>
          <Group justify="flex-end"><Button type="submit" disabled={!target} loading={merge.isPending}>{t('tickets.merge.go')}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}

export function EscalateDialog({ ticket, close }: { ticket: Ticket; close: () => void }) {
  const { t } = useTranslation();
  const book = useRulebook();
  const [reason, setReason] = useState('');
  const [level, setLevel] = useState<number>(ticket.escalationLevel + 1);
  const [groupId, setGroup] = useState<string | null>(null);
  const escalate = useMutation({
    mutationFn: () => answer(api.PUT('/api/v1/tickets/{id}/escalate', { params: { path: { id: ticket.id } }, body: { reason, level, ...(groupId ? { groupId, assigneeId: null } : {}) } })),
    onSuccess: () => {
      close();
      void queryClient.invalidateQueries({ queryKey: ['ticket'] });
      toast(t('tickets.page.escalateDone'), () => answer(api.DELETE('/api/v1/tickets/{id}/escalate', { params: { path: { id: ticket.id } } })).then(() => queryClient.invalidateQueries({ queryKey: ['ticket'] })));
    },
  });
  return (
    <Modal opened onClose={close} title={t('tickets.page.escalate')}>
      <form onSubmit={e => { e.preventDefault(); escalate.mutate(); }}>
        <Stack gap="md">
          {escalate.error && !fieldError(escalate.error, 'reason') && <ProblemAlert error={escalate.error} />}
          <Textarea data-autofocus label={t('tickets.field.escalationReason')} required autosize minRows={2} value={reason} error={fieldError(escalate.error, 'reason')} onChange={e => { setReason(e.currentTarget.value); }} />
          <NumberInput label={t('tickets.field.escalationLevel')} min={1} max={9} value={level} onChange={v => { setLevel(Number(v)); }} />
          <Select label={t('tickets.field.groupId')} data={book.groups.map(g => ({ value: g.id, label: g.name }))} value={groupId} onChange={setGroup} clearable />
          <Group justify="flex-end"><Button type="submit" color="red" loading={escalate.isPending}>{t('tickets.page.escalateGo')}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
