import { ActionIcon, Anchor, Avatar, Menu, Text } from '@mantine/core';
import { IconDots, IconFile, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../access/me';
import { answer, api, once, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { Failed, LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { CommentText } from './CommentText';
import { contactName, contactQuery, useContact, useRulebook, type Ticket } from './rulebook';
import classes from './ticket.module.css';
import { attachmentsQuery, commentsQuery } from './ticketQueries';

type Comment = Wire<'CommentResponse'>;

/** From the first message on: what customers can read and what only agents can, never to be mistaken for each other. */
export function Conversation({ id, ticket }: { id: string; ticket: Ticket | undefined }) {
  const { t } = useTranslation();
  const list = useQuery(commentsQuery(id));
  const files = useQuery(attachmentsQuery(id));
  const requester = useContact(ticket?.contactId);
  const { agent } = useRulebook();
  const hash = useRouterState({ select: s => s.location.hash });
  const end = useRef<HTMLDivElement>(null);
  const shown = useRef(0);
  const count = list.data?.comments.length ?? -1;

  // one begins at the end, or at what a link names; what comes later moves nothing for who reads further up
  useEffect(() => {
    if (count < 0) return;
    const scroller = end.current?.closest('[data-conversation]');
    const isFirst = shown.current === 0;
    const isNear = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 240;
    shown.current = count + 1;
    const named = isFirst && hash ? document.getElementById(hash) : null;
    if (named) named.scrollIntoView({ block: 'center' });
    else if (isFirst || isNear) scroller?.scrollTo({ top: scroller.scrollHeight });
  }, [count, hash]);

  if (list.error) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  const filesOf = (commentId: string | null) => (files.data ?? []).filter(f => f.commentId === commentId);
  return (
    <div className={classes.entries}>
      {ticket?.description != null && ticket.description !== '' && (
        <Entry name={requester ? contactName(requester) : agent(ticket.createdBy)?.name ?? t('tickets.page.requester')} at={ticket.createdAt} kind="description" isFromCustomer={Boolean(ticket.contactId)}>
          <CommentText body={ticket.description} format="markdown" />
          <Files files={filesOf(null)} />
        </Entry>
      )}
      {list.data?.isCut && <Text size="xs" c="dimmed" ta="center">{t('tickets.page.older', { count: (list.data.total ?? 0) - list.data.comments.length })}</Text>}
      {list.data === undefined ? <LinesLoading lines={6} /> : list.data.comments.map(c => <CommentEntry key={c.id} comment={c} files={filesOf(c.id)} ticketId={id} />)}
      {list.data?.comments.length === 0 && !ticket?.description && <Text size="sm" c="dimmed" ta="center" py="xl">{t('tickets.page.silent')}</Text>}
      <div ref={end} />
    </div>
  );
}

function CommentEntry({ comment, files, ticketId }: { comment: Comment; files: Wire<'AttachmentResponse'>[]; ticketId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const { agent } = useRulebook();
  const contact = useQuery({ ...contactQuery(comment.authorId ?? ''), enabled: comment.authorKind === 'contact' && Boolean(comment.authorId) }).data;
  const name = comment.authorKind === 'agent' ? agent(comment.authorId)?.name ?? t('tickets.page.agent')
    : comment.authorKind === 'contact' ? (contact ? contactName(contact) : t('tickets.page.requester'))
    : comment.authorKind === 'ai' ? t('shared.history.ai') : t('shared.history.system');

  async function split() {
    try {
      const made = await answer(api.POST('/api/v1/tickets/{id}/split', { params: { path: { id: ticketId }, header: once() }, body: { commentId: comment.id } as never }));
      await navigate({ to: '/tickets/$id', params: { id: made.reference } });
      toast(t('tickets.page.splitDone', { reference: made.reference }));
    } catch (error) {
      toastError(error);
    }
  }

  async function remove() {
    try {
      await answer(api.DELETE('/api/v1/comments/{id}', { params: { path: { id: comment.id } } }));
      await queryClient.invalidateQueries({ queryKey: ['ticket'] });
      toast(t('tickets.page.commentDeleted'));
    } catch (error) {
      toastError(error);
    }
  }

  return (
    <Entry id={comment.id} name={name} at={comment.createdAt} kind={comment.visibility} isFromCustomer={comment.authorKind === 'contact'} edited={Boolean(comment.editedAt)}
      menu={me.may('tickets:update') && (
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon size="sm" aria-label={t('tickets.page.commentMenu')}><IconDots size={15} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => { void navigator.clipboard.writeText(`${window.location.origin}${window.location.pathname}#${comment.id}`).then(() => toast(t('shared.copied'))); }}>{t('tickets.page.copyLink')}</Menu.Item>
            {me.may('tickets:create') && <Menu.Item onClick={() => { void split(); }}>{t('tickets.page.split')}</Menu.Item>}
            {comment.authorId === me.id && <Menu.Item color="red" onClick={() => { void remove(); }}>{t('shared.delete')}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      )}>
      <CommentText body={comment.body} format={comment.format} />
      <Files files={files} />
    </Entry>
  );
}

interface EntryProps { id?: string; name: string; at: string; kind: 'public' | 'internal' | 'description'; isFromCustomer: boolean; edited?: boolean; menu?: React.ReactNode; children: React.ReactNode }

function Entry({ id, name, at, kind, isFromCustomer, edited, menu, children }: EntryProps) {
  const { t } = useTranslation();
  const isNote = kind === 'internal';
  return (
    <article id={id} className={classes.entry} data-kind={isNote ? 'internal' : isFromCustomer ? 'customer' : 'agent'} aria-label={`${isNote ? t('tickets.page.note') : t('tickets.page.public')}: ${name}`}>
      <Avatar name={name} color="initials" size={28} radius="xl" alt="" />
      <div className={classes.bubble}>
        <header className={classes.entryHead}>
          <Text size="sm" fw={600} component="span">{name}</Text>
          {isNote && <span className={classes.noteBadge}><IconLock size={11} aria-hidden />{t('tickets.page.note')}</span>}
          <Text size="xs" c="dimmed" component="span"><Time at={at} />{edited && ` · ${t('tickets.page.edited')}`}</Text>
          <span className={classes.entryMenu}>{menu}</span>
        </header>
        {children}
      </div>
    </article>
  );
}

const size = (bytes: number) => bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export function Files({ files }: { files: Wire<'AttachmentResponse'>[] }) {
  if (files.length === 0) return null;
  return (
    <ul className={classes.files}>
      {files.map(f => (
        <li key={f.id}>
          <Anchor href={`/api/v1/attachments/${f.id}`} className={classes.file} download={f.name}>
            {/^image\/(png|jpeg|gif|webp)$/.test(f.contentType) ? <img src={`/api/v1/attachments/${f.id}`} alt="" loading="lazy" /> : <IconFile size={20} stroke={1.5} aria-hidden />}
            <span className={classes.fileName}><span className="truncate">{f.name}</span><Text size="xs" c="dimmed">{size(f.size)}</Text></span>
          </Anchor>
        </li>
      ))}
    </ul>
  );
}
