import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMe } from '../access/me';
import { Picker, type Choice } from '../shared/Picker';
import { useTranslation } from '../text/useTranslation';
import { change, type Which } from './change';
import { Person, PriorityMark, StatusMark } from './glance';
import { priorities, useRulebook } from './rulebook';
import { TagsSelect } from './TagsSelect';

export type Act = 'assign' | 'group' | 'status' | 'priority' | 'note' | 'tags' | 'untag';

export const countOf = (which: Which) => 'ids' in which ? which.ids.length : which.count;

const nobody = 'none';

/** The dialog of one action on one ticket or many. */
export function ActionDialog({ act, which, from, onProgress, close, done }: { act: Act; which: Which; /** The present status, when it is one ticket: then only where it may go is offered. */ from?: string | undefined; onProgress?: (done: number, total: number) => void; close: () => void; done?: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const book = useRulebook();
  // what went wrong has been told by a toast
  const run = (body: Parameters<typeof change>[1]) => { void change(which, body, undefined, onProgress).then(done, () => undefined); };

  if (act === 'status') {
    const choices: Choice[] = book.statuses.filter(s => !from || book.status(from)?.next.includes(s.key)).map(s => ({ value: s.key, label: s.name, icon: <StatusMark category={s.category} /> }));
    return <Picker title={t('tickets.act.status')} choices={choices} close={close} onPick={status => { run({ set: { status } }); }} />;
  }

  if (act === 'priority') {
    const choices = priorities.map(p => ({ value: p, label: t(`tickets.priority.${p}`), icon: <PriorityMark priority={p} /> }));
    return <Picker title={t('tickets.act.priority')} choices={choices} close={close} onPick={priority => { run({ set: { priority } }); }} />;
  }

  if (act === 'assign') {
    const choices: Choice[] = [
      { value: me.id, label: me.name, icon: <Person name={me.name} />, hint: t('tickets.list.me') },
      { value: nobody, label: t('tickets.act.unassign'), icon: <Person name={undefined} /> },
      ...book.agents.filter(a => a.active && a.id !== me.id && a.role !== 'light_agent').map(a => ({ value: a.id, label: a.name, icon: <Person name={a.name} /> })),
    ];
    return <Picker title={t('tickets.act.assign')} choices={choices} close={close} onPick={id => { run({ set: { assigneeId: id === nobody ? null : id } }); }} />;
  }

  if (act === 'group') {
    const choices: Choice[] = [{ value: nobody, label: t('tickets.list.groupNone') }, ...book.groups.map(g => ({ value: g.id, label: g.name }))];
    return <Picker title={t('tickets.act.assignGroup')} choices={choices} close={close} onPick={id => { run({ set: { groupId: id === nobody ? null : id } }); }} />;
  }

  if (act === 'note') return <NoteDialog which={which} run={run} close={close} />;
  return <TagsDialog add={act === 'tags'} run={run} close={close} />;
}

function NoteDialog({ which, run, close }: { which: Which; run: (body: Parameters<typeof change>[1]) => void; close: () => void }) {
  const { t } = useTranslation();
  const [body, setBody] = useState('');
  const send = () => {
    if (!body.trim()) return;
    close();
    run({ comment: { body, visibility: 'internal', format: 'markdown' } });
  };
  return (
    <Modal opened onClose={close} title={t('tickets.act.noteFor', { count: countOf(which) })}>
      <form onSubmit={e => { e.preventDefault(); send(); }}>
        <Stack gap="sm">
          <Textarea data-autofocus aria-label={t('tickets.act.note')} autosize minRows={4} maxRows={14} value={body} onChange={e => { setBody(e.currentTarget.value); }}
            onKeyDown={e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); send(); } }}
            styles={{ input: { background: 'var(--desk-note)', borderColor: 'var(--desk-note-border)' } }} />
          <Group justify="space-between">
            <Text size="xs" c="dimmed">{t('tickets.act.noteHint')}</Text>
            <Button type="submit" disabled={!body.trim()}>{t('tickets.act.addNote')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function TagsDialog({ add, run, close }: { add: boolean; run: (body: Parameters<typeof change>[1]) => void; close: () => void }) {
  const { t } = useTranslation();
  const [tags, setTags] = useState<string[]>([]);
  return (
    <Modal opened onClose={close} title={add ? t('tickets.act.tags') : t('tickets.act.untag')}>
      <form onSubmit={e => { e.preventDefault(); if (tags.length > 0) { close(); run(add ? { addTags: tags } : { removeTags: tags }); } }}>
        <Stack gap="sm">
          <TagsSelect data-autofocus label={t('tickets.act.tagsLabel')} value={tags} onChange={setTags} clearable />
          <Group justify="flex-end"><Button type="submit" disabled={tags.length === 0}>{t('shared.apply')}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
