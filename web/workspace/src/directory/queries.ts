import { queryOptions } from '@tanstack/react-query';
import { answer, api } from '../api/client';

const path = (id: string) => ({ params: { path: { id } } });

export const customerItself = (id: string) => queryOptions({ queryKey: ['customer', id, 'itself'], queryFn: () => answer(api.GET('/api/v1/customers/{id}', path(id))) });
export const contactItself = (id: string) => queryOptions({ queryKey: ['contact', id, 'itself'], queryFn: () => answer(api.GET('/api/v1/contacts/{id}', path(id))) });
export const locationItself = (id: string) => queryOptions({ queryKey: ['location', id, 'itself'], queryFn: () => answer(api.GET('/api/v1/locations/{id}', path(id))) });
export const assetItself = (id: string) => queryOptions({ queryKey: ['asset', id, 'itself'], queryFn: () => answer(api.GET('/api/v1/assets/{id}', path(id))) });

export const fullName = (contact: { firstName: string; lastName: string }) => `${contact.firstName} ${contact.lastName}`.trim();

/** The values of a filter in an address. */
export const several = (text: string | undefined) => text?.split(',').filter(Boolean) ?? [];
