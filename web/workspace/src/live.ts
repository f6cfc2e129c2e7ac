import { useSyncExternalStore } from 'react';
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
}

export type LiveState = 'connecting' | 'live' | 'offline';

type Listener = (event: LiveEvent) => void;

/** Named events of the stream (docs/events.md); EventSource hears only what it is told to listen for. */
const names = [
  'ticket:created', 'ticket:updated', 'ticket:deleted', 'ticket:restored', 'ticket:status_changed', 'ticket:assigned', 'ticket:note_added', 'ticket:escalated',
  'ticket:resolved', 'ticket:closed', 'ticket:reopened', 'ticket:merged', 'ticket:unmerged', 'ticket:sla_warning', 'ticket:sla_breached', 'ticket:sla_achieved',
  'customer.created', 'customer.updated', 'customer.deleted', 'contact.created', 'contact.updated', 'contact.deleted',
  'notification:created',
];

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let state: LiveState = 'connecting';
let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let last = '';
let wasLive = false;

/** Called again whenever the connection came back: what was missed must be read again. */
const catchUps = new Set<() => void>();

function become(next: LiveState) {
  if (state === next) return;
  state = next;
  watchers.forEach(w => { w(); });
}

function hear(message: MessageEvent<string>) {
  if (message.lastEventId) last = message.lastEventId;
  const event = JSON.parse(message.data) as LiveEvent;
  listeners.forEach(l => { l(event); });
}

function open() {
  source?.close();
  clearTimeout(retry);
  source = new EventSource('/api/v1/events/stream' + (last ? `?after=${encodeURIComponent(last)}` : ''));
  source.onopen = () => {
    become('live');
    if (wasLive) catchUps.forEach(c => { c(); });
    wasLive = true;
  };
  source.onmessage = hear;
  for (const name of names) source.addEventListener(name, hear as EventListener);
  // the access token has run out, or the right has gone
  source.addEventListener('closed', () => { void renew(); });
  source.onerror = () => { if (source?.readyState === EventSource.CLOSED) void renew(); else become('offline'); };
}

async function renew() {
  source?.close();
  become('offline');
  clearTimeout(retry);
  const isGood = await refreshSession().catch(() => false);
  if (source) retry = setTimeout(open, isGood ? 250 : 3000);
}

/** The one live connection of this page. Whatever carries it is this module's business alone. */
export const live = {
  start() { if (!source) open(); },
  stop() {
    clearTimeout(retry);
    source?.close();
    source = null;
    wasLive = false;
    last = '';
    become('connecting');
  },
  /** Calls the listener for each change; answers how to stop that. */
  on(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  onCatchUp(catchUp: () => void): () => void {
    catchUps.add(catchUp);
    return () => catchUps.delete(catchUp);
  },
};

window.addEventListener('online', () => { if (source) open(); });
window.addEventListener('offline', () => { if (source) become('offline'); });

export function useLiveState(): LiveState {
  return useSyncExternalStore(w => { watchers.add(w); return () => watchers.delete(w); }, () => state);
}
