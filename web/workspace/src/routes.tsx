import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { meQuery } from './access/me';
import { SignInPage } from './access/SignInPage';
import { ApiProblem } from './api/client';
import { queryClient } from './api/queryClient';
import { CrashPage, NotFoundPage } from './shared/States';
import { parseSearch, stringifySearch, type Search } from './shared/search';
import { Shell } from './shell/Shell';

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: CrashPage });

/** The search part of an address: flat, all text; each page says what it understands. */
const anySearch = (search: Record<string, unknown>) => search as Search;

const signIn = createRoute({ getParentRoute: () => root, path: '/sign-in', validateSearch: anySearch, component: SignInPage });
const forgot = createRoute({ getParentRoute: () => root, path: '/forgot-password', component: lazyRouteComponent(() => import('./access/ForgotPage'), 'ForgotPage') });
// the addresses that mails carry; the token stands behind # and is never sent to a server's log
const reset = createRoute({ getParentRoute: () => root, path: '/reset-password', component: lazyRouteComponent(() => import('./access/NewPasswordPage'), 'ResetPasswordPage') });
const invitation = createRoute({ getParentRoute: () => root, path: '/invitation', component: lazyRouteComponent(() => import('./access/NewPasswordPage'), 'InvitationPage') });

/** Everything below needs somebody who is signed in. */
const desk = createRoute({
  getParentRoute: () => root,
  id: 'desk',
  component: Shell,
  notFoundComponent: NotFoundPage,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { then: location.href } });
      throw error;
    }
  },
});

// One line a page; README.md says how to add one.
const page = <Path extends string>(path: Path, load: Parameters<typeof lazyRouteComponent>[0], name: string) =>
  createRoute({ getParentRoute: () => desk, path, validateSearch: anySearch, component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name) });

const home = createRoute({ getParentRoute: () => desk, path: '/', beforeLoad: () => { throw redirect({ to: '/tickets', search: { assignee: 'me' } }); } });

const routeTree = root.addChildren([
  signIn, forgot, reset, invitation,
  desk.addChildren([
    home,
    page('/tickets', () => import('./tickets/TicketListPage'), 'TicketListPage'),
    page('/tickets/new', () => import('./tickets/NewTicketPage'), 'NewTicketPage'),
    page('/tickets/$id', () => import('./tickets/TicketPage'), 'TicketPage'),
  ]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  parseSearch,
  stringifySearch,
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: CrashPage,
});

declare module '@tanstack/react-router' {
  interface Register { router: typeof router }
}
