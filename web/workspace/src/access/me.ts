import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { answer, api, type Wire } from '../api/client';

export type Me = Wire<'Me'>;

/** Who is signed in. */
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => answer(api.GET('/api/v1/auth/me')), staleTime: 5 * 60_000 });

export function useMe(): Me & { may: (permission: string) => boolean } {
  const { data } = useSuspenseQuery(meQuery);
  return { ...data, may: permission => data.permissions.includes(permission) };
}
