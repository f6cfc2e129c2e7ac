import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';
import { every } from '../api/every';

export type Ticket = Wire<'TicketResponse'>;
export type StatusCategory = Ticket['statusCategory'];

const hour = 60 * 60_000;

export const statusesQuery = queryOptions({ queryKey: ['statuses'], staleTime: hour, queryFn: () => every(page => answer(api.GET('/api/v1/statuses', { params: { query: page } }))) });
export const agentsQuery = queryOptions({ queryKey: ['users', 'all'], staleTime: hour, queryFn: () => every(page => answer(api.GET('/api/v1/users', { params: { query: page } }))) });
export const groupsQuery = queryOptions({ queryKey: ['groups', 'all'], staleTime: hour, queryFn: () => every(page => answer(api.GET('/api/v1/groups', { params: { query: page } }))) });
export const categoriesQuery = queryOptions({ queryKey: ['categories', 'all'], staleTime: hour, queryFn: () => every(page => answer(api.GET('/api/v1/categories', { params: { query: page } }))) });
export const customFieldsQuery = queryOptions({ queryKey: ['custom-fields', 'all'], staleTime: hour, queryFn: () => every(page => answer(api.GET('/api/v1/custom-fields', { params: { query: page } }))) });
const tagsQuery = (search: string) => queryOptions({ queryKey: ['tags', 'find', search], staleTime: 5 * 60_000, queryFn: () => answer(api.GET('/api/v1/tags', { params: { query: { limit: '100', ...(search ? { search } : {}) } } })).then(p => p.data) });

/** The same object until one of the lists changes, so that hundreds of cells can be given it. */
function combine([statuses, agents, groups, categories]: [Read<Wire<'StatusResponse'>>, Read<Wire<'UserResponse'>>, Read<Wire<'GroupResponse'>>, Read<Wire<'CategoryResponse'>>]) {
  const status = (key: string) => statuses.data?.find(s => s.key === key);
  const agent = (id: string | null | undefined) => (id ? agents.data?.find(a => a.id === id) : undefined);
  const group = (id: string | null | undefined) => (id ? groups.data?.find(g => g.id === id) : undefined);
  const category = (key: string) => categories.data?.find(c => c.key === key);
  return { statuses: statuses.data ?? [], agents: agents.data ?? [], groups: groups.data ?? [], categories: categories.data ?? [], status, agent, group, category };
}

type Read<T> = { data: T[] | undefined };
export type Rulebook = ReturnType<typeof combine>;

/** The most used tags that begin with what is being typed, or that began with what was typed before. */
export function useTagsFrom(typed: string): string[] {
  const [asked] = useDebouncedValue(typed.trim(), 120);
  return useQuery({ ...tagsQuery(asked), placeholderData: keepPreviousData }).data?.map(tag => tag.name) ?? [];
}

/** What a desk calls things: statuses, people, groups, categories, by their keys. Asked once by a list and handed to its rows: each use watches four queries. */
export const useRulebook = (): Rulebook => useQueries({ queries: [statusesQuery, agentsQuery, groupsQuery, categoriesQuery], combine });

/** Many single questions asked at once become few. */
function batched<T extends { id: string }>(fetchMany: (ids: string[]) => Promise<T[]>) {
  let waiting = new Map<string, { resolve: (found: T | null) => void; reject: (error: unknown) => void }[]>();
  async function send() {
    const asked = waiting;
    waiting = new Map();
    const ids = [...asked.keys()];
    for (let i = 0; i < ids.length; i += 100) {
      const some = ids.slice(i, i + 100);
      try {
        const found = new Map((await fetchMany(some)).map(f => [f.id, f]));
        for (const id of some) asked.get(id)!.forEach(w => { w.resolve(found.get(id) ?? null); });
      } catch (error) {
        for (const id of some) asked.get(id)!.forEach(w => { w.reject(error); });
      }
    }
  }

  return (id: string) => new Promise<T | null>((resolve, reject) => {
    if (waiting.size === 0) setTimeout(() => { void send(); }, 5);
    waiting.set(id, [...waiting.get(id) ?? [], { resolve, reject }]);
  });
}

const oneCustomer = batched(ids => answer(api.GET('/api/v1/customers', { params: { query: { ids, limit: '100' } } })).then(p => p.data));
const oneContact = batched(ids => answer(api.GET('/api/v1/contacts', { params: { query: { ids, limit: '100' } } })).then(p => p.data));

export const customerQuery = (id: string) => queryOptions({ queryKey: ['customer', id], staleTime: 10 * 60_000, queryFn: () => oneCustomer(id) });
export const contactQuery = (id: string) => queryOptions({ queryKey: ['contact', id], staleTime: 10 * 60_000, queryFn: () => oneContact(id) });

export function useCustomer(id: string | null | undefined) {
  return useQuery({ ...customerQuery(id ?? ''), enabled: Boolean(id) }).data ?? undefined;
}

export function useContact(id: string | null | undefined) {
  return useQuery({ ...contactQuery(id ?? ''), enabled: Boolean(id) }).data ?? undefined;
}

export const contactName = (c: { firstName: string; lastName: string }) => `${c.firstName} ${c.lastName}`.trim();

export const priorities = ['urgent', 'high', 'normal', 'low'] as const;
export const statusCategories = ['new', 'open', 'pending', 'on_hold', 'solved', 'closed'] as const;
