import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { live, type LiveEvent } from '../live';

/** What is kept true by events, besides lists of tickets. */
const followed = new Set<unknown>(['ticket', 'view-counts', 'ticket-stats', 'notifications', 'customer', 'customers', 'contact', 'contacts']);

/** Says which answers are old after an event. What is on the screen is read again at once, the rest when it is looked at. */
function outdate(client: QueryClient, event: LiveEvent) {
  if (event.entity === 'ticket') {
    // a page knows its ticket by what its address names: id, number or reference
    void client.invalidateQueries({ predicate: ({ queryKey: [what, name] }) => what === 'ticket' && (name === event.id || client.getQueryData<{ id: string }>(['ticket', name, 'itself'])?.id === event.id) });
    soon('lists', () => {
      // a list that is shown keeps itself (useTicketList), so that nothing moves under the hand
      void client.invalidateQueries({ queryKey: ['tickets'], refetchType: 'none' });
      void client.invalidateQueries({ queryKey: ['view-counts'] });
      void client.invalidateQueries({ queryKey: ['ticket-stats'] });
    }, 400);
  } else if (event.entity === 'notification') {
    void client.invalidateQueries({ queryKey: ['notifications'] });
  } else {
    void client.invalidateQueries({ queryKey: [event.entity, event.id] });
    soon(event.entity, () => { void client.invalidateQueries({ queryKey: [`${event.entity}s`] }); }, 800);
  }
}

const waiting = new Map<string, ReturnType<typeof setTimeout>>();

/** Many events at once make one reading; none waits longer than the time given. */
function soon(name: string, work: () => void, within: number) {
  if (waiting.has(name)) return;
  waiting.set(name, setTimeout(() => { waiting.delete(name); work(); }, within));
}

/** Keeps what is shown true: by events while connected, by reading again after a gap. */
export function useLiveQueries() {
  const client = useQueryClient();
  useEffect(() => {
    const stopEvents = live.on(event => { outdate(client, event); });
    const stopGaps = live.onCatchUp(() => { void client.invalidateQueries(); });
    // a page that was opened first was read before anything could be heard; a list of tickets looks for itself (useTicketList)
    const stopBegun = live.onBegun(() => { void client.invalidateQueries({ predicate: ({ queryKey: [what] }) => followed.has(what) }); });
    return () => { stopEvents(); stopGaps(); stopBegun(); };
  }, [client]);
}
