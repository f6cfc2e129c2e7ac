import i18next from 'i18next';
import { answer, api, ApiProblem, type Wire } from '../api/client';
import { queryClient } from '../api/queryClient';
import { toast, toastError } from '../shared/toast';
import type { Ticket } from './rulebook';

/** Which tickets: some, or everything that a filter matches. */
export type Which = { ids: string[] } | { filter: Wire<'TicketFilters'>; count: number };

type Body = Partial<Pick<Wire<'UpdateManyBody'>, 'addTags' | 'removeTags' | 'delete' | 'reason'>> & {
  set?: Record<string, unknown>;
  comment?: { body: string; visibility: 'public' | 'internal'; format: 'markdown' };
};

const mostAtOnce = 100;

interface Made { jobs: string[]; done: number; failed: number; why: string | undefined }

/**
 * Changes tickets, one or a million, and says how it went with a way back: every change goes by `update_many`, whose jobs can be undone.
 * Each ticket is by itself, so one that is refused holds up no other.
 */
export async function change(which: Which, body: Body, said?: string, onProgress?: (done: number, total: number) => void): Promise<Made> {
  const made: Made = { jobs: [], done: 0, failed: 0, why: undefined };
  const back = 'ids' in which ? showAtOnce(which.ids, body) : () => undefined;
  try {
    if ('ids' in which) await byIds(which.ids, body, made, onProgress);
    else await byFilter(which, body, made, onProgress);
  } catch (error) {
    back();
    toastError(error);
    throw error;
  }

  if (made.failed > 0) back();
  tell(made, said);
  refresh('ids' in which ? which.ids : null);
  return made;
}

async function byIds(ids: string[], body: Body, made: Made, onProgress?: (done: number, total: number) => void) {
  for (let i = 0; i < ids.length; i += mostAtOnce) {
    const some = ids.slice(i, i + mostAtOnce);
    const result = await answer(api.PUT('/api/v1/tickets/update_many', { body: { ids: some, ...body } as never })) as Wire<'BulkResponse'>;
    made.jobs.push(result.jobId);
    for (const r of result.results) {
      if (r.state === 'done') made.done++;
      if (r.state !== 'failed') continue;
      made.failed++;
      const problem = r.problem as { detail?: string; message?: string } | null;
      made.why ??= problem?.detail ?? problem?.message;
    }

    onProgress?.(Math.min(i + mostAtOnce, ids.length), ids.length);
  }
}

async function byFilter(which: { filter: Wire<'TicketFilters'>; count: number }, body: Body, made: Made, onProgress?: (done: number, total: number) => void) {
  let job = await answer(api.PUT('/api/v1/tickets/update_many', { body: { filter: which.filter, ...body } as never })) as Wire<'JobResponse'>;
  made.jobs.push(job.id);
  while (job.state === 'queued' || job.state === 'running') {
    onProgress?.(job.done + job.failed, job.total ?? which.count);
    await new Promise(resolve => setTimeout(resolve, 300));
    job = await answer(api.GET('/api/v1/jobs/{id}', { params: { path: { id: job.id } } }));
  }

  made.done = job.done;
  made.failed = job.failed;
  if (job.problem) throw new ApiProblem(409, job.problem as Partial<Wire<'Problem'>>);
}

function tell(made: Made, said?: string) {
  const { t } = i18next;
  const undo = made.done > 0 ? () => takeBack(made.jobs) : undefined;
  if (made.failed > 0) toastError(new Error(t('tickets.act.failed', { count: made.failed, why: made.why ?? '' })));
  if (made.done > 0) toast(said ?? t('tickets.act.done', { count: made.done }), undo);
  else if (made.failed === 0) toast(t('tickets.act.nothing'));
}

async function takeBack(jobs: string[]) {
  for (const id of [...jobs].reverse()) {
    let job = await answer(api.POST('/api/v1/jobs/{id}/undo', { params: { path: { id } } })) as Wire<'JobResponse'>;
    while (job.state === 'queued' || job.state === 'running') {
      await new Promise(resolve => setTimeout(resolve, 200));
      job = await answer(api.GET('/api/v1/jobs/{id}', { params: { path: { id: job.id } } }));
    }
  }

  refresh(null);
}

/** Reads again what was changed: a few tickets one by one, many as the list that they stand in. */
function refresh(ids: string[] | null) {
  if (ids && ids.length <= 5) ids.forEach(id => { void reread(id); });
  else void queryClient.invalidateQueries({ queryKey: ['tickets'] });
  void queryClient.invalidateQueries({ queryKey: ['ticket'] });
  void queryClient.invalidateQueries({ queryKey: ['view-counts'] });
}

type Pages = { pages: Wire<'PageOfTicket'>[]; pageParams: unknown[] };

/** Puts a ticket as it is now in the place where lists show it; nothing moves. */
export function putInPlace(ticket: Ticket) {
  queryClient.setQueriesData<Pages>({ queryKey: ['tickets'], predicate: q => 'pages' in ((q.state.data ?? {}) as object) }, lists => lists && {
    ...lists,
    pages: lists.pages.map(p => p.data.some(r => r.id === ticket.id) ? { ...p, data: p.data.map(r => r.id === ticket.id && r.version <= ticket.version ? ticket : r) } : p),
  });
}

export async function reread(id: string) {
  try {
    putInPlace(await answer(api.GET('/api/v1/tickets/{id}', { params: { path: { id } } })));
  } catch (error) {
    // deleted, or not ours any more: the list shows it when it is read again
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
  }
}

/** Shows the change before the server has said yes; answers how to take that back. */
function showAtOnce(ids: string[], body: Body): () => void {
  const set = (body.set ?? {}) as Partial<Ticket>;
  const before = queryClient.getQueriesData<Pages>({ queryKey: ['tickets'] });
  const known = new Set(ids);
  if (Object.keys(set).length === 0) return () => undefined;
  queryClient.setQueriesData<Pages>({ queryKey: ['tickets'], predicate: q => 'pages' in ((q.state.data ?? {}) as object) }, lists => lists && {
    ...lists,
    pages: lists.pages.map(p => ({ ...p, data: p.data.map(r => known.has(r.id) ? { ...r, ...set } : r) })),
  });
  return () => { before.forEach(([key, data]) => { queryClient.setQueryData(key, data); }); };
}
