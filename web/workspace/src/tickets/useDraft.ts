import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { answer, api, ApiProblem, type Wire } from '../api/client';

export type Audience = 'public' | 'internal';
type Draft = Wire<'DraftResponse'>;

export interface Writing { body: string; attachmentIds: string[]; basedOnVersion: number | null }

const empty: Writing = { body: '', attachmentIds: [], basedOnVersion: null };

/** What is being written on a ticket, a reply and a note apart, kept on the server while it is typed. */
export function useDraft(ticketId: string | undefined, audience: Audience) {
  const client = useQueryClient();
  const key = ['drafts', ticketId];
  const stored = useQuery({ queryKey: key, enabled: Boolean(ticketId), staleTime: Infinity, gcTime: 0, queryFn: () => answer(api.GET('/api/v1/drafts', { params: { query: { ticketId: ticketId! } } })).then(p => p.data) });
  const ids = useRef<Partial<Record<Audience, string>>>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pending = useRef<(() => Promise<void>) | null>(null);
  const chain = useRef<Promise<void>>(Promise.resolve());
  const [state, setState] = useState<'saved' | 'saving' | 'unsaved' | null>(null);

  useEffect(() => {
    for (const d of stored.data ?? []) ids.current[d.visibility] = d.id;
  }, [stored.data]);

  const send = useCallback(async (visibility: Audience, writing: Writing) => {
    const body = { body: writing.body, attachmentIds: writing.attachmentIds, basedOnVersion: writing.basedOnVersion, format: 'markdown' as const };
    const known = ids.current[visibility];
    const isEmpty = writing.body.trim() === '' && writing.attachmentIds.length === 0;
    if (isEmpty) {
      if (known) await api.DELETE('/api/v1/drafts/{id}', { params: { path: { id: known } } });
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of two names
      delete ids.current[visibility];
    } else if (known) {
      await answer(api.PATCH('/api/v1/drafts/{id}', { params: { path: { id: known } }, body: body as never, headers: { 'content-type': 'application/merge-patch+json' } }));
    } else {
      try {
        ids.current[visibility] = (await answer(api.POST('/api/v1/drafts', { body: { ticketId: ticketId!, visibility, ticket: null, ...body } }))).id;
      } catch (error) {
        // begun in another window: go on with that one
        if (!(error instanceof ApiProblem && error.code === 'draft_exists' && error.body.allowed?.[0])) throw error;
        ids.current[visibility] = error.body.allowed[0];
        await answer(api.PATCH('/api/v1/drafts/{id}', { params: { path: { id: error.body.allowed[0] } }, body: body as never, headers: { 'content-type': 'application/merge-patch+json' } }));
      }
    }
  }, [ticketId]);

  /** Notes what is written; it is kept a moment after the last key. */
  const keep = useCallback((visibility: Audience, writing: Writing) => {
    if (!ticketId) return;
    setState('saving');
    clearTimeout(timer.current);
    pending.current = async () => {
      pending.current = null;
      try {
        await send(visibility, writing);
        setState('saved');
      } catch {
        // the words are still in the editor; the next key tries again
        setState('unsaved');
      }
    };
    timer.current = setTimeout(() => { chain.current = chain.current.then(() => pending.current?.()); }, 700);
  }, [send, ticketId]);

  /** Sent: nothing is left to keep. */
  const drop = useCallback(async (visibility: Audience) => {
    clearTimeout(timer.current);
    pending.current = null;
    await chain.current;
    setState(null);
    const id = ids.current[visibility];
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of two names
    delete ids.current[visibility];
    client.setQueryData<Draft[]>(['drafts', ticketId], old => old?.filter(d => d.visibility !== visibility));
    if (id) await api.DELETE('/api/v1/drafts/{id}', { params: { path: { id } } });
  }, [client, ticketId]);

  // what was typed last is not lost by leaving
  useEffect(() => () => { clearTimeout(timer.current); void pending.current?.(); }, []);

  const of = (visibility: Audience): Writing => {
    const d = stored.data?.find(x => x.visibility === visibility);
    return d ? { body: d.body, attachmentIds: d.attachmentIds, basedOnVersion: d.basedOnVersion ?? null } : empty;
  };
  return { isReady: stored.isSuccess || stored.isError, of, current: of(audience), keep, drop, state };
}
