import { ActionIcon, Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp, IconLock, IconPlus, IconX } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, type Wire } from '../api/client';
import { ProblemAlert } from '../shared/Problem';
import { toast } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { statusCategories } from '../tickets/rulebook';
import classes from './settings.module.css';
import { WorkflowGraph, type Status, type Step } from './WorkflowGraph';
import { keyFor } from './workflowKeys';

type Workflow = Wire<'WorkflowResponse'>;
type Preview = Wire<'WorkflowPreview'>;

interface Props { workflow: Workflow; close: () => void; saved: () => Promise<unknown> }

/** The states and steps of a workflow, with what a change means for the tickets there are, before it is made. */
export function WorkflowForm({ workflow, close, saved }: Props) {
  const { t } = useTranslation();
  const [statuses, setStatuses] = useState<Status[]>(workflow.statuses);
  const [steps, setSteps] = useState<Step[]>(workflow.transitions);
  const [replace, setReplace] = useState<Record<string, string>>({});
  const path = { params: { path: { id: workflow.id } } };
  const body = { statuses, transitions: steps, replace: Object.fromEntries(Object.entries(replace).filter(([, to]) => statuses.some(s => s.key === to))) };
  const [asked] = useDebouncedValue(body, 300);
  const preview = useQuery({ queryKey: ['workflow-preview', workflow.id, asked], placeholderData: keepPreviousData, retry: false, staleTime: 0, queryFn: () => answer(api.POST('/api/v1/workflows/{id}/preview', { ...path, body: asked })) });
  const put = (fields: Wire<'WorkflowFields'>, version: number) => answer(api.PUT('/api/v1/workflows/{id}', { ...path, headers: { 'If-Match': `"${version}"` }, body: fields }));
  const save = useMutation({
    mutationFn: () => put(body, workflow.version),
    onSuccess: async after => {
      close();
      await saved();
      // tickets that were moved do not know where they came from
      toast(after.jobId ? t('settings.workflow.savedMoving') : t('shared.saved'), after.jobId ? undefined : async () => {
        await put({ statuses: workflow.statuses, transitions: workflow.transitions, replace: {} }, after.version);
        await saved();
      });
    },
  });

  const change = (i: number, part: Partial<Status>) => { setStatuses(statuses.map((s, n) => (n === i ? { ...s, ...part } : s))); };
  /** The key of a state that no ticket can have yet follows its name; others keep theirs. */
  function rename(i: number, name: string) {
    const old = statuses[i]!.key;
    if (workflow.statuses.some(s => s.key === old)) {
      change(i, { name });
      return;
    }

    const key = keyFor(name, [...statuses.filter(s => s.key !== old), ...workflow.statuses].map(s => s.key));
    const renamed = (k: string) => (k === old ? key : k);
    change(i, { name, key });
    setSteps(steps.map(s => ({ ...s, from: renamed(s.from), to: renamed(s.to) })));
  }

  function move(i: number, by: number) {
    const next = [...statuses];
    next.splice(i + by, 0, ...next.splice(i, 1));
    setStatuses(next);
  }

  function remove(key: string) {
    setStatuses(statuses.filter(s => s.key !== key));
    setSteps(steps.filter(s => s.from !== key && s.to !== key));
  }

  function toggle(from: string, to: string) {
    setSteps(steps.some(s => s.from === from && s.to === to) ? steps.filter(s => s.from !== from || s.to !== to) : [...steps, workflow.transitions.find(s => s.from === from && s.to === to) ?? { from, to, permission: null }]);
  }

  function add() {
    const name = t('settings.workflow.newStatus');
    setStatuses([...statuses, { key: keyFor(name, [...statuses, ...workflow.statuses].map(s => s.key)), name, category: 'open' }]);
  }

  return (
    <Stack gap="md" px="md" pb="xl">
      <WorkflowGraph statuses={statuses} steps={steps} />
      <fieldset className={classes.part}>
        <legend>{t('settings.workflow.states')}</legend>
        {statuses.map((s, i) => (
          <div key={i} className={classes.status} role="group" aria-label={s.name}>
            <TextInput size="xs" aria-label={t('shared.name')} value={s.name} onChange={e => { rename(i, e.currentTarget.value); }} />
            <Select size="xs" aria-label={t('settings.workflow.category')} allowDeselect={false} value={s.category} data={statusCategories.map(value => ({ value, label: t(`tickets.status.${value}`) }))} onChange={c => { if (c) change(i, { category: c as Status['category'] }); }} />
            <Text size="xs" c="dimmed" ff="monospace" className="truncate">{s.key}</Text>
            <Group gap={0} wrap="nowrap">
              <ActionIcon aria-label={`${t('settings.moveUp')}: ${s.name}`} disabled={i === 0} onClick={() => { move(i, -1); }}><IconArrowUp size={15} /></ActionIcon>
              <ActionIcon aria-label={`${t('settings.moveDown')}: ${s.name}`} disabled={i === statuses.length - 1} onClick={() => { move(i, 1); }}><IconArrowDown size={15} /></ActionIcon>
              <ActionIcon aria-label={`${t('shared.remove')}: ${s.name}`} onClick={() => { remove(s.key); }}><IconX size={15} /></ActionIcon>
            </Group>
          </div>
        ))}
        <div><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} aria-hidden />} onClick={add}>{t('settings.workflow.addStatus')}</Button></div>
        <Text size="xs" c="dimmed">{t('settings.workflow.rules')}</Text>
      </fieldset>
      <StepTable statuses={statuses} steps={steps} toggle={toggle} />
      {preview.error ? <ProblemAlert error={preview.error} /> : preview.data && <Moves preview={preview.data} statuses={statuses} nameOf={key => workflow.statuses.find(s => s.key === key)?.name ?? key} replace={replace} setReplace={setReplace} />}
      {save.error ? <ProblemAlert error={save.error} /> : null}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>{t('shared.cancel')}</Button>
        <Button loading={save.isPending} disabled={Boolean(preview.error) || preview.data?.ambiguous !== false} onClick={() => { save.mutate(); }}>{t('shared.save')}</Button>
      </Group>
    </Stack>
  );
}

/** From which state to which, as a table of boxes. */
function StepTable({ statuses, steps, toggle }: { statuses: Status[]; steps: Step[]; toggle: (from: string, to: string) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className={classes.part}>
      <legend>{t('settings.workflow.steps')}</legend>
      <div className={classes.matrixBox} role="region" tabIndex={0} aria-label={t('settings.workflow.steps')}>
        <table className={classes.matrix}>
          <thead><tr><th scope="col">{t('settings.workflow.fromTo')}</th>{statuses.map(s => <th key={s.key} scope="col"><span>{s.name}</span></th>)}</tr></thead>
          <tbody>
            {statuses.map(from => (
              <tr key={from.key}>
                <th scope="row">{from.name}</th>
                {statuses.map(to => {
                  const step = steps.find(s => s.from === from.key && s.to === to.key);
                  return (
                    <td key={to.key}>
                      {from.key !== to.key && from.category !== 'closed' && <input type="checkbox" aria-label={t('settings.workflow.step', { from: from.name, to: to.name })} checked={step !== undefined} onChange={() => { toggle(from.key, to.key); }} />}
                      {step?.permission && <IconLock size={11} aria-label={t('settings.workflow.needs', { permission: step.permission })} />}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}

/** What becomes of the tickets whose status goes; each must be said before it can be done. */
function Moves({ preview, statuses, nameOf, replace, setReplace }: { preview: Preview; statuses: Status[]; nameOf: (key: string) => string; replace: Record<string, string>; setReplace: (replace: Record<string, string>) => void }) {
  const { t } = useTranslation();
  if (preview.moves.length === 0) return <Text size="sm" c="dimmed" role="status">{t('settings.workflow.noMoves')}</Text>;
  return (
    <Alert color={preview.ambiguous ? 'orange' : 'gray'} variant="light" role="status" title={t(preview.ambiguous ? 'settings.workflow.sayWhere' : 'settings.workflow.moves')}>
      <Stack gap="xs">
        {preview.moves.map(m => (
          <Group key={m.status} gap="sm">
            <Text size="sm">{t('settings.workflow.ticketsIn', { count: m.tickets, name: nameOf(m.status) })}</Text>
            {statuses.some(s => s.key === m.status)
              ? <Text size="sm">{t('settings.workflow.becomeCategory', { category: m.category ? t(`tickets.status.${m.category}`) : '' })}</Text>
              : <Select size="xs" aria-label={t('settings.workflow.whereTo', { name: nameOf(m.status) })} placeholder={t('settings.workflow.choose')} value={replace[m.status] ?? null} data={statuses.map(s => ({ value: s.key, label: s.name }))} onChange={to => { setReplace({ ...replace, [m.status]: to ?? '' }); }} />}
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
