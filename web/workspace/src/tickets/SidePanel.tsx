import { ActionIcon, Anchor, Select, Text, UnstyledButton } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useMe } from '../access/me';
import { answer, api, mergePatch, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { Facts } from '../shared/Facts';
import type { Values } from '../shared/form';
import { Picker } from '../shared/Picker';
import { LinesLoading } from '../shared/States';
import { Time } from '../shared/Time';
import { toast, toastError } from '../shared/toast';
import { words } from '../shared/words';
import { useTranslation } from '../text/useTranslation';
import type { Act } from './actions';
import { putInPlace, type change } from './change';
import { customFacts } from './customFields';
import { ChannelMark, Person, PriorityMark, StatusMark } from './glance';
import { contactName, customFieldsQuery, useContact, useCustomer, useRulebook, type Ticket } from './rulebook';
import { TagsSelect } from './TagsSelect';
import { SlaCard } from './SlaCard';
import classes from './ticket.module.css';
import { followersQuery, linksQuery } from './ticketQueries';

interface Props { id: string; ticket: Ticket; begin: (act: Act) => void; set: (body: Parameters<typeof change>[1]) => void }

/** Everything about a ticket that is not said in it; its properties first, and all else once there is time (`isWhole`). */
export function SidePanel({ id, ticket, begin, set, isWhole }: Props & { isWhole: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  const book = useRulebook();
  const mayUpdate = me.may('tickets:update') && ticket.statusCategory !== 'closed';
  const mayAssign = me.may('tickets:assign') && ticket.statusCategory !== 'closed';
  const category = book.category(ticket.category);
  return (
    <div className={classes.sections}>
      <section className={classes.section} aria-label={t('tickets.page.properties')}>
        <Property name={t('tickets.field.status')} edit={mayUpdate ? () => { begin('status'); } : undefined}><StatusMark category={ticket.statusCategory} />{book.status(ticket.status)?.name ?? ticket.status}</Property>
        <Property name={t('tickets.field.priority')} edit={mayUpdate ? () => { begin('priority'); } : undefined}><PriorityMark priority={ticket.priority} />{t(`tickets.priority.${ticket.priority}`)}</Property>
        <Property name={t('tickets.field.assigneeId')} edit={mayAssign ? () => { begin('assign'); } : undefined}><Person name={book.agent(ticket.assigneeId)?.name} size={18} />{book.agent(ticket.assigneeId)?.name ?? t('tickets.list.nobody')}</Property>
        <Property name={t('tickets.field.groupId')} edit={mayAssign ? () => { begin('group'); } : undefined}>{book.group(ticket.groupId)?.name ?? t('tickets.list.groupNone')}</Property>
        <Choose name={t('tickets.field.type')} value={ticket.type} disabled={!mayUpdate} choices={(['question', 'incident', 'problem', 'task'] as const).map(v => ({ value: v, label: t(`tickets.type.${v}`) }))} choose={type => { set({ set: { type } }); }} />
        <Choose name={t('tickets.field.category')} value={ticket.category} disabled={!mayUpdate} choices={book.categories.filter(c => c.active || c.key === ticket.category).map(c => ({ value: c.key, label: c.name }))} choose={v => { set({ set: { category: v, subcategory: null } }); }} />
        {category && category.subcategories.length > 0 && <Choose name={t('tickets.field.subcategory')} value={ticket.subcategory ?? ''} disabled={!mayUpdate} clearable choices={category.subcategories.map(s => ({ value: s, label: words(s) }))} choose={v => { set({ set: { subcategory: v || null } }); }} />}
        <Property name={t('tickets.field.channel')}><ChannelMark channel={ticket.channel} />{t(`tickets.channel.${ticket.channel}`)}</Property>
        <Property name={t('tickets.field.createdAt')}><Time at={ticket.createdAt} /></Property>
        {isWhole && <Tags ticket={ticket} mayUpdate={mayUpdate} set={set} />}
      </section>
      {isWhole ? (
        <>
          <SlaCard id={id} ticket={ticket} />
          <Who ticket={ticket} />
          <CustomFields ticket={ticket} mayUpdate={mayUpdate} />
          <Links id={id} mayUpdate={mayUpdate} ticketId={ticket.id} />
          <Followers id={id} />
          {ticket.customerId && <Others ticket={ticket} customerId={ticket.customerId} />}
        </>
      ) : <LinesLoading lines={8} />}
    </div>
  );
}

function Property({ name, edit, children }: { name: string; edit?: (() => void) | undefined; children: ReactNode }) {
  return (
    <div className={classes.property}>
      <span className={classes.propertyName}>{name}</span>
      {edit ? <UnstyledButton className={classes.propertyValue} data-editable onClick={edit} aria-label={name}>{children}</UnstyledButton> : <span className={classes.propertyValue}>{children}</span>}
    </div>
  );
}

function Choose({ name, value, choices, choose, disabled, clearable = false }: { name: string; value: string; choices: { value: string; label: string }[]; choose: (value: string) => void; disabled: boolean; clearable?: boolean }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Property name={name} edit={disabled ? undefined : () => { setOpen(true); }}>{choices.find(c => c.value === value)?.label ?? (value || t('shared.none'))}</Property>
      {isOpen && <Picker title={name} choices={clearable ? [{ value: '', label: t('shared.none') }, ...choices] : choices} onPick={choose} close={() => { setOpen(false); }} />}
    </>
  );
}

function Tags({ ticket, mayUpdate, set }: { ticket: Ticket; mayUpdate: boolean; set: Props['set'] }) {
  const { t } = useTranslation();
  function choose(next: string[]) {
    const [added, removed] = [next.filter(x => !ticket.tags.includes(x)), ticket.tags.filter(x => !next.includes(x))];
    if (added.length > 0) set({ addTags: added });
    if (removed.length > 0) set({ removeTags: removed });
  }

  return (
    <div className={`${classes.property} ${classes.tall}`}>
      <span className={classes.propertyName}>{t('tickets.field.tags')}</span>
      <TagsSelect size="xs" variant="unstyled" className={classes.tags} aria-label={t('tickets.field.tags')} placeholder={mayUpdate ? t('tickets.page.addTag') : undefined} value={ticket.tags} readOnly={!mayUpdate} onChange={choose} />
    </div>
  );
}

function Who({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const customer = useCustomer(ticket.customerId);
  const contact = useContact(ticket.contactId);
  const location = useQuery({ queryKey: ['location', ticket.locationId], enabled: Boolean(ticket.locationId), staleTime: 10 * 60_000, queryFn: () => answer(api.GET('/api/v1/locations/{id}', { params: { path: { id: ticket.locationId! } } })) }).data;
  const asset = useQuery({ queryKey: ['asset', ticket.assetId], enabled: Boolean(ticket.assetId), staleTime: 10 * 60_000, queryFn: () => answer(api.GET('/api/v1/assets/{id}', { params: { path: { id: ticket.assetId! } } })) }).data;
  if (!ticket.customerId && !ticket.contactId && !ticket.assetId) return null;
  const phone = contact?.phoneMobile ?? contact?.phoneDirect ?? contact?.phoneOffice;
  return (
    <section className={classes.section} aria-label={t('tickets.field.customerId')}>
      <h2>{t('tickets.field.customerId')}</h2>
      {customer && <div className={classes.who}><Anchor component={Link} to={`/customers/${customer.id}`} fw={550} size="sm">{customer.name}</Anchor><span className={classes.tier} data-tier={customer.tier}>{t(`directory.tierName.${customer.tier}`)}</span></div>}
      {contact && <div className={classes.lines}><Text size="sm">{contactName(contact)}{contact.title && <Text span c="dimmed">, {contact.title}</Text>}</Text>
        {contact.email && <Anchor size="xs" href={`mailto:${contact.email}`}>{contact.email}</Anchor>}
        {phone && <Anchor size="xs" href={`tel:${phone}`}>{phone}</Anchor>}
      </div>}
      {location && <div className={classes.lines}><Text size="xs" c="dimmed">{t('tickets.field.locationId')}</Text><Text size="sm">{location.name}</Text><Text size="xs" c="dimmed">{[location.address.line1, location.address.city].filter(Boolean).join(', ')}</Text></div>}
      {asset && <div className={classes.lines}><Text size="xs" c="dimmed">{t('tickets.field.assetId')}</Text><Text size="sm" className="tabular">{asset.number}{asset.name && ` · ${asset.name}`}</Text>{asset.projectName && <Text size="xs" c="dimmed">{asset.projectName}</Text>}</div>}
    </section>
  );
}

/** The desk's own fields, filled in where they stand. */
function CustomFields({ ticket, mayUpdate }: { ticket: Ticket; mayUpdate: boolean }) {
  const { t } = useTranslation();
  const defined = useQuery(customFieldsQuery).data ?? [];
  const values = ticket.customFields as Values;
  const shown = defined.filter(f => f.active && (mayUpdate || (values[f.key] ?? null) !== null));
  if (shown.length === 0) return null;

  async function write(part: Values) {
    putInPlace(await answer(api.PATCH('/api/v1/tickets/{id}', { ...mergePatch, params: { path: { id: ticket.id } }, body: part as unknown as Wire<'TicketFields'> })));
    await queryClient.invalidateQueries({ queryKey: ['ticket'] });
  }

  async function save(part: Values) {
    await write(part);
    const before = Object.fromEntries(Object.keys(part.customFields as Values).map(key => [key, values[key] ?? null]));
    toast(t('shared.saved'), () => write({ customFields: before }));
  }

  return (
    <section className={classes.section} aria-label={t('tickets.field.customFields')}>
      <h2>{t('tickets.field.customFields')}</h2>
      <Facts label={t('tickets.field.customFields')} fields={customFacts(shown)} values={ticket} save={mayUpdate ? save : undefined} />
    </section>
  );
}

const linkKinds = ['relates', 'duplicates', 'blocks', 'blocked_by'] as const;

function Links({ id, ticketId, mayUpdate }: { id: string; ticketId: string; mayUpdate: boolean }) {
  const { t } = useTranslation();
  const links = useQuery(linksQuery(id));
  const [isAdding, setAdding] = useState(false);
  const [words, setWords] = useState('');
  const [kind, setKind] = useState<(typeof linkKinds)[number]>('relates');
  const found = useQuery({ queryKey: ['suggest', words], queryFn: () => answer(api.GET('/api/v1/search/suggest', { params: { query: { q: words } } })), enabled: isAdding && words.length > 1 });
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['ticket', id, 'links'] });
  if (!mayUpdate && !links.data?.length) return null;

  async function add(other: string) {
    try {
      await answer(api.POST('/api/v1/tickets/{id}/links', { params: { path: { id } }, body: { kind, ticketId: other } }));
      setAdding(false);
      setWords('');
      await refresh();
    } catch (error) {
      toastError(error);
    }
  }

  return (
    <section className={classes.section} aria-label={t('tickets.field.links')}>
      <h2>{t('tickets.field.links')}{mayUpdate && <ActionIcon size="xs" aria-label={t('tickets.page.addLink')} onClick={() => { setAdding(a => !a); }}><IconPlus size={13} /></ActionIcon>}</h2>
      {isAdding && (
        <div className={classes.lines}>
          <Select size="xs" aria-label={t('tickets.page.linkKind')} allowDeselect={false} value={kind} onChange={v => { setKind(v as typeof kind); }} data={linkKinds.map(k => ({ value: k, label: t(`tickets.link.${k}`) }))} />
          <Select size="xs" autoFocus aria-label={t('tickets.merge.target')} placeholder={t('tickets.act.pick')} searchable searchValue={words} onSearchChange={setWords} filter={({ options }) => options}
            data={(found.data?.tickets ?? []).filter(x => x.id !== ticketId).map(x => ({ value: x.id, label: `${x.reference} ${x.subject}` }))} onChange={v => { if (v) void add(v); }} />
        </div>
      )}
      {links.data?.map(l => (
        <div key={l.id ?? l.ticket.id} className={classes.linkRow}>
          <StatusMark category={l.statusCategory} />
          <span className="truncate"><Text span size="xs" c="dimmed">{t(`tickets.link.${l.kind as 'relates'}`)} </Text><Anchor component={Link} to={`/tickets/${l.ticket.reference}`} size="sm">{l.subject}</Anchor></span>
          {l.id && mayUpdate && <ActionIcon size="xs" aria-label={`${t('shared.remove')}: ${l.ticket.reference}`} onClick={() => { void answer(api.DELETE('/api/v1/tickets/{id}/links/{linkId}', { params: { path: { id, linkId: l.id! } } })).then(refresh, toastError); }}><IconX size={12} /></ActionIcon>}
        </div>
      ))}
    </section>
  );
}

function Followers({ id }: { id: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const list = useQuery(followersQuery(id));
  const isFollowing = list.data?.some(f => f.id === me.id) ?? false;
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['ticket', id, 'followers'] });
  const params = { params: { path: { id, userId: me.id } } };
  const toggle = () => { void (isFollowing ? answer(api.DELETE('/api/v1/tickets/{id}/followers/{userId}', params)) : answer(api.PUT('/api/v1/tickets/{id}/followers/{userId}', params))).then(refresh, toastError); };
  return (
    <section className={classes.section} aria-label={t('tickets.field.followers')}>
      <h2>{t('tickets.field.followers')}<Anchor component="button" size="xs" fw={450} onClick={toggle}>{isFollowing ? t('tickets.page.unfollow') : t('tickets.page.follow')}</Anchor></h2>
      {list.data && list.data.length > 0 && <div className={classes.people}>{list.data.map(f => <Person key={f.id} name={f.name} size={22} />)}</div>}
    </section>
  );
}

function Others({ ticket, customerId }: { ticket: Ticket; customerId: string }) {
  const { t } = useTranslation();
  const list = useQuery({ queryKey: ['tickets', 'of-customer', customerId], staleTime: 30_000, queryFn: () => answer(api.GET('/api/v1/tickets', { params: { query: { customerId: [customerId], limit: '6' } as never } })) });
  const others = (list.data?.data ?? []).filter(x => x.id !== ticket.id).slice(0, 5);
  if (others.length === 0) return null;
  return (
    <section className={classes.section} aria-label={t('tickets.page.others')}>
      <h2>{t('tickets.page.others')}<Anchor component={Link} to="/tickets" search={{ customerId } as never} size="xs" fw={450}>{t('tickets.page.all')}</Anchor></h2>
      {others.map(o => <div key={o.id} className={classes.linkRow}><StatusMark category={o.statusCategory} /><Anchor component={Link} to={`/tickets/${o.reference}`} size="sm" className="truncate">{o.subject}</Anchor><Text size="xs" c="dimmed" ml="auto"><Time at={o.updatedAt} /></Text></div>)}
    </section>
  );
}
