import { Anchor, Button, Group, Menu, Text, Textarea } from '@mantine/core';
import { IconFile, IconLock } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useMe } from '../access/me';
import { answer, api, mergePatch, once, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { Ask } from '../shared/Ask';
import { MoreMenu } from '../shared/MoreMenu';
import { ProblemAlert } from '../shared/Problem';
import { Failed, LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { CommentText } from './CommentText';
import { Initials } from './glance';
import { contactName, contactQuery, useContact, useRulebook, type Ticket } from './rulebook';
import classes from './ticket.module.css';
import { attachmentsQuery, commentsQuery, replaceComment } from './ticketQueries';

type Comment = Wire<'CommentResponse'>;

/** From the first message on: what customers can read and what only agents can, never to be mistaken for each other. */
export function Conversation({ id, ticket, onSaid }: { id: string; ticket: Ticket | undefined; onSaid: () => void }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(commentsQuery(id));
  const files = useQuery(attachmentsQuery(id));
  const requester = useContact(ticket?.contactId);
  const { agent } = useRulebook();
  const hash = useRouterState({ select: s => s.location.hash });
  const end = useRef<HTMLDivElement>(null);
  const shown = useRef(0);
  const shownHash = useRef('');
  const count = list.data?.comments.length ?? -1;

  // one begins at the end, or at what a link names; what comes later moves nothing for who reads further up
  useEffect(() => {
    if (count < 0) return;
    const scroller = end.current?.closest('[data-conversation]');
    const isFirst = shown.current === 0;
    const isNear = scroller && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 240;
    shown.current = count + 1;
    const named = hash && shownHash.current !== hash ? document.getElementById(hash) : null;
    if (named) {
      shownHash.current = hash;
      named.scrollIntoView({ block: 'center' });
    }
    else if (isFirst || isNear) scroller?.scrollTo({ top: scroller.scrollHeight });
  }, [count, hash]);

  const isSettled = list.data !== undefined || list.isError;
  useEffect(() => { if (isSettled) onSaid(); }, [isSettled, onSaid]);

  // who reads the end goes on reading it when the composer, or what comes in above, takes its place
  const isRead = list.data !== undefined;
  useEffect(() => {
    const scroller = end.current?.closest('[data-conversation]');
    if (!scroller || !end.current?.parentElement) return () => undefined;
    let isAtEnd = true;
    const look = () => { isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 8; };
    const sizes = new ResizeObserver(() => { if (isAtEnd) scroller.scrollTop = scroller.scrollHeight; });
    sizes.observe(scroller);
    sizes.observe(end.current.parentElement);
    scroller.addEventListener('scroll', look);
    return () => { sizes.disconnect(); scroller.removeEventListener('scroll', look); };
  }, [isRead]);

  // a link may name one that is older than what is read so far
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const isNamedMissing = hash !== '' && list.data !== undefined && !list.data.comments.some(c => c.id === hash);
  useEffect(() => {
    if (isNamedMissing && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNamedMissing, hasNextPage, isFetchingNextPage, fetchNextPage]);

  // older ones come in above: what is being read stays where it is
  const fromEnd = useRef<number | null>(null);
  const oldest = list.data?.comments[0]?.id;
  useLayoutEffect(() => {
    const scroller = end.current?.closest('[data-conversation]');
    if (scroller && fromEnd.current !== null) scroller.scrollTop = scroller.scrollHeight - fromEnd.current;
    fromEnd.current = null;
  }, [oldest]);
  function showOlder() {
    const scroller = end.current?.closest('[data-conversation]');
    if (scroller) fromEnd.current = scroller.scrollHeight - scroller.scrollTop;
    void fetchNextPage();
  }

  if (list.error && !list.data) return <Failed error={list.error} retry={() => { void list.refetch(); }} />;
  const filesOf = (commentId: string | null) => (files.data ?? []).filter(f => f.commentId === commentId);
  return (
    <div className={classes.entries}>
      {ticket?.description != null && ticket.description !== '' && (
        <Entry name={requester ? contactName(requester) : agent(ticket.createdBy)?.name ?? t('tickets.page.requester')} at={ticket.createdAt} kind="description" isFromCustomer={Boolean(ticket.contactId)}>
          <CommentText body={ticket.description} format="markdown" />
          <Files files={filesOf(null)} />
        </Entry>
      )}
      {list.data && hasNextPage && <Button variant="default" size="compact-sm" style={{ alignSelf: 'center' }} loading={isFetchingNextPage} onClick={showOlder}>{t('tickets.page.older', { count: Math.max(1, list.data.total - list.data.comments.length) })}</Button>}
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
      const made = await answer(api.POST('/api/v1/tickets/{id}/split', { params: { path: { id: ticketId }, header: once() }, body: { commentId: comment.id } }));
      await navigate({ to: '/tickets/$id', params: { id: made.reference } });
      toast(t('tickets.page.splitDone', { reference: made.reference }));
    } catch (error) {
      toastError(error);
    }
  }

  async function remove() {
    await answer(api.DELETE('/api/v1/comments/{id}', { params: { path: { id: comment.id } } }));
    await queryClient.invalidateQueries({ queryKey: ['ticket'] });
    toast(t('tickets.page.commentDeleted'));
  }

  const [isEditing, setEditing] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const isOwn = comment.authorKind === 'agent' && comment.authorId === me.id;
  const mayChange = me.may(!isOwn ? 'tickets:delete' : comment.visibility === 'public' ? 'comments:write' : 'notes:write');
  return (
    <Entry id={comment.id} name={name} at={comment.createdAt} kind={comment.visibility} isFromCustomer={comment.authorKind === 'contact'} edited={Boolean(comment.editedAt)}
      menu={!isEditing && (
        <MoreMenu label={t('tickets.page.commentMenu')} isSmall>
          {() => (
            <>
              <Menu.Item onClick={() => { void navigator.clipboard.writeText(`${window.location.origin}${window.location.pathname}#${comment.id}`).then(() => toast(t('shared.copied'))); }}>{t('tickets.page.copyLink')}</Menu.Item>
              {isOwn && mayChange && comment.format !== 'html' && <Menu.Item onClick={() => { setEditing(true); }}>{t('tickets.page.editComment')}</Menu.Item>}
              {me.may('tickets:create') && me.may('tickets:update') && <Menu.Item onClick={() => { void split(); }}>{t('tickets.page.split')}</Menu.Item>}
              {mayChange && <Menu.Item c="var(--desk-danger)" onClick={() => { setDeleting(true); }}>{t('shared.delete')}…</Menu.Item>}
            </>
          )}
        </MoreMenu>
      )}>
      {isEditing ? <EditComment comment={comment} ticketId={ticketId} close={() => { setEditing(false); }} /> : <CommentText body={comment.body} format={comment.format} />}
      <Files files={files} />
      {isDeleting && <Ask title={t('tickets.page.deleteComment')} words={t(comment.visibility === 'public' ? 'tickets.page.deletePublicAsks' : 'tickets.page.deleteNoteAsks')} confirm={t('shared.delete')} act={remove} close={() => { setDeleting(false); }} />}
    </Entry>
  );
}

/** Other words in place of one's own; who was sent the old ones by mail has them. */
function EditComment({ comment, ticketId, close }: { comment: Comment; ticketId: string; close: () => void }) {
  const { t } = useTranslation();
  const [body, setBody] = useState(comment.body);
  const write = async (words: string) => { replaceComment(ticketId, await answer(api.PATCH('/api/v1/comments/{id}', { ...mergePatch, params: { path: { id: comment.id } }, body: { body: words } }))); };
  const save = useMutation({
    mutationFn: () => write(body),
    onSuccess: () => {
      close();
      toast(t('tickets.page.commentEdited'), () => write(comment.body));
    },
  });
  const isChanged = body.trim() !== '' && body !== comment.body;
  return (
    <form onSubmit={e => { e.preventDefault(); if (isChanged) save.mutate(); else close(); }}>
      {save.error ? <ProblemAlert error={save.error} /> : null}
      <Textarea autoFocus autosize minRows={3} maxRows={18} aria-label={t('tickets.page.editComment')} value={body} onChange={e => { setBody(e.currentTarget.value); }}
        onKeyDown={e => {
          if (e.key === 'Escape') { e.stopPropagation(); close(); }
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) e.currentTarget.form?.requestSubmit();
        }} />
      <Group justify="space-between" gap="xs" mt="xs">
        <Text size="xs" c="dimmed">{comment.visibility === 'public' ? t('tickets.page.editHint') : ''}</Text>
        <Group gap="xs">
          <Button variant="default" size="compact-sm" onClick={close}>{t('shared.cancel')}</Button>
          <Button type="submit" size="compact-sm" loading={save.isPending} disabled={body.trim() === ''}>{t('shared.save')}</Button>
        </Group>
      </Group>
    </form>
  );
}

interface EntryProps { id?: string; name: string; at: string; kind: 'public' | 'internal' | 'description'; isFromCustomer: boolean; edited?: boolean; menu?: React.ReactNode; children: React.ReactNode }

function Entry({ id, name, at, kind, isFromCustomer, edited, menu, children }: EntryProps) {
  const { t } = useTranslation();
  const isNote = kind === 'internal';
  return (
    <article id={id} className={classes.entry} data-kind={isNote ? 'internal' : isFromCustomer ? 'customer' : 'agent'} aria-label={`${isNote ? t('tickets.page.note') : t('tickets.page.public')}: ${name}`}>
      <Initials name={name} size={28} isNamed />
      <div className={classes.bubble}>
        <header className={classes.entryHead}>
          <span className={classes.entryName}>{name}</span>
          {isNote && <span className={classes.noteBadge}><IconLock size={11} aria-hidden />{t('tickets.page.note')}</span>}
          <span className={classes.entryTime}><Time at={at} />{edited && ` · ${t('tickets.page.edited')}`}</span>
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
