import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

/** A wire type by its name in the API's description. */
export type Wire<Name extends keyof components['schemas']> = components['schemas'][Name];

/** An answer that says no: RFC 9457 problem details with a stable `code` (docs/guide/api.md). */
export class ApiProblem extends Error {
  constructor(readonly status: number, readonly body: Partial<Wire<'Problem'>>) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'ApiProblem';
  }

  get code() { return this.body.code ?? ''; }

  /** What is wrong with each field, by its name. */
  get fields(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.body.errors ?? {}).map(([field, messages]) => [field, (messages as string[]).join(' ')]));
  }
}

const isSafe = (method: string) => method === 'GET' || method === 'HEAD';

/** The cookie that a write repeats to show that it comes from our page (Access/Sessions/SessionCookies.cs). */
const csrfToken = () => /(?:^|; )deskhand_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';

/** Whether somebody seems to be signed in here; the server alone knows. */
export const mayBeSignedIn = () => csrfToken() !== '';

let onSignedOut: () => void = () => undefined;

/** Called when the session has ended, whoever ended it. */
export function whenSignedOut(listener: () => void) { onSignedOut = listener; }

let refreshing: Promise<boolean> | null = null;

/**
 * The next pair of tokens. A refresh token is good once, so the tabs of a browser take turns, and one that waited
 * while another refreshed finds the cookies renewed.
 */
export function refreshSession(): Promise<boolean> {
  refreshing ??= inTurn(async () => {
    const last = Number(localStorage.getItem('deskhand.refreshedAt') ?? 0);
    if (Date.now() - last < 10_000) return true;
    const response = await fetch('/api/v1/auth/refresh', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    if (response.ok) localStorage.setItem('deskhand.refreshedAt', String(Date.now()));
    return response.ok;
  }).finally(() => { refreshing = null; });
  return refreshing;
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  // locks exist in secure contexts only (https and loopback)
  return 'locks' in navigator ? navigator.locks.request('deskhand.refresh', work) as Promise<T> : work();
}

/** fetch as the API wants it: same-origin cookies, the CSRF header on writes, and one refresh when the access token has run out. */
export async function apiFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await fetch(signed(request));
  if (response.status !== 401 || new URL(request.url).pathname.startsWith('/api/v1/auth/login')) return response;
  if (await refreshSession()) return fetch(signed(again));
  onSignedOut();
  return response;
}

function signed(request: Request): Request {
  if (!isSafe(request.method)) request.headers.set('X-CSRF-Token', csrfToken());
  return request;
}

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: apiFetch,
  querySerializer: { array: { style: 'form', explode: true } },
});

/** The body of an answer, or the problem thrown. */
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiProblem(response.status, (error ?? {}) as Partial<Wire<'Problem'>>);
  return data as T;
}

/** A patch goes as what it is (RFC 7396). */
export const mergePatch = { headers: { 'content-type': 'application/merge-patch+json' } } as const;

/** For a POST that must not happen twice however often it is sent. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` });
