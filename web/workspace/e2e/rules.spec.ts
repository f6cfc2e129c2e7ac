import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from '@playwright/test';
import { apiAs, expect, expectAccessible, signIn, test, tickets, unique, type Api, type Ticket } from './desk';

/** Takes what webhooks send, and keeps it. */
async function receiver() {
  const took: { headers: IncomingHttpHeaders; type: string; subject?: string }[] = [];
  const answers = { status: 200, body: 'taken' };
  const server = createServer((request, answer) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => { parts.push(part); });
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as { eventType: string; data: { ticket?: { subject: string } } };
      took.push({ headers: request.headers, type: body.eventType, ...(body.data.ticket ? { subject: body.data.ticket.subject } : {}) });
      answer.writeHead(answers.status).end(answers.body);
    });
  });
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve); });
  return { took, answers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/desk`, close: () => new Promise(resolve => { server.close(resolve); server.closeAllConnections(); }) };
}

const tagged = (tag: string) => ({ field: 'tags', operator: 'contains', value: [tag] });

/** The whole desk works in these journeys too: what they set up goes when they end, however they end. */
async function during<T>(api: Api, made: string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    for (const path of made) await api.delete(path);
  }
}

async function choose(page: Page, within: Locator, what: string, option: string) {
  await within.getByRole('combobox', { name: what }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('a category is merged into another, subcategory by subcategory', async ({ page, request }) => {
  const api = await apiAs(request);
  const key = unique();
  const from = await api.post<{ id: string }>('/categories', { key: `${key}_a`, name: `Lines ${key}`, subcategories: ['copper', 'fibre'] });
  const into = await api.post<{ id: string }>('/categories', { key: `${key}_b`, name: `Access ${key}`, subcategories: ['fibre', 'old wires'] });
  const [copper] = await tickets(api, key, ['On copper'], { category: `${key}_a`, subcategory: 'copper' });
  const [fibre] = await tickets(api, key, ['On fibre'], { category: `${key}_a`, subcategory: 'fibre' });
  await during(api, [`/categories/${from.id}`], async () => {
    await signIn(page);
    await page.goto('/settings/categories');
    await page.getByRole('button', { name: `More for Lines ${key}` }).click();
    await page.getByRole('menuitem', { name: 'Merge into another…' }).click();
    const dialog = page.getByRole('dialog', { name: `Merge Lines ${key}` });
    await choose(page, dialog, 'Into', `Access ${key}`);
    const preview = dialog.getByRole('status');
    await expect(preview).toContainText('2 tickets go there');
    // the other category has no copper: somebody must say what becomes of it
    await expect(dialog.getByRole('button', { name: 'Merge', exact: true })).toBeDisabled();
    await expectAccessible(page);
    await choose(page, preview, 'What copper becomes', 'old wires');
    await dialog.getByRole('button', { name: 'Merge', exact: true }).click();
    await expect(page.getByText(`Merging Lines ${key} is under way`)).toBeVisible();
    const place = async (id: string) => { const { category, subcategory } = await api.get<{ category: string; subcategory: string | null }>(`/tickets/${id}`); return [category, subcategory]; };
    await expect.poll(() => place(copper!.id)).toEqual([`${key}_b`, 'old wires']);
    await expect.poll(() => place(fibre!.id)).toEqual([`${key}_b`, 'fibre']);
    // it takes no new ones from then on
    await expect(page.getByRole('row').filter({ hasText: `Lines ${key}` })).toContainText('No');
  });
  await api.patch(`/categories/${into.id}`, { active: false });
});

test('a webhook has headers of its own, which nobody is shown again, and a rule calls it', async ({ page, request }) => {
  const api = await apiAs(request);
  const word = unique();
  const there = await receiver();
  const made: string[] = [];
  await during(api, made, async () => {
    await signIn(page);
    await page.goto('/settings/webhooks?new=1');
    const form = page.getByRole('dialog', { name: 'New webhook' });
    await form.getByLabel('Address').fill(there.url);
    await form.getByLabel('Description').fill(`Planner ${word}`);
    await form.getByRole('button', { name: 'Remove *' }).or(form.locator('.mantine-Pill-remove')).first().click();
    await form.getByRole('combobox', { name: 'Events' }).fill('view.deleted');
    await page.keyboard.press('Enter');
    await form.getByLabel('Headers').fill('Host: elsewhere');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(form.getByText('Host is set by the desk or by the connection.')).toBeVisible();
    await form.getByLabel('Headers').fill(`Authorization: Bearer ${word}`);
    await form.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByTestId('secret')).toBeVisible();
    await page.getByRole('button', { name: 'Done' }).click();
    const { data } = await api.get<{ data: { id: string; url: string }[] }>('/webhooks?limit=100');
    const webhook = data.find(w => w.url === there.url)!;
    made.unshift(`/webhooks/${webhook.id}`);

    await page.goto('/settings/triggers?new=1');
    const rule = page.getByRole('dialog', { name: 'New trigger' });
    await rule.getByLabel('Name').fill(`Call ${word}`);
    await rule.getByRole('button', { name: 'Add a condition' }).first().click();
    await choose(page, rule, 'Field', 'Tags');
    await rule.getByRole('group', { name: 'Tags' }).getByRole('combobox', { name: 'Value' }).fill(word);
    await page.keyboard.press('Enter');
    await rule.getByRole('button', { name: 'Add an action' }).click();
    await choose(page, rule, 'Action', 'Call a webhook');
    await choose(page, rule.getByRole('group', { name: 'Call a webhook' }), 'Value', `Planner ${word}`);
    const [before] = await tickets(api, word, ['From before']);
    await rule.getByRole('button', { name: 'Try on past tickets' }).click();
    await expect(rule.getByRole('listitem').filter({ hasText: before!.reference })).toContainText(`would call: Planner ${word}`);
    await expectAccessible(page);
    await rule.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('button', { name: `Call ${word}`, exact: true })).toBeVisible();
    const { data: triggers } = await api.get<{ data: { id: string; name: string }[] }>('/triggers?limit=100');
    made.unshift(`/triggers/${triggers.find(r => r.name === `Call ${word}`)!.id}`);
    // trying called nobody
    expect(there.took).toEqual([]);

    await tickets(api, word, ['Splice needed']);
    await expect.poll(() => there.took.map(r => [r.type, r.subject, r.headers.authorization])).toEqual([['ticket.rule_fired', 'Splice needed', `Bearer ${word}`]]);

    // the value is kept by its stars, and another header comes beside it
    await page.goto(`/settings/webhooks?edit=${webhook.id}`);
    const edit = page.getByRole('dialog', { name: `Edit ${there.url}` });
    await expect(edit.getByLabel('Headers')).toHaveValue('Authorization: ***');
    await edit.getByLabel('Headers').fill('Authorization: ***\nX-Desk: south');
    await expectAccessible(page);
    await edit.getByRole('button', { name: 'Save' }).click();
    await expect(edit).toBeHidden();
    await page.getByRole('button', { name: `More for ${there.url}` }).click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    await expect.poll(() => there.took.map(r => [r.type, r.headers.authorization, r.headers['x-desk']])).toContainEqual(['webhook.tested', `Bearer ${word}`, 'south']);

    // what was sent is to be seen, and the value nowhere
    const attempts = page.getByRole('dialog', { name: 'Attempts' });
    await expect(attempts.getByRole('row').filter({ hasText: '200' }).first()).toBeVisible();
    await expect(page.locator('tr').filter({ hasText: there.url }).last()).toContainText('Working');
    await attempts.getByRole('button', { name: 'Details' }).last().click();
    await expect(attempts.getByText('Splice needed')).toBeVisible();
    await expectAccessible(page);
    expect(await page.content()).not.toContain(`Bearer ${word}`);
  }).finally(there.close);
});

test('a webhook that fails says so and why, and what it missed is sent again', async ({ page, request }) => {
  const api = await apiAs(request);
  const there = await receiver();
  Object.assign(there.answers, { status: 503, body: 'closed for the night' });
  const { id } = await api.post<{ id: string }>('/webhooks', { url: there.url, events: ['view.deleted'] });
  await during(api, [`/webhooks/${id}`], async () => {
    await signIn(page);
    await page.goto('/settings/webhooks');
    const row = page.locator('tr').filter({ hasText: there.url }).last();
    await expect(row).toContainText('Working');
    await page.getByRole('button', { name: `More for ${there.url}` }).click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    await expect.poll(() => there.took.length).toBe(1);

    // told while one looks on
    const attempts = page.getByRole('dialog', { name: 'Attempts' });
    await attempts.getByRole('switch', { name: 'Failed only' }).check({ force: true });
    const attempt = attempts.getByRole('row').filter({ hasText: '503' });
    await expect(attempt).toBeVisible();
    await attempt.getByRole('button', { name: 'Details' }).click();
    await expect(attempts.getByText('closed for the night')).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(row).toContainText('Failing');

    Object.assign(there.answers, { status: 200, body: 'taken' });
    await page.getByRole('button', { name: `More for ${there.url}` }).click();
    await page.getByRole('menuitem', { name: 'Attempts' }).click();
    await attempts.getByRole('row').filter({ hasText: '503' }).first().getByRole('button', { name: 'Send again' }).click();
    await expect.poll(() => there.took.length).toBe(2);
    await expect(attempts.getByRole('row').filter({ hasText: '200' }).first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(row).toContainText('Working');
  }).finally(there.close);
});

test('mail that was given up has a way to go again, and a desk without a mail server says so', async ({ page, request }) => {
  const api = await apiAs(request);
  const { data: parked } = await api.get<{ data: { to: string }[] }>('/deliveries?state=parked&limit=1');
  await signIn(page);
  await page.goto(`/settings/deliveries?to=${encodeURIComponent(parked[0]!.to)}`);
  const row = page.getByRole('row').filter({ hasText: 'Held back' }).first();
  await row.getByRole('button', { name: `More for ${parked[0]!.to}` }).click();
  await page.getByRole('menuitem', { name: 'Send again' }).click();
  await expect(page.getByText('This desk has no mail server')).toBeVisible();
  await expect(row).toBeVisible();
});

test('the history tells which rule did what to a ticket, or why it could not', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  const created = { field: 'event', operator: 'is', value: 'created' };
  const rule = (name: string, condition: object, ...actions: object[]) => api.post<{ id: string }>('/triggers', { name: `${name} ${tag}`, conditions: { all: [condition, tagged(tag)] }, actions });
  const [raise, shut, talk] = [
    await rule('Raise', created, { type: 'set_priority', value: 'high' }, { type: 'add_tags', value: ['raised'] }, { type: 'notify', to: 'managers', value: 'Look' }),
    await rule('Shut', created, { type: 'set_status', value: 'closed' }),
    await rule('Talk', { field: 'event', operator: 'is', value: 'updated' }, { type: 'notify', to: 'managers', value: 'Again' }),
  ];
  await during(api, [raise, shut, talk].map(r => `/triggers/${r.id}`), async () => {
    const [ticket] = await tickets(api, tag, ['With rules']);
    const [quiet] = await tickets(api, unique(), ['Without rules']);
    await signIn(page);
    await page.goto(`/tickets/${ticket!.reference}`);
    await expect(page.getByRole('tab', { name: 'History' })).toBeVisible();
    await page.keyboard.press('h');
    await page.getByText('Rules', { exact: true }).click();
    await expect(page).toHaveURL(/show=rules/);
    const runs = page.getByRole('list', { name: 'Rules' }).getByRole('listitem');
    await expect(runs).toHaveCount(2);
    await expect(runs.filter({ hasText: 'Raise' })).toContainText(`Rule “Raise ${tag}” (version 1) changed Priority and Tags and notified Managers`);
    await expect(runs.filter({ hasText: 'Shut' })).toContainText(`Rule “Shut ${tag}” (version 1) could not do what it should, and did nothing: `);
    await expectAccessible(page);

    // the ticket changes elsewhere: what the rules made of it comes by itself
    await api.patch(`/tickets/${ticket!.id}`, { priority: 'low' });
    await expect(runs).toHaveCount(3);
    await expect(runs.first()).toContainText(`Rule “Talk ${tag}” (version 1) notified Managers`);

    // more than are read at once
    const page50 = /\/rules\?limit=50/;
    await page.route(page50, route => route.continue({ url: route.request().url().replace('limit=50', 'limit=2') }));
    await page.reload();
    await expect(runs).toHaveCount(2);
    await expect(page.getByText('2 of 3')).toBeVisible();
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect(runs).toHaveCount(3);
    await page.unroute(page50);

    await page.getByRole('link', { name: `Rule “Raise ${tag}”` }).click();
    await expect(page.getByRole('dialog', { name: `Edit Raise ${tag}` })).toBeVisible();

    await page.goto(`/tickets/${quiet!.reference}?tab=history&show=rules`);
    await expect(page.getByText('No rule has done anything here.')).toBeVisible();
    await expectAccessible(page);

    // it cannot be read, and then it can
    await page.route('**/api/v1/tickets/*/rules*', route => route.abort());
    await page.goto(`/tickets/${ticket!.reference}?tab=history&show=rules`);
    await expect(page.getByRole('alert')).toBeVisible();
    await page.unroute('**/api/v1/tickets/*/rules*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(runs).toHaveCount(3);

    await page.setViewportSize({ width: 360, height: 740 });
    await page.evaluate(() => { localStorage.setItem('deskhand.language', 'es'); });
    await page.reload();
    await expect(page.getByText(`Regla «Talk ${tag}»`).first()).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await expectAccessible(page);
  });
});

test('an automation is tried on the tickets of this moment, and nothing happens to them', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  const [one, other] = await tickets(api, tag, ['Still waiting', 'Waiting too']);
  const version = async () => Promise.all([one!, other!].map(async x => (await api.get<Ticket>(`/tickets/${x.id}`)).version));
  const before = await version();
  await signIn(page);
  await page.goto('/settings/automations?new=1');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(`Remind ${tag}`);
  // it is looked at by the minute: off, it is tried only
  await dialog.getByRole('switch', { name: 'On', exact: true }).uncheck({ force: true });
  await dialog.getByRole('switch', { name: 'Only once for each ticket' }).check({ force: true });
  await dialog.getByRole('button', { name: 'Add a condition' }).first().click();
  await dialog.getByRole('group', { name: 'Hours in this status' }).getByRole('textbox', { name: 'Value' }).fill('0');
  await dialog.getByRole('button', { name: 'Add a condition' }).first().click();
  await choose(page, dialog.getByRole('group', { name: 'Status', exact: true }), 'Field', 'Tags');
  await dialog.getByRole('group', { name: 'Tags' }).getByRole('combobox', { name: 'Value' }).fill(tag);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await choose(page, dialog, 'Action', 'Add tags');
  await dialog.getByRole('group', { name: 'Add tags' }).getByRole('combobox', { name: 'Value' }).fill('reminded');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await choose(page, dialog.getByRole('group', { name: 'Set the priority' }), 'Action', 'Notify');
  const notify = dialog.getByRole('group', { name: 'Notify' });
  await choose(page, notify, 'To', 'Followers');
  await notify.getByRole('textbox', { name: 'Value' }).fill('It waits.');

  const attempt = dialog.getByRole('button', { name: 'Try on tickets as they are now' });
  await attempt.click();
  await expect(dialog.getByText('It would take up 2 tickets now.')).toBeVisible();
  await expect(dialog.getByText('Nothing was written.')).toBeVisible();
  const found = dialog.getByRole('listitem').filter({ hasText: one!.reference });
  await expect(found).toContainText('Still waiting');
  await expect(found).toContainText(`Tags: ${tag} → ${tag}, reminded · would notify: Followers`);
  await expectAccessible(page);

  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: `Remind ${tag}`, exact: true }).click();
  const { data } = await api.get<{ data: { id: string; name: string }[] }>('/automations?limit=100');
  await during(api, [`/automations/${data.find(r => r.name === `Remind ${tag}`)!.id}`], async () => {
    // as it would be, not as it is saved
    await dialog.getByRole('group', { name: 'Hours in this status' }).getByRole('textbox', { name: 'Value' }).fill('24');
    await attempt.click();
    await expect(dialog.getByText('It would take up 0 tickets now.')).toBeVisible();
    await dialog.getByRole('group', { name: 'Hours in this status' }).getByRole('textbox', { name: 'Value' }).fill('0');
    await attempt.click();
    await expect(dialog.getByText('It would take up 2 tickets now.')).toBeVisible();
    // what is wrong stands there too
    await dialog.getByRole('group', { name: 'Hours in this status' }).getByRole('button', { name: 'Remove' }).click();
    await attempt.click();
    await expect(dialog.getByRole('alert')).toContainText('waits for time to pass');
    expect(await version()).toEqual(before);
  });
});
