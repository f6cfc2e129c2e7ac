import type { HubConnection } from '@microsoft/signalr';
import { useEffect, useSyncExternalStore } from 'react';
import { refreshSession } from './api/client';

/** Something has changed; what it is now is read through the API. */
export interface LiveEvent {
  /** For example `ticket.updated`, `ticket.commented`, `notification.created`. */
  eventType: string;
  /** For example `ticket`. */
  entity: string;
  id: string;
  version?: number;
  kind?: string;
  position?: number;
}

/** Somebody who has a ticket open now. */
export interface Present { userId: string; name: string; typing: boolean; since: string }

export type LiveState = 'connecting' | 'live' | 'offline';

type Listener = (event: LiveEvent) => void;

/** What is listened for (docs/events.md), under the names of docs/guide/live.md. */
const names = [
  'ticket:created', 'ticket:updated', 'ticket:deleted', 'ticket:restored', 'ticket:status_changed', 'ticket:assigned', 'ticket:note_added', 'ticket:escalated',
  'ticket:resolved', 'ticket:closed', 'ticket:reopened', 'ticket:merged', 'ticket:unmerged', 'ticket:sla_warning', 'ticket:sla_breached', 'ticket:sla_achieved',
  'customer.created', 'customer.updated', 'customer.deleted', 'contact.created', 'contact.updated', 'contact.deleted', 'notification:created',
];

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
/** Called when what was missed must be read again. */
const catchUps = new Set<() => void>();
/** Called when changes begin to be heard. */
const begins = new Set<() => void>();
const looking = new Map<string, number>();
let present = new Map<string, Present[]>();

let state: LiveState = 'connecting';
let hub: HubConnection | null = null;
let isWanted = false;
let tries = 0;
let retry: ReturnType<typeof setTimeout> | undefined;
/** The last place in the stream that was heard; null = from now on. */
let position: number | null = null;

const changed = () => { watchers.forEach(w => { w(); }); };

function become(next: LiveState) {
  if (state === next) return;
  state = next;
  changed();
}

async function connect() {
  clearTimeout(retry);
  // not needed for the first paint
  const { HttpTransportType, HubConnectionBuilder, LogLevel } = await import('@microsoft/signalr');
  if (!isWanted || hub) return;
  const mine = new HubConnectionBuilder().withUrl('/hubs/desk', { skipNegotiation: true, transport: HttpTransportType.WebSockets }).configureLogging(LogLevel.None).build();
  hub = mine;
  for (const name of names) mine.on(name, (event: LiveEvent) => { hear(event); });
  mine.on('stream:begun', (begun: { position: number; reload: boolean }) => {
    position = begun.position;
    if (begun.reload) catchUps.forEach(c => { c(); });
  });
  mine.on('stream:position', (at: { position: number }) => { position = at.position; });
  mine.on('ticket:presence', (told: { id: string; people: Present[] }) => {
    present = new Map(present).set(told.id, told.people);
    changed();
  });
  mine.onclose(() => { if (hub === mine) lost(); });
  try {
    await mine.start();
    const after = position;
    await mine.invoke('Join', { after, only: [...names, 'ticket:presence'] });
    for (const id of looking.keys()) void mine.invoke('Look', id).catch(() => undefined);
    tries = 0;
    become('live');
    if (after === null) begins.forEach(b => { b(); });
  } catch {
    if (hub === mine) lost();
    void mine.stop();
  }
}

function hear(event: LiveEvent) {
  if (event.position !== undefined) position = event.position;
  listeners.forEach(l => { l(event); });
}

/** Tries again, first at once and then more and more slowly; the session may have ended, or only its access token. */
function lost() {
  hub = null;
  present = new Map();
  if (!isWanted) return;
  become('offline');
  const wait = tries === 0 ? 150 : Math.min(30_000, 1000 * 2 ** tries) * (0.5 + Math.random());
  tries++;
  clearTimeout(retry);
  retry = setTimeout(() => { void refreshSession().catch(() => false).then(() => connect()); }, wait);
}

/** The one live connection of this page. Whatever carries it is this module's business alone. */
export const live = {
  start() {
    isWanted = true;
    if (!hub) void connect();
  },
  stop() {
    isWanted = false;
    clearTimeout(retry);
    const old = hub;
    hub = null;
    position = null;
    tries = 0;
    present = new Map();
    become('connecting');
    void old?.stop();
  },
  /** Calls the listener for each change; answers how to stop that. */
  on(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Calls when there was a gap that cannot be told any more: what is shown must be read again. */
  onCatchUp(catchUp: () => void): () => void {
    catchUps.add(catchUp);
    return () => catchUps.delete(catchUp);
  },
  /** Calls when changes begin to be heard: what was read before may have changed unheard. After a gap nothing is missed, and this is not called. */
  onBegun(begin: () => void): () => void {
    begins.add(begin);
    return () => begins.delete(begin);
  },
  /** Says that one types on a ticket that is looked at; it lapses by itself. */
  type(ticketId: string, isTyping: boolean) {
    if (state === 'live') void hub?.invoke('Type', ticketId, isTyping).catch(() => undefined);
  },
};

window.addEventListener('online', () => {
  if (!isWanted || hub) return;
  tries = 0;
  void connect();
});
window.addEventListener('offline', () => { if (isWanted) become('offline'); });

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

export function useLiveState(): LiveState {
  return useSyncExternalStore(watch, () => state);
}

const nobody: Present[] = [];

/** Says that this ticket is on the screen, and who else has it there. */
export function usePresence(ticketId: string | undefined): Present[] {
  useEffect(() => {
    if (!ticketId) return () => undefined;
    looking.set(ticketId, (looking.get(ticketId) ?? 0) + 1);
    if (state === 'live') void hub?.invoke('Look', ticketId).catch(() => undefined);
    return () => {
      const left = looking.get(ticketId)! - 1;
      if (left > 0) {
        looking.set(ticketId, left);
        return;
      }

      looking.delete(ticketId);
      if (state === 'live') void hub?.invoke('LookAway', ticketId).catch(() => undefined);
    };
  }, [ticketId]);
  return useSyncExternalStore(watch, () => (ticketId ? present.get(ticketId) : undefined) ?? nobody);
}
