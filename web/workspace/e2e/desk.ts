import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type APIRequestContext, type Page } from '@playwright/test';
import { password } from './server';

export { expect, password };

/** Of the desk that is started here; of another (E2E_BASE_URL) its own. */
export const admin = process.env.E2E_EMAIL ?? 'admin@example.com';

/** Journeys begin at the server that server.ts started. */
export const test = base.extend({
  // eslint-disable-next-line no-empty-pattern -- how fixtures are declared
  baseURL: async ({}, provide) => { await provide(process.env.E2E_BASE_URL); },
});

export async function signIn(page: Page, email = admin, secret = password) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[type=password]').fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation')).toBeVisible();
}

/** The API as somebody else uses it: with a bearer token, beside the browser. */
export async function apiAs(request: APIRequestContext, email = admin, secret = password) {
  const answer = await request.post('/api/v1/auth/login', { data: { email, password: secret } });
  expect(answer.ok()).toBe(true);
  const { accessToken } = (await answer.json()) as { accessToken: string };
  const headers = { authorization: `Bearer ${accessToken}` };
  async function call<T>(method: string, path: string, data?: unknown): Promise<T> {
    const made = await request.fetch(`/api/v1${path}`, { method, headers: { ...headers, ...(method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {}) }, data });
    expect(made.ok(), `${method} ${path}: ${made.status()} ${made.ok() ? '' : await made.text()}`).toBe(true);
    return (made.status() === 204 ? undefined : await made.json()) as T;
  }

  return { get: <T>(path: string) => call<T>('GET', path), post: <T>(path: string, data: unknown) => call<T>('POST', path, data), put: <T>(path: string, data: unknown) => call<T>('PUT', path, data), delete: (path: string) => call<undefined>('DELETE', path), patch: <T>(path: string, data: unknown) => call<T>('PATCH', path, data) };
}

/** No rule of WCAG 2.2 AA that a machine can check is broken, once what opens or closes has done so: a menu that fades away has no items any more. */
export async function expectAccessible(page: Page) {
  await expect(async () => {
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    expect(violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
  }).toPass({ timeout: 8000 });
}

export interface Ticket { id: string; reference: string; number: number; status: string; priority: string; assigneeId: string | null; version: number }
export type Api = Awaited<ReturnType<typeof apiAs>>;

/** A word that no other journey uses. */
export const unique = () => `j${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

/** Tickets of one journey alone, found by their tag. */
export async function tickets(api: Api, tag: string, subjects: string[], more: object = {}) {
  const { data: contacts } = await api.get<{ data: { id: string; customerId: string }[] }>('/contacts?limit=1');
  const made: Ticket[] = [];
  for (const subject of subjects) {
    made.push(await api.post<Ticket>('/tickets', { subject, description: 'It does not work.\n\nPlease *help*.', tags: [tag], channel: 'email', customerId: contacts[0]!.customerId, contactId: contacts[0]!.id, ...more }));
  }

  return made;
}

export async function colleague(api: Api, request: APIRequestContext, role = 'agent') {
  const email = `${unique()}@journeys.example`;
  const name = `Joan ${role}`;
  const user = await api.post<{ id: string }>('/users', { email, name, role });
  const { link } = await api.post<{ link: string }>(`/users/${user.id}/invite`, {});
  const accepted = await request.post('/api/v1/auth/invitation/accept', { data: { token: link.slice(link.indexOf('#') + 1), password } });
  expect(accepted.ok(), await accepted.text()).toBe(true);
  return { email, name, id: user.id };
}
