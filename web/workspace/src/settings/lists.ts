import { queryOptions, useQuery } from '@tanstack/react-query';
import { useMe } from '../access/me';
import { answer, api } from '../api/client';
import { every } from '../api/every';
import { agentsQuery, categoriesQuery, customFieldsQuery, groupsQuery, statusesQuery } from '../tickets/rulebook';

const webhooks = queryOptions({ queryKey: ['webhooks', 'all'], staleTime: 5 * 60_000, queryFn: () => every(page => answer(api.GET('/api/v1/webhooks', { params: { query: page } }))) });
const calendars = queryOptions({ queryKey: ['calendars', 'all'], staleTime: 5 * 60_000, queryFn: () => every(page => answer(api.GET('/api/v1/sla/calendars', { params: { query: page } }))) });

/** What a desk defines, for choices: counted in dozens. */
export const usePeople = () => useQuery(agentsQuery).data ?? [];
export const useGroups = () => useQuery(groupsQuery).data ?? [];
export const useStatuses = () => useQuery(statusesQuery).data ?? [];
export const useCategories = () => useQuery(categoriesQuery).data ?? [];
export const useCustomFields = () => useQuery(customFieldsQuery).data ?? [];
export const useCalendars = () => useQuery(calendars).data ?? [];
export const useWebhooks = () => useQuery({ ...webhooks, enabled: useMe().may('webhooks:manage') }).data ?? [];
