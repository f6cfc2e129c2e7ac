import type { Wire } from './client';

interface Page<T> { data: T[]; pagination: Wire<'Pagination'> }

/** All of a list, read page by page: for what a desk defines, such as its groups and webhooks, which are counted in dozens. */
export async function every<T>(read: (page: { limit: string; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null | undefined; ;) {
    const { data, pagination } = await read({ limit: '100', ...(cursor ? { cursor } : {}) });
    found.push(...data);
    cursor = pagination.nextCursor;
    if (!cursor) return found;
  }
}
