import { api } from '../api/client';
import { queryClient } from '../api/queryClient';
import { live } from '../live';

/** Ends the session here and on the server; the page is read anew, so that nothing of it stays in memory. */
export async function signOut() {
  live.stop();
  await api.POST('/api/v1/auth/logout').catch(() => undefined);
  queryClient.clear();
  window.location.assign('/sign-in');
}
