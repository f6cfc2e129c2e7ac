import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

export const password = process.env.E2E_PASSWORD ?? 'a-password-for-journeys';

/** Starts the real server on demonstration data with the built workspace; E2E_BASE_URL instead names one that runs already. */
export default async function start(): Promise<() => Promise<void>> {
  if (process.env.E2E_BASE_URL) return () => Promise.resolve();
  const folder = mkdtempSync(path.join(tmpdir(), 'deskhand-e2e-'));
  const port = await freePort();
  const server = spawn(process.env.DESKHAND_SERVER ?? path.join(root, 'src/Deskhand.Server/bin/Debug/net10.0/deskhand'), ['serve'], {
    cwd: folder,
    env: {
      ...process.env, DESKHAND_DATA: path.join(folder, 'data'), DESKHAND_PORT: String(port), DESKHAND_ADMIN_PASSWORD: password, DESKHAND_RATE_LIMIT: '1000000', DESKHAND_WEBHOOKS_PRIVATE: 'true',
      ASPNETCORE_WEBROOT: path.join(root, 'web/dist'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  server.stdout.on('data', (text: Buffer) => { said.push(text.toString()); });
  server.stderr.on('data', (text: Buffer) => { said.push(text.toString()); });
  process.env.E2E_BASE_URL = `http://127.0.0.1:${port}`;
  await ready(server, `${process.env.E2E_BASE_URL}/health/ready`, said);
  await silence(`${process.env.E2E_BASE_URL}/api/v1`, 'Common cause');
  return async () => {
    const ended = new Promise(resolve => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
}

async function ready(server: ChildProcess, address: string, said: string[]) {
  const until = Date.now() + 240_000;
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}:\n${said.join('')}`);
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 200));
  }

  server.kill('SIGKILL');
  throw new Error(`The server was not ready in time:\n${said.join('')}`);
}

/** Journeys make tickets alike, and more of them when one is tried again: the rule that looks for those would speak up in the middle of others. */
async function silence(api: string, rule: string) {
  async function call<T>(method: string, place: string, body?: object, token?: string) {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(api + place, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${place}: ${answer.status} ${await answer.text()}`);
    return await answer.json() as T;
  }

  const { accessToken } = await call<{ accessToken: string }>('POST', '/auth/login', { email: 'admin@example.com', password });
  const { data } = await call<{ data: { id: string; name: string }[] }>('GET', '/triggers?limit=100', undefined, accessToken);
  await call('PATCH', `/triggers/${data.find(t => t.name === rule)!.id}`, { active: false }, accessToken);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => { resolve(port); });
    });
  });
}
