import { Skeleton } from '@mantine/core';
import { IconFlagFilled } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, startTransition, useEffect, useImperativeHandle, useMemo, useRef, type CSSProperties, type MouseEvent, type Ref } from 'react';
import { Time } from '../shared/Time';
import { hasDialog } from '../shell/keys';
import { useTranslation } from '../text/useTranslation';
import type { ColumnName } from './display';
import type { Grouping, TicketGroup } from './grouping';
import { ChannelMark, Person, PriorityMark, SlaCountdown, StatusMark } from './glance';
import { contactName, useContact, useCustomer, useRulebook, type Rulebook, type Ticket } from './rulebook';
import classes from './tickets.module.css';

export interface TicketRowsHandle { focus: (index: number) => void; hasFocus: () => boolean }

interface Props {
  ref: Ref<TicketRowsHandle>;
  label: string;
  rows: Ticket[] | undefined;
  /** Where each group of rows begins, when they are grouped. */
  groups: TicketGroup[] | undefined;
  groupBy: Grouping | null;
  total: number | null;
  columns: ColumnName[];
  density: 'comfortable' | 'compact';
  active: number;
  setActive: (index: number) => void;
  selected: ReadonlySet<string>;
  isAll: boolean;
  toggle: (id: string, isRange?: boolean) => void;
  selectAll: (on: boolean) => void;
  warm: (reference: string) => void;
  open: (reference: string) => void;
  sort: string;
  onSort: (sort: string) => void;
  nearEnd: () => void;
  isLoadingMore: boolean;
}

const sortable: Partial<Record<ColumnName, string>> = { updatedAt: 'updatedAt', createdAt: 'createdAt', sla: 'slaDueAt' };

/** Only the rows in sight are in the page, so that a hundred and a hundred thousand feel alike. */
export function TicketRows({ ref, label, rows, groups, groupBy, total, columns, density, active, setActive, selected, isAll, toggle, selectAll, warm, open, sort, onSort, nearEnd, isLoadingMore }: Props) {
  const { t } = useTranslation();
  const book = useRulebook();
  const scroller = useRef<HTMLDivElement>(null);
  const height = density === 'compact' ? 32 : 40;
  const lines = useMemo(() => linesOf(rows ?? [], groups), [rows, groups]);
  // eslint-disable-next-line react-hooks/incompatible-library -- measures the page itself
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 12, initialRect: { width: window.innerWidth, height: window.innerHeight }, getItemKey: i => { const line = lines[i]!; return 'group' in line ? `group ${line.group.value}` : rows![line.row]!.id; } });
  useEffect(() => { virtual.measure(); }, [height, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => { if (lines.length > 0 && last >= lines.length - 15) nearEnd(); }, [last, lines, nearEnd]);

  useImperativeHandle(ref, () => ({
    focus: index => {
      virtual.scrollToIndex(lines.findIndex(l => 'row' in l && l.row === index));
      // the row may have to be drawn first; meanwhile a quick hand may have opened a dialog, which keeps the keyboard
      requestAnimationFrame(() => { requestAnimationFrame(() => { if (!hasDialog()) scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus({ preventScroll: true }); }); });
    },
    hasFocus: () => scroller.current?.contains(document.activeElement) ?? false,
  }), [virtual, lines]);

  // of what is loaded only: there may be more of each group further down
  const hasMore = rows !== undefined && (total === null || total > rows.length);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  // subjects begin below each other, however long the numbers before them
  const digits = useMemo(() => rows && String(rows.reduce((most, r) => Math.max(most, r.number), 0)).length, [rows]);
  const isEvery = rows !== undefined && rows.length > 0 && (isAll || rows.every(r => selected.has(r.id)));
  return (
    <div className={classes.rows} ref={scroller} data-scroller>
      <table className={classes.table} aria-label={label} aria-rowcount={total ?? -1} aria-busy={rows === undefined} data-density={density} style={{ '--digits': digits } as CSSProperties}>
        <thead>
          <tr>
            <th scope="col" className={classes.tick}><input type="checkbox" aria-label={t('tickets.list.selectPage')} checked={isEvery} onChange={e => { selectAll(e.currentTarget.checked); }} /></th>
            <th scope="col" className={classes.marks}><span className="visually-hidden">{t('tickets.field.priority')}, {t('tickets.field.status')}</span></th>
            <th scope="col" className={classes.subject}>{t('tickets.field.subject')}</th>
            {columns.map(c => <Heading key={c} name={c} sort={sort} onSort={onSort} />)}
          </tr>
        </thead>
        <tbody>
          {rows === undefined && Array.from({ length: 14 }, (_, i) => (
            <tr key={i} style={{ height }}><td className={classes.tick} /><td className={classes.marks}><Skeleton height={14} width={34} /></td><td><Skeleton height={12} width={`${35 + (i * 23) % 45}%`} /></td>{columns.map(c => <td key={c} data-col={c}><Skeleton height={10} width="70%" /></td>)}</tr>
          ))}
          {before > 0 && <tr aria-hidden style={{ height: before }}><td /></tr>}
          {rows && items.map(item => {
            const line = lines[item.index];
            if (!line) return null;
            if ('group' in line) return <tr key={item.key} className={classes.group} style={{ height }}><th colSpan={3} scope="rowgroup"><GroupName by={groupBy!} value={line.group.value} book={book} /><span className={`${classes.groupCount} tabular`}>{line.group.count}{hasMore && '+'}</span></th>{columns.map(c => <td key={c} data-col={c} />)}</tr>;
            const ticket = rows[line.row]!;
            return <Row key={item.key} book={book} ticket={ticket} index={line.row} height={height} columns={columns} isActive={line.row === active} isSelected={isAll || selected.has(ticket.id)} setActive={setActive} toggle={toggle} warm={warm} open={open} />;
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }}><td /></tr>}
          {isLoadingMore && <tr style={{ height }}><td /><td /><td><Skeleton height={12} mx="md" width="40%" /></td></tr>}
        </tbody>
      </table>
    </div>
  );
}

type Line = { group: TicketGroup } | { row: number };

/** What stands below each other: rows, and the names of groups above theirs. */
function linesOf(rows: Ticket[], groups: TicketGroup[] | undefined): Line[] {
  if (!groups) return rows.map((_, row) => ({ row }));
  return groups.flatMap(group => [{ group }, ...Array.from({ length: group.count }, (_, i) => ({ row: group.start + i }))]);
}

function GroupName({ by, value, book: { status, agent, group, category } }: { by: Grouping; value: string | null; book: Rulebook }) {
  const { t } = useTranslation();
  if (value === null) return <>{by === 'assigneeId' ? t('tickets.list.nobody') : by === 'groupId' ? t('tickets.list.groupNone') : t('shared.none')}</>;
  switch (by) {
    case 'status': { const known = status(value); return <>{known && <StatusMark category={known.category} />}{known?.name ?? value}</>; }
    case 'statusCategory': return <><StatusMark category={value as Ticket['statusCategory']} />{t(`tickets.status.${value as 'new'}`)}</>;
    case 'priority': return <><PriorityMark priority={value as Ticket['priority']} />{t(`tickets.priority.${value as 'low'}`)}</>;
    case 'type': return <>{t(`tickets.type.${value as 'task'}`)}</>;
    case 'category': return <>{category(value)?.name ?? value}</>;
    case 'channel': return <><ChannelMark channel={value as Ticket['channel']} />{t(`tickets.channel.${value as 'web'}`)}</>;
    case 'customerId': return <CustomerName id={value} />;
    case 'assigneeId': return <><Person name={agent(value)?.name} size={18} />{agent(value)?.name ?? '…'}</>;
    case 'groupId': return <>{group(value)?.name ?? '…'}</>;
  }
}

function Heading({ name, sort, onSort }: { name: ColumnName; sort: string; onSort: (sort: string) => void }) {
  const { t } = useTranslation();
  const by = sortable[name];
  const title = t(`tickets.field.${name}`);
  if (!by) return <th scope="col" data-col={name}>{title}</th>;
  const direction = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none';
  return (
    <th scope="col" data-col={name} aria-sort={direction}>
      <button type="button" className={classes.sort} onClick={() => { onSort(sort === `-${by}` ? by : sort === by ? `-${by}` : by === 'slaDueAt' ? by : `-${by}`); }}>{title}{direction === 'none' ? '' : direction === 'ascending' ? ' ↑' : ' ↓'}</button>
    </th>
  );
}

/** Not into another tab or window, nor onto the disk. */
const opensHere = (e: MouseEvent) => e.button === 0 && !e.metaKey && !e.ctrlKey && !e.shiftKey && !e.altKey;

interface RowProps { book: Rulebook; ticket: Ticket; index: number; height: number; columns: ColumnName[]; isActive: boolean; isSelected: boolean; setActive: (index: number) => void; toggle: (id: string, isRange?: boolean) => void; warm: (reference: string) => void; open: (reference: string) => void }

const Row = memo(function Row({ book, ticket, index, height, columns, isActive, isSelected, setActive, toggle, warm, open }: RowProps) {
  const { t } = useTranslation();
  const hover = useRef<ReturnType<typeof setTimeout>>(undefined);
  const name = book.status(ticket.status)?.name ?? t(`tickets.status.${ticket.statusCategory}`);
  return (
    <tr style={{ height }} aria-rowindex={index + 2} data-active={isActive || undefined} data-selected={isSelected || undefined} data-ticket={ticket.reference}
      onMouseEnter={() => { hover.current = setTimeout(() => { warm(ticket.reference); }, 65); }} onMouseLeave={() => { clearTimeout(hover.current); }}>
      <td className={classes.tick}><input type="checkbox" tabIndex={isActive ? 0 : -1} aria-label={t('tickets.list.select', { reference: ticket.reference })} checked={isSelected} onChange={() => undefined} onClick={e => { toggle(ticket.id, e.shiftKey); }} /></td>
      <td className={classes.marks}>
        <span className={classes.pair}><PriorityMark priority={ticket.priority} /><span role="img" aria-label={name} title={name}><StatusMark category={ticket.statusCategory} /></span></span>
      </td>
      <td className={classes.subject}>
        {/* the router's own link watches every change of the address, in each row */}
        <a href={`/tickets/${encodeURIComponent(ticket.reference)}`} data-row={index} tabIndex={isActive ? 0 : -1} className={classes.link} onMouseDown={() => { warm(ticket.reference); }}
          // who presses it leaves: the list is not drawn once more for that
          onFocus={e => { warm(ticket.reference); if (e.currentTarget.matches(':focus-visible')) startTransition(() => { setActive(index); }); }}
          onClick={e => {
            if (!opensHere(e)) { setActive(index); return; }
            e.preventDefault();
            open(ticket.reference);
          }}>
          <span className={`${classes.reference} tabular`} title={ticket.reference}>#{ticket.number}</span>
          <span className="truncate">{ticket.subject}</span>
          {ticket.escalationLevel > 0 && <IconFlagFilled size={13} className={classes.flag} aria-label={t('tickets.list.escalated')} />}
        </a>
      </td>
      {columns.map(c => <td key={c} data-col={c}><Cell name={c} ticket={ticket} statusName={name} book={book} /></td>)}
    </tr>
  );
});

function Cell({ name, ticket, statusName, book: { agent, group, category } }: { name: ColumnName; ticket: Ticket; statusName: string; book: Rulebook }) {
  const { t } = useTranslation();
  switch (name) {
    case 'status': return <span className="truncate">{statusName}</span>;
    case 'customerId': return ticket.customerId ? <CustomerName id={ticket.customerId} /> : null;
    case 'contactId': return ticket.contactId ? <ContactName id={ticket.contactId} /> : null;
    case 'assigneeId': return <Person name={agent(ticket.assigneeId)?.name} withName={Boolean(ticket.assigneeId)} />;
    case 'groupId': return <span className="truncate">{group(ticket.groupId)?.name}</span>;
    case 'category': return <span className="truncate">{category(ticket.category)?.name ?? ticket.category}</span>;
    case 'type': return t(`tickets.type.${ticket.type}`);
    case 'channel': return <ChannelMark channel={ticket.channel} />;
    case 'tags': return <span className={classes.tagList}>{ticket.tags.slice(0, 3).map(tag => <span key={tag} className={classes.tag}>{tag}</span>)}{ticket.tags.length > 3 && <span className={classes.dim}>+{ticket.tags.length - 3}</span>}</span>;
    case 'sla': return <SlaCountdown sla={ticket.sla} />;
    case 'createdAt': return <Time at={ticket.createdAt} />;
    case 'updatedAt': return <Time at={ticket.updatedAt} />;
  }
}

function CustomerName({ id }: { id: string }) {
  return <span className="truncate">{useCustomer(id)?.name}</span>;
}

function ContactName({ id }: { id: string }) {
  const contact = useContact(id);
  return <span className="truncate">{contact && contactName(contact)}</span>;
}
