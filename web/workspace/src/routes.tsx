import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { meQuery } from './access/me';
import { SignInPage } from './access/SignInPage';
import { ApiProblem, mayBeSignedIn } from './api/client';
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

/** A page's module: its component by name, and what to ask for before it is made. */
type Page = { opening?: (client: QueryClient, search: Search, params: Record<string, string>) => Promise<unknown> } & Record<string, unknown>;

/** How long a page waits for what it shows, in milliseconds: to be made once costs less than to be made without it, and then again. */
const patience = 300;

/** What stands in the address that the desk is opened at for the names in a path; null when it is not such a path. */
const namedIn = (path: string) => new RegExp(`^${path.replace(/\$(\w+)/g, '(?<$1>[^/]+)')}$`).exec(location.pathname);

/** The first page whose path is the address's; those with names come after those without. */
let hasFirst = false;

// One line a page, paths with names after those without; README.md says how to add one.
function page<Path extends string>(path: Path, load: () => Promise<Page>, name: string) {
  const open = async (search: Search, params: Record<string, string>) => {
    // a page that cannot be fetched is its component's matter: after an update of the server it loads anew
    const { opening } = await load().catch((): Page => ({}));
    // what cannot be read is said by the page
    if (opening) await Promise.race([opening(queryClient, search, params).catch(() => undefined), new Promise(resolve => { setTimeout(resolve, patience); })]);
  };

  // the page that the desk is opened at, and what it shows, come while it is asked who is signed in
  const named = hasFirst ? null : namedIn(path);
  if (named) {
    hasFirst = true;
    void load();
    if (mayBeSignedIn()) {
      void queryClient.prefetchQuery(meQuery);
      void open(parseSearch(location.search), { ...named.groups });
    }
  }

  return createRoute({
    getParentRoute: () => desk, path, validateSearch: anySearch, component: lazyRouteComponent(load as unknown as () => Promise<Record<string, never>>, name),
    loader: ({ location: to, params, cause }) => cause === 'stay' ? undefined : open(to.search as Search, params as Record<string, string>),
  });
}

const home = createRoute({ getParentRoute: () => desk, path: '/', beforeLoad: () => { throw redirect({ to: '/tickets', search: { assignee: 'me' } }); } });

const settings = createRoute({ getParentRoute: () => desk, path: '/settings', beforeLoad: () => { throw redirect({ to: '/settings/people' }); } });

const routeTree = root.addChildren([
  signIn, forgot, reset, invitation,
  desk.addChildren([
    home,
    page('/tickets', () => import('./tickets/TicketListPage'), 'TicketListPage'),
    page('/tickets/new', () => import('./tickets/NewTicketPage'), 'NewTicketPage'),
    page('/tickets/$id', () => import('./tickets/TicketPage'), 'TicketPage'),
    page('/customers', () => import('./directory/CustomerListPage'), 'CustomerListPage'),
    page('/customers/import', () => import('./directory/ImportPage'), 'ImportPage'),
    page('/customers/duplicates', () => import('./directory/DuplicatesPage'), 'DuplicatesPage'),
    page('/customers/$id', () => import('./directory/CustomerPage'), 'CustomerPage'),
    page('/contacts', () => import('./directory/OtherLists'), 'ContactListPage'),
    page('/contacts/$id', () => import('./directory/OtherPages'), 'ContactPage'),
    page('/locations', () => import('./directory/OtherLists'), 'LocationListPage'),
    page('/locations/$id', () => import('./directory/OtherPages'), 'LocationPage'),
    page('/assets', () => import('./directory/OtherLists'), 'AssetListPage'),
    page('/assets/$id', () => import('./directory/OtherPages'), 'AssetPage'),
    page('/search', () => import('./search/SearchPage'), 'SearchPage'),
    page('/dashboard', () => import('./reports/DashboardPage'), 'DashboardPage'),
    settings,
    page('/settings/people', () => import('./settings/PeoplePage'), 'PeoplePage'),
    page('/settings/groups', () => import('./settings/GroupsPage'), 'GroupsPage'),
    page('/settings/tokens', () => import('./settings/TokensPage'), 'TokensPage'),
    page('/settings/triggers', () => import('./settings/RulesPage'), 'TriggersPage'),
    page('/settings/automations', () => import('./settings/RulesPage'), 'AutomationsPage'),
    page('/settings/macros', () => import('./settings/MacrosPage'), 'MacrosPage'),
    page('/settings/sla', () => import('./settings/SlaPage'), 'SlaPage'),
    page('/settings/calendars', () => import('./settings/CalendarsPage'), 'CalendarsPage'),
    page('/settings/general', () => import('./settings/GeneralPage'), 'GeneralPage'),
    page('/settings/workflow', () => import('./settings/WorkflowPage'), 'WorkflowPage'),
    page('/settings/categories', () => import('./settings/CategoriesPage'), 'CategoriesPage'),
    page('/settings/fields', () => import('./settings/CategoriesPage'), 'CustomFieldsPage'),
    page('/settings/tags', () => import('./settings/TagsPage'), 'TagsPage'),
    page('/settings/views', () => import('./settings/ViewsPage'), 'ViewsPage'),
    page('/settings/templates', () => import('./settings/TemplatesPage'), 'TemplatesPage'),
    page('/settings/webhooks', () => import('./settings/WebhooksPage'), 'WebhooksPage'),
    page('/settings/deliveries', () => import('./settings/LogPages'), 'DeliveriesPage'),
    page('/settings/suppressions', () => import('./settings/LogPages'), 'SuppressionsPage'),
    page('/settings/audit', () => import('./settings/LogPages'), 'AuditPage'),
    // what is nobody's address still has the way on beside it
    createRoute({ getParentRoute: () => desk, path: '$', component: NotFoundPage }),
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
