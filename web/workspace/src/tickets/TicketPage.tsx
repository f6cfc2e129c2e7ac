import { ActionIcon, Alert, Anchor, Button, Menu, Tabs, Text, TextInput, Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowLeft, IconChevronDown, IconChevronUp, IconFlagFilled } from '@tabler/icons-react';
import { useQuery, type QueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, startTransition, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useMe } from '../access/me';
import { answer, api } from '../api/client';
import { queryClient } from '../api/queryClient';
import { usePresence } from '../live';
import { MoreMenu } from '../shared/MoreMenu';
import { Failed, LinesLoading } from '../shared/States';
import type { Search } from '../shared/search';
import { toast, toastError } from '../shared/toast';
import { useCommands } from '../shell/keys';
import { useTranslation } from '../text/useTranslation';
import { ActionDialog, type Act } from './actions';
import { change } from './change';
import type { ComposerHandle } from './Composer';
import { Conversation } from './Conversation';
import { Person, StatusMark } from './glance';
import { lastList, rememberOpened } from './lastList';
import { unmerge } from './MergeDialog';
import { useRulebook, type Ticket } from './rulebook';
import { SidePanel } from './SidePanel';
import classes from './ticket.module.css';
import { commentsQuery, prefetchTicket, ticketQuery } from './ticketQueries';
import { EscalateDialog, MergeIntoDialog } from './TicketDialogs';

// the editor is large and comes when the conversation is there already
const Composer = lazy(() => import('./Composer').then(m => ({ default: m.Composer })));
const composerPlace = <div className={classes.composer} style={{ height: 172 }} />;
const HistoryTab = lazy(() => import('./HistoryTab').then(m => ({ default: m.HistoryTab })));

/** Asks for what a ticket says. */
export const opening = (client: QueryClient, _: Search, { id }: Record<string, string>) =>
  Promise.all([client.ensureQueryData(ticketQuery(id!)), client.ensureInfiniteQueryData(commentsQuery(id!))]);

export function TicketPage() {
  const { id } = useParams({ strict: false });
  // another ticket is another page: nothing that is being written crosses over
  return <TicketOf key={id} id={id!} />;
}

function TicketOf({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const search: Search = useSearch({ strict: false });
  const tab = search.tab === 'history' ? 'history' : search.tab === 'details' ? 'details' : 'conversation';
  const query = useQuery(ticketQuery(id));
  const ticket = query.data;
  const composer = useRef<ComposerHandle>(null);
  // a key may be quicker than the editor: what it asked for is done when that is there
  const early = useRef<((handle: ComposerHandle) => void) | null>(null);
  const holdComposer = useCallback((handle: ComposerHandle | null) => {
    composer.current = handle;
    if (!handle) return;
    early.current?.(handle);
    early.current = null;
  }, []);
  const [act, setAct] = useState<Act | null>(null);
  const [dialog, setDialog] = useState<'merge' | 'escalate' | null>(null);
  const isNarrow = useMediaQuery('(max-width: 62em)', false, { getInitialValueInEffect: false });
  const list = lastList();
  const at = list.ids.findIndex(x => x.reference === id || x.id === id);
  const [before, after] = [list.ids[at - 1], at >= 0 ? list.ids[at + 1] : undefined];

  useEffect(() => { if (ticket) document.title = `${ticket.subject} · ${ticket.reference} · Deskhand`; }, [ticket]);
  useEffect(() => { rememberOpened(id); }, [id]);
  // what was said is read first: the editor, the cards at the side and the next ticket come when it is on the screen
  const [isSaid, setSaid] = useState(false);
  const onSaid = useCallback(() => { requestAnimationFrame(() => { startTransition(() => { setSaid(true); }); }); }, []);
  const isThere = isSaid || tab === 'history';
  useEffect(() => { if (after && isThere) prefetchTicket(queryClient, after.reference); }, [after, isThere]);

  const go = (to: { reference: string } | undefined) => { if (to) void navigate({ to: '/tickets/$id', params: { id: to.reference } }); };
  const back = () => { void navigate({ href: list.href }); };
  const showTab = (next: string | null) => { void navigate({ to: '.', search: next && next !== 'conversation' ? { tab: next } : {}, replace: true }); };
  const inComposer = (ask: (handle: ComposerHandle) => void) => { if (composer.current) ask(composer.current); else early.current = ask; };
  const write = (audience: 'public' | 'internal') => { if (tab !== 'conversation') showTab('conversation'); inComposer(c => { c.write(audience); }); };
  const set = (body: Parameters<typeof change>[1], said?: string) => { if (ticket) void change({ ids: [ticket.id] }, body, said).catch(() => undefined); };
  const mayUpdate = me.may('tickets:update');
  const isOpen = ticket?.statusCategory !== 'closed';

  useCommands([
    ...(!ticket ? [] : [
      ...(me.may('comments:write') ? [{ id: 'reply', label: t('tickets.page.reply'), keys: 'r', scope: 'page' as const, run: () => { write('public'); } }] : []),
      ...(me.may('notes:write') ? [{ id: 'note', label: t('tickets.page.note'), keys: 'n', scope: 'page' as const, run: () => { write('internal'); } }] : []),
      ...(me.may('tickets:assign') ? [
        { id: 'mine', label: t('tickets.act.assignMe'), keys: 'a', scope: 'page' as const, run: () => { set({ set: { assigneeId: me.id } }); } },
        { id: 'assign', label: t('tickets.act.assign'), keys: 'shift+a', scope: 'page' as const, run: () => { setAct('assign'); } },
        { id: 'group', label: t('tickets.act.assignGroup'), keys: 'shift+g', scope: 'page' as const, run: () => { setAct('group'); } },
      ] : []),
      ...(mayUpdate ? [
        { id: 'status', label: t('tickets.act.status'), keys: 's', scope: 'page' as const, run: () => { setAct('status'); } },
        { id: 'priority', label: t('tickets.act.priority'), keys: 'p', scope: 'page' as const, run: () => { setAct('priority'); } },
        { id: 'tags', label: t('tickets.act.tags'), keys: 't', scope: 'page' as const, run: () => { setAct('tags'); } },
        { id: 'macros', label: t('tickets.page.macros'), keys: 'm', scope: 'page' as const, run: () => { inComposer(c => { c.macros(); }); } },
        { id: 'merge', label: t('tickets.page.mergeInto'), scope: 'page' as const, run: () => { setDialog('merge'); } },
      ] : []),
      ...(me.may('tickets:escalate') ? [{ id: 'escalate', label: t('tickets.page.escalate'), keys: 'e', scope: 'page' as const, run: () => { setDialog('escalate'); } }] : []),
    ]),
    // where to go does not wait for what is there
    { id: 'history', label: t('tickets.page.history'), keys: 'h', scope: 'page', run: () => { showTab(tab === 'history' ? 'conversation' : 'history'); } },
    { id: 'rules', label: t('tickets.rules.did'), scope: 'page', run: () => { void navigate({ to: '.', search: { tab: 'history', show: 'rules' }, replace: true }); } },
    { id: 'next', label: t('tickets.list.down'), keys: 'j', scope: 'page', keyOnly: true, run: () => { go(after); } },
    { id: 'previous', label: t('tickets.list.up'), keys: 'k', scope: 'page', keyOnly: true, run: () => { go(before); } },
    { id: 'back', label: t('tickets.page.back'), keys: 'u,escape', scope: 'page', run: back },
  ]);

  if (query.error && !ticket) return <Failed error={query.error} retry={() => { void query.refetch(); }} />;
  const conversation = (
    <>
      <div className={classes.scroll} data-conversation={id} role="region" tabIndex={0} aria-label={t('tickets.page.conversation')}>
        {ticket && <Banners ticket={ticket} />}
        <Conversation id={id} ticket={ticket} onSaid={onSaid} />
      </div>
      {ticket && !query.isPlaceholderData && isOpen && !ticket.mergedIntoId && me.may('notes:write') && (
        <Suspense fallback={composerPlace}>{isSaid ? <Composer ref={holdComposer} ticket={ticket} id={id} /> : composerPlace}</Suspense>
      )}
    </>
  );
  const history = <Suspense fallback={<LinesLoading lines={10} />}><div className={classes.historyTab} role="region" tabIndex={0} aria-label={t('tickets.page.history')}><HistoryTab id={id} /></div></Suspense>;

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <Tooltip label={t('tickets.page.back')}><ActionIcon aria-label={t('tickets.page.back')} onClick={back}><IconArrowLeft size={17} stroke={1.7} /></ActionIcon></Tooltip>
        <div className={classes.titles}>
          <h1 className="visually-hidden" tabIndex={-1} data-page-title>{ticket ? `${ticket.reference} ${ticket.subject}` : id}</h1>
          {ticket ? <Subject ticket={ticket} mayEdit={mayUpdate && isOpen} save={subject => { set({ set: { subject } }); }} /> : <LinesLoading lines={1} />}
          <Text size="xs" c="dimmed" className="tabular">{ticket?.reference ?? id}</Text>
        </div>
        {ticket && <Presence ticketId={ticket.id} />}
        <div className={classes.headActions}>
          {ticket && mayUpdate && <StatusButton ticket={ticket} open={() => { setAct('status'); }} />}
          <ActionIcon aria-label={t('tickets.list.up')} disabled={!before} onClick={() => { go(before); }}><IconChevronUp size={16} /></ActionIcon>
          <ActionIcon aria-label={t('tickets.list.down')} disabled={!after} onClick={() => { go(after); }}><IconChevronDown size={16} /></ActionIcon>
          {ticket && (
            <MoreMenu label={t('tickets.act.more')}>
              {() => (
                <>
                  {mayUpdate && <Menu.Item onClick={() => { setDialog('merge'); }}>{t('tickets.page.mergeInto')}</Menu.Item>}
                  {me.may('tickets:escalate') && <Menu.Item onClick={() => { setDialog('escalate'); }}>{t('tickets.page.escalate')}</Menu.Item>}
                  <Menu.Item component="a" href={`/api/v1/tickets/${ticket.id}/export.pdf`}>{t('tickets.page.pdf')}</Menu.Item>
                  <Menu.Item onClick={() => { void navigator.clipboard.writeText(window.location.href).then(() => toast(t('shared.copied'))); }}>{t('tickets.page.copyLink')}</Menu.Item>
                  {me.may('tickets:delete') && <Menu.Item color="red" onClick={() => { set({ delete: true }, t('tickets.act.deleted', { count: 1 })); back(); }}>{t('tickets.act.delete')}</Menu.Item>}
                </>
              )}
            </MoreMenu>
          )}
        </div>
      </header>
      <div className={classes.body}>
        <div className={classes.main}>
          <Tabs value={isNarrow || tab !== 'details' ? tab : 'conversation'} onChange={showTab} className={classes.tabs} keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="conversation">{t('tickets.page.conversation')}</Tabs.Tab>
              {isNarrow && <Tabs.Tab value="details">{t('tickets.page.details')}</Tabs.Tab>}
              <Tabs.Tab value="history">{t('tickets.page.history')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="conversation" className={classes.panel}>{conversation}</Tabs.Panel>
            <Tabs.Panel value="history" className={classes.panel}>{history}</Tabs.Panel>
            {isNarrow && <Tabs.Panel value="details" className={classes.panel}>{ticket && <div className={classes.narrowSide}><SidePanel id={id} ticket={ticket} begin={setAct} set={set} isWhole /></div>}</Tabs.Panel>}
          </Tabs>
        </div>
        {!isNarrow && <aside className={classes.side} aria-label={t('tickets.page.details')}>{ticket ? <SidePanel id={id} ticket={ticket} begin={setAct} set={set} isWhole={isThere} /> : <LinesLoading lines={12} />}</aside>}
      </div>
      {ticket && act && <ActionDialog act={act} which={{ ids: [ticket.id] }} from={ticket.status} close={() => { setAct(null); }} />}
      {ticket && dialog === 'merge' && <MergeIntoDialog ticket={ticket} close={() => { setDialog(null); }} />}
      {ticket && dialog === 'escalate' && <EscalateDialog ticket={ticket} close={() => { setDialog(null); }} />}
    </div>
  );
}

function StatusButton({ ticket, open }: { ticket: Ticket; open: () => void }) {
  const { t } = useTranslation();
  const { status } = useRulebook();
  const name = status(ticket.status)?.name ?? t(`tickets.status.${ticket.statusCategory}`);
  return <Button variant="default" size="compact-sm" leftSection={<StatusMark category={ticket.statusCategory} />} onClick={open} aria-label={`${t('tickets.field.status')}: ${name}`}>{name}</Button>;
}

function Subject({ ticket, mayEdit, save }: { ticket: Ticket; mayEdit: boolean; save: (subject: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  if (text === null) {
    return mayEdit
      ? <button type="button" className={`${classes.subject} truncate`} title={t('tickets.page.editSubject')} onClick={() => { setText(ticket.subject); }}>{ticket.subject}</button>
      : <span className={`${classes.subject} truncate`}>{ticket.subject}</span>;
  }

  const end = () => {
    if (text.trim() && text.trim() !== ticket.subject) save(text.trim());
    setText(null);
  };
  return (
    <form onSubmit={e => { e.preventDefault(); end(); }}>
      <TextInput autoFocus size="xs" aria-label={t('tickets.field.subject')} value={text} onChange={e => { setText(e.currentTarget.value); }} onBlur={end} onKeyDown={e => { if (e.key === 'Escape') { e.stopPropagation(); setText(null); } }} />
    </form>
  );
}

/** Who else has this ticket open, and who writes. */
function Presence({ ticketId }: { ticketId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const others = usePresence(ticketId).filter(p => p.userId !== me.id);
  const typing = others.filter(p => p.typing);
  return (
    <div className={classes.presence} role="status">
      {typing.length > 0 && <Text size="xs" c="dimmed" className={classes.typing}>{t('tickets.page.typing', { count: typing.length, name: typing[0]!.name })}</Text>}
      {others.slice(0, 4).map(p => <Tooltip key={p.userId} label={t('tickets.page.looks', { name: p.name })}><span data-typing={p.typing || undefined}><Person name={p.name} size={24} /></span></Tooltip>)}
      {others.length > 0 && <span className="visually-hidden">{others.map(p => t('tickets.page.looks', { name: p.name })).join(', ')}</span>}
    </div>
  );
}

/** What has to be known before one reads: that it was merged, is escalated, is a problem with open incidents. */
function Banners({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const me = useMe();

  async function calm() {
    try {
      await answer(api.DELETE('/api/v1/tickets/{id}/escalate', { params: { path: { id: ticket.id } } }));
      await queryClient.invalidateQueries({ queryKey: ['ticket'] });
    } catch (error) {
      toastError(error);
    }
  }

  return (
    <>
      {ticket.mergedInto && (
        <Alert color="gray" variant="light" m="md" mb={0} p="xs">
          <Text size="sm">{t('tickets.page.mergedInto')} <Anchor component={Link} to="/tickets/$id" params={{ id: ticket.mergedInto.reference } as never}>{ticket.mergedInto.reference}</Anchor>
            {me.may('tickets:update') && <> · <Anchor component="button" size="sm" onClick={() => { void unmerge(ticket.mergedInto!.id, [ticket.id]).then(() => toast(t('shared.undone')), toastError); }}>{t('tickets.page.unmerge')}</Anchor></>}
          </Text>
        </Alert>
      )}
      {ticket.escalationLevel > 0 && (
        <Alert color="red" variant="light" m="md" mb={0} p="xs" icon={<IconFlagFilled size={16} />}>
          <Text size="sm">{t('tickets.page.escalated', { level: ticket.escalationLevel })}{ticket.escalationReason && ` ${ticket.escalationReason}`}
            {me.may('tickets:escalate') && <> · <Anchor component="button" size="sm" onClick={() => { void calm(); }}>{t('tickets.page.deescalate')}</Anchor></>}
          </Text>
        </Alert>
      )}
    </>
  );
}
