import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import { ProblemAlert } from '../shared/Problem';
import { LinesLoading } from '../shared/States';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';

type Category = Wire<'CategoryResponse'>;
const without = '-';

/** The tickets of a category go to another; what becomes of each subcategory is shown first, and asked for where nothing says it. */
export function MergeCategory({ category, others, close, done }: { category: Category; others: Category[]; close: () => void; done: () => void }) {
  const { t } = useTranslation();
  const [into, setInto] = useState<string | null>(null);
  const [said, setSaid] = useState<Record<string, string>>({});
  const path = { params: { path: { id: category.id } } };
  const body = { into: into ?? '', subcategories: Object.fromEntries(Object.entries(said).map(([from, to]) => [from, to === without ? null : to])) as Record<string, string> };
  const preview = useQuery({ queryKey: ['category-merge', category.id, body], enabled: into !== null, retry: false, staleTime: 0, placeholderData: keepPreviousData, queryFn: () => answer(api.POST('/api/v1/categories/{id}/merge/preview', { ...path, body })) });
  const merge = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/categories/{id}/merge', { ...path, body })),
    onSuccess: () => {
      close();
      done();
      toast(t('settings.categories.merging', { name: category.name }));
    },
  });
  const target = others.find(c => c.key === into);
  return (
    <Modal opened onClose={close} title={t('settings.categories.mergeOf', { name: category.name })}>
      <form onSubmit={e => { e.preventDefault(); merge.mutate(); }}>
        <Stack gap="md">
          <Text size="sm" c="dimmed">{t('settings.categories.mergeHint', { name: category.name })}</Text>
          <Select data-autofocus label={t('settings.categories.into')} searchable value={into} data={others.filter(c => c.active && c.id !== category.id).map(c => ({ value: c.key, label: c.name }))} onChange={key => { setInto(key); setSaid({}); }} />
          {into !== null && !preview.data && !preview.error && <LinesLoading lines={2} />}
          {preview.error ? <ProblemAlert error={preview.error} /> : null}
          {into !== null && preview.data && (
            <Stack gap="xs" role="status">
              <Text size="sm" fw={550}>{t('settings.categories.moving', { count: preview.data.tickets })}</Text>
              {preview.data.moves.map(m => (
                <Group key={m.subcategory ?? ''} gap="sm" justify="space-between">
                  <Text size="sm">{m.subcategory ?? t('settings.categories.noSub')} <Text span size="sm" c="dimmed" className="tabular">{m.tickets}</Text></Text>
                  {m.subcategory !== null && (m.ambiguous || said[m.subcategory] !== undefined)
                    ? <Select size="xs" aria-label={t('settings.categories.becomes', { name: m.subcategory })} placeholder={t('settings.workflow.choose')} value={said[m.subcategory] ?? null} data={[{ value: without, label: t('settings.categories.noSub') }, ...(target?.subcategories ?? []).map(s => ({ value: s, label: s }))]} onChange={to => { if (to) setSaid({ ...said, [m.subcategory!]: to }); }} />
                    : <Text size="sm">{m.becomes ?? t('settings.categories.noSub')}</Text>}
                </Group>
              ))}
            </Stack>
          )}
          {merge.error ? <ProblemAlert error={merge.error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>{t('shared.cancel')}</Button>
            <Button type="submit" loading={merge.isPending} disabled={into === null || preview.data?.ambiguous !== false}>{t('settings.categories.merge')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
