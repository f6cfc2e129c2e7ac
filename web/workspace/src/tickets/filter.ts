import type { Wire } from '../api/client';
import type { Search } from '../shared/search';

type Filters = Wire<'TicketFilters'>;

/** The filters that an address may hold: the API's own names, several values by comma. */
export const listFilters = ['status', 'statusCategory', 'priority', 'type', 'category', 'channel', 'tag', 'assignee', 'group', 'customerId', 'contactId', 'assetId', 'sla', 'follower'] as const;
export type ListFilter = (typeof listFilters)[number];

export const orders = ['updatedAt', 'createdAt', 'priority', 'slaDueAt', 'dueAt', 'number'] as const;
export const defaultSort = '-updatedAt';

/** What is asked of the API for an address, with the conditions of its view. */
export function filterOf(search: Search, viewConditions = ''): Filters {
  const filter: Record<string, string[] | string> = {};
  for (const name of listFilters) {
    const values = search[name]?.split(',').filter(Boolean);
    if (values?.length) filter[name] = values;
  }

  if (search.escalated === 'true' || search.escalated === 'false') filter.escalated = search.escalated;
  const q = [viewConditions, search.q ?? ''].map(s => s.trim()).filter(Boolean).join(' ');
  if (q) filter.q = q;
  return filter as Filters;
}

/** The same in the search language, to be kept as a view. */
export function conditionsOf(search: Search, viewConditions = ''): string {
  const filter = filterOf(search, viewConditions) as Record<string, string[] | string>;
  const names: Record<string, string> = { customerId: 'customer', contactId: 'contact' };
  return Object.entries(filter).map(([name, value]) => name === 'q' ? value as string : `${names[name] ?? name}:${Array.isArray(value) ? value.join(',') : value}`).join(' ');
}

export const isFiltered = (search: Search) => [...listFilters, 'q', 'escalated'].some(name => search[name]);
