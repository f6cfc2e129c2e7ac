import '@mantine/tiptap/styles.layer.css';
import { ActionIcon, Alert, Anchor, Button, Menu, Text, Tooltip } from '@mantine/core';
import { Link as TextLink, RichTextEditor } from '@mantine/tiptap';
import { IconBolt, IconChevronUp, IconLock, IconPaperclip, IconSend, IconUsers, IconX } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Markdown } from '@tiptap/markdown';
import { useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { useEffect, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from 'react';
import { useMe } from '../access/me';
import { answer, api, once, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { live } from '../live';
import { ProblemAlert } from '../shared/Problem';
import { toast, toastError } from '../shared/toast';
import { useTranslation } from '../text/useTranslation';
import { StatusMark } from './glance';
import { MacroMenu } from './MacroMenu';
import { contactName, useContact, useRulebook, type Ticket } from './rulebook';
import classes from './ticket.module.css';
import { addComment, commentsQuery, followersQuery } from './ticketQueries';
import { useDraft, type Audience } from './useDraft';

export interface ComposerHandle { write: (audience: Audience) => void; macros: () => void }

type File = Wire<'AttachmentResponse'>;

/** The text as Markdown. The editor keeps a space at an edge as one that does not break; nobody typed that. */
const written = (editor: { isEmpty: boolean; getMarkdown: () => string }) => editor.isEmpty ? '' : editor.getMarkdown().replaceAll('\u00a0', ' ');

/** Where agents write. It says in words, colour and button who will read it. */
export function Composer({ ref, ticket, id }: { ref: Ref<ComposerHandle>; ticket: Ticket; id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const book = useRulebook();
  const mayReply = me.may('comments:write');
  const [audience, setAudience] = useState<Audience>(mayReply ? 'public' : 'internal');
  const draft = useDraft(ticket.id, audience);
  const requester = useContact(ticket.contactId);
  const followers = useQuery(followersQuery(id));
  const comments = useInfiniteQuery(commentsQuery(id));
  const [files, setFiles] = useState<Record<Audience, File[]>>({ public: [], internal: [] });
  const [uploading, setUploading] = useState<string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isSending, setSending] = useState(false);
  const [hasText, setHasText] = useState(false);
  const [macrosOpen, setMacrosOpen] = useState(false);
  // what one has read when one begins to write: whatever comes later is flagged
  const begun = useRef<{ version: number; lastComment: string | undefined } | null>(null);
  const [begunAt, setBegunAt] = useState<string | undefined>();
  const picker = useRef<HTMLInputElement>(null);
  const isLoaded = useRef(false);
  const texts = useRef<Partial<Record<Audience, string>>>({});
  const isNote = audience === 'internal';

  /** Whether the keyboard was given back since the last sending began. */
  const hasLeft = useRef(false);
  const editor = useEditor({
    extensions: [StarterKit.configure({ link: false }), TextLink, Markdown.configure({ markedOptions: { gfm: true, breaks: true } })],
    immediatelyRender: true,
    shouldRerenderOnTransaction: false,
    injectCSS: false,
    editorProps: {
      attributes: { 'aria-label': isNote ? t('tickets.page.note') : t('tickets.page.reply'), 'aria-multiline': 'true', role: 'textbox', class: classes.editor! },
      handleKeyDown: (_, event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { void send(); return true; }
        if (event.key === 'Escape') { hasLeft.current = true; (document.activeElement as HTMLElement | null)?.blur(); return true; }
        return false;
      },
      handlePaste: (_, event) => take(event.clipboardData?.files),
      handleDrop: (_, event) => take(event.dataTransfer?.files),
    },
    onUpdate: ({ editor: e }) => { noteText(written(e), files[audience]); },
  });

  const saidTyping = useRef(0);
  function noteText(body: string, attached: File[]) {
    // it lapses after six seconds by itself
    if (Date.now() - saidTyping.current > 3000) {
      saidTyping.current = Date.now();
      live.type(ticket.id, true);
    }

    setHasText(body.trim() !== '');
    if (!begun.current && body.trim() !== '') {
      begun.current = { version: ticket.version, lastComment: comments.data?.comments.at(-1)?.id };
      setBegunAt(begun.current.lastComment ?? '');
    }

    draft.keep(audience, { body, attachmentIds: attached.map(f => f.id), basedOnVersion: begun.current?.version ?? ticket.version });
  }

  // a draft comes back where it was left
  useEffect(() => {
    if (!draft.isReady || isLoaded.current) return;
    isLoaded.current = true;
    const { body, basedOnVersion } = draft.current;
    if (body && editor.isEmpty) {
      editor.commands.setContent(body, { contentType: 'markdown', emitUpdate: false });
      // eslint-disable-next-line react-hooks/set-state-in-effect -- the editor is outside React; this says what was put into it
      setHasText(true);
      begun.current = { version: basedOnVersion ?? ticket.version, lastComment: comments.data?.comments.at(-1)?.id };
    }
  }, [draft.isReady, draft, editor, ticket.version, comments.data]);

  /** The other of the two things one may be writing; what stood there comes back. */
  function choose(next: Audience) {
    if (next === audience) return;
    texts.current[audience] = written(editor);
    const kept = draft.of(next);
    const text = texts.current[next] ?? kept.body;
    editor.commands.setContent(text, { contentType: 'markdown', emitUpdate: false });
    begun.current = text.trim() === '' ? null : { version: kept.basedOnVersion ?? ticket.version, lastComment: comments.data?.comments.at(-1)?.id };
    setBegunAt(begun.current ? begun.current.lastComment ?? '' : undefined);
    setHasText(text.trim() !== '');
    setError(null);
    setAudience(next);
  }

  function turn(event: KeyboardEvent) {
    if (!mayReply || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    choose(isNote ? 'public' : 'internal');
    (event.currentTarget.parentElement?.querySelector('[aria-checked=false]') as HTMLElement | null)?.focus();
  }

  useImperativeHandle(ref, () => ({
    write: next => {
      choose(next);
      editor.commands.focus('end');
    },
    macros: () => { setMacrosOpen(true); },
  }));

  function take(list: FileList | null | undefined): boolean {
    if (!list || list.length === 0) return false;
    for (const file of list) void upload(file);
    return true;
  }

  async function upload(file: globalThis.File) {
    setUploading(u => [...u, file.name]);
    try {
      const form = new FormData();
      form.set('file', file);
      const made = await answer(api.POST('/api/v1/uploads', { body: form as never, bodySerializer: b => b as unknown as FormData }));
      setFiles(f => {
        const mine = [...f[audience], made];
        draft.keep(audience, { body: written(editor), attachmentIds: mine.map(x => x.id), basedOnVersion: begun.current?.version ?? ticket.version });
        return { ...f, [audience]: mine };
      });
    } catch (problem) {
      toastError(problem);
    } finally {
      setUploading(u => u.filter(name => name !== file.name));
    }
  }

  async function send(status?: string) {
    const body = written(editor);
    if (isSending || (body.trim() === '' && files[audience].length === 0)) return;
    setSending(true);
    setError(null);
    hasLeft.current = false;
    try {
      const made = await answer(api.POST('/api/v1/tickets/{id}/comments', {
        params: { path: { id: ticket.id }, header: once() },
        body: { body, format: 'markdown', visibility: audience, attachmentIds: files[audience].map(f => f.id), basedOnVersion: begun.current?.version ?? ticket.version },
      }));
      addComment(id, made);
      editor.commands.clearContent(false);
      texts.current[audience] = '';
      setFiles(f => ({ ...f, [audience]: [] }));
      setHasText(false);
      begun.current = null;
      setBegunAt(undefined);
      void draft.drop(audience);
      saidTyping.current = 0;
      live.type(ticket.id, false);
      if (status) await answer(api.PUT('/api/v1/tickets/{id}/status', { params: { path: { id: ticket.id } }, body: { status, reason: null } }));
      void queryClient.invalidateQueries({ queryKey: ['ticket', id] });
      if (made.newer?.length) toast(t('tickets.page.crossed', { count: made.newer.length }));
    } catch (problem) {
      setError(problem);
    } finally {
      setSending(false);
      // who went elsewhere while it was sent is not fetched back
      const at = document.activeElement;
      if (!hasLeft.current && (at === document.body || editor.view.dom.closest('section')?.contains(at))) editor.commands.focus('end');
    }
  }

  const all = comments.data?.comments ?? [];
  const since = begunAt === undefined ? -1 : all.findIndex(c => c.id === begunAt);
  const arrived = begunAt === undefined ? [] : all.slice(begunAt === '' ? 0 : since + 1).filter(c => c.authorId !== me.id);
  const status = book.status(ticket.status);
  const nextStatuses = book.statuses.filter(s => s.key !== ticket.status && status?.next.includes(s.key));
  const others = (followers.data ?? []).length;
  const audienceText = isNote ? t('tickets.page.goesInternal')
    : requester ? (requester.email ? t('tickets.page.goesTo', { name: contactName(requester), address: requester.email }) : t('tickets.page.goesToPortal', { name: contactName(requester) })) : t('tickets.page.goesNowhere');

  return (
    <section className={classes.composer} data-audience={audience} aria-label={isNote ? t('tickets.page.note') : t('tickets.page.reply')}
      onDragOver={e => { e.preventDefault(); }} onDrop={e => { if (take(e.dataTransfer.files)) e.preventDefault(); }}>
      {arrived.length > 0 && hasText && (
        <Alert color="orange" variant="light" p="xs" mb="xs" role="status">
          <Text size="sm">{t('tickets.page.arrived', { count: arrived.length })}{' '}
            <Anchor component="button" type="button" size="sm" onClick={() => { document.getElementById(arrived[0]!.id)?.scrollIntoView({ block: 'center', behavior: 'smooth' }); }}>{t('tickets.page.showArrived')}</Anchor>
          </Text>
        </Alert>
      )}
      {error !== null && <ProblemAlert error={error} />}
      <div className={classes.audience}>
        <div role="radiogroup" aria-label={t('tickets.page.audience')} className={classes.audienceSwitch}>
          {mayReply && <button type="button" role="radio" aria-checked={!isNote} tabIndex={isNote ? -1 : 0} onKeyDown={turn} onClick={() => { choose('public'); }}><IconSend size={13} aria-hidden />{t('tickets.page.reply')}</button>}
          <button type="button" role="radio" aria-checked={isNote} tabIndex={isNote ? 0 : -1} onKeyDown={turn} onClick={() => { choose('internal'); }}><IconLock size={13} aria-hidden />{t('tickets.page.note')}</button>
        </div>
        <span className={classes.audienceText} aria-live="polite">{isNote ? <IconLock size={13} aria-hidden /> : <IconUsers size={13} aria-hidden />}<span className="truncate">{audienceText}{!isNote && others > 0 && ` · ${t('tickets.page.andFollowers', { count: others })}`}</span></span>
      </div>
      <RichTextEditor editor={editor} variant="subtle" className={classes.rich}>
        {!hasText && <span className={classes.hint} aria-hidden>{t(isNote ? 'tickets.page.writeNote' : 'tickets.page.writeReply')}</span>}
        <RichTextEditor.Content />
      </RichTextEditor>
      {(files[audience].length > 0 || uploading.length > 0) && (
        <ul className={classes.pending}>
          {files[audience].map(f => (
            <li key={f.id}>
              {/^image\//.test(f.contentType) && <img src={`/api/v1/attachments/${f.id}`} alt="" />}<span className="truncate">{f.name}</span>
              <ActionIcon size="xs" aria-label={`${t('shared.remove')}: ${f.name}`} onClick={() => { setFiles(all2 => ({ ...all2, [audience]: all2[audience].filter(x => x.id !== f.id) })); }}><IconX size={12} /></ActionIcon>
            </li>
          ))}
          {uploading.map(name => <li key={name} data-busy><span className="truncate">{name}</span>…</li>)}
        </ul>
      )}
      <div className={classes.composerFoot}>
        <input ref={picker} type="file" multiple hidden onChange={e => { take(e.currentTarget.files); e.currentTarget.value = ''; }} />
        <Tooltip label={t('tickets.page.attach')}><ActionIcon aria-label={t('tickets.page.attach')} onClick={() => picker.current?.click()}><IconPaperclip size={17} stroke={1.6} /></ActionIcon></Tooltip>
        <MacroMenu ticket={ticket} opened={macrosOpen} setOpened={setMacrosOpen} insert={(text, isInternal) => {
          choose(isInternal ? 'internal' : 'public');
          editor.chain().focus('end').insertContent(text, { contentType: 'markdown' }).run();
        }} target={<Tooltip label={t('tickets.page.macros')}><ActionIcon aria-label={t('tickets.page.macros')}><IconBolt size={17} stroke={1.6} /></ActionIcon></Tooltip>} />
        <Text size="xs" c="dimmed" ml="xs" role="status">{draft.state === 'saving' ? t('tickets.page.draftSaving') : draft.state === 'saved' && hasText ? t('tickets.page.draftSaved') : draft.state === 'unsaved' ? t('tickets.page.draftUnsaved') : ''}</Text>
        <span className={classes.grow} />
        <Button.Group>
          <Button size="compact-md" color={isNote ? 'yellow' : 'iris'} loading={isSending} disabled={!hasText && files[audience].length === 0} leftSection={isNote ? <IconLock size={14} /> : <IconSend size={14} />} onClick={() => { void send(); }}>
            {isNote ? t('tickets.page.addNote') : t('tickets.page.sendReply')}
          </Button>
          {nextStatuses.length > 0 && me.may('tickets:update') && (
            <Menu position="top-end">
              <Menu.Target><Button size="compact-md" px={6} color={isNote ? 'yellow' : 'iris'} disabled={!hasText && files[audience].length === 0} aria-label={t('tickets.page.sendAnd')}><IconChevronUp size={14} /></Button></Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>{t('tickets.page.sendAnd')}</Menu.Label>
                {nextStatuses.map(s => <Menu.Item key={s.key} leftSection={<StatusMark category={s.category} />} onClick={() => { void send(s.key); }}>{s.name}</Menu.Item>)}
              </Menu.Dropdown>
            </Menu>
          )}
        </Button.Group>
      </div>
    </section>
  );
}
