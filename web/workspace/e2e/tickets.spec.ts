import { createHmac } from 'node:crypto';
import { apiAs, colleague, expect, expectAccessible, password, signIn, test, tickets, unique, type Ticket } from './desk';

/** RFC 6238 with what authenticator apps use: SHA-1, 30 seconds, six digits. */
function totp(secret: string, at: number) {
  const bits = [...secret].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)!.map(b => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('signing in with a one-time code', async ({ page, request }) => {
  const { email } = await colleague(await apiAs(request), request);
  const own = await apiAs(request, email);
  const { secret } = await own.post<{ secret: string }>('/auth/totp/setup', {});
  await own.post('/auth/totp/confirm', { code: totp(secret, Date.now()) });
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Six-digit code')).toBeFocused();
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('code');
  // the code of the next half minute: the present one was used to confirm
  await page.getByLabel('Six-digit code').fill(totp(secret, Date.now() + 30_000));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation')).toBeVisible();
});

test('triage by keyboard alone: move, take, set status, note, open, go back', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  const [first, second] = await tickets(api, tag, ['Printer is on fire', 'Phone is silent']);
  await signIn(page);
  await page.goto(`/tickets?tag=${tag}&sort=number`);
  await expect(page.getByRole('row')).toHaveCount(3);
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: /Printer is on fire/ })).toBeFocused();
  await page.keyboard.press('a');
  await expect(page.getByText('1 ticket changed')).toBeVisible();
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog', { name: 'Set status…' }).getByRole('textbox')).toBeFocused();
  await page.keyboard.type('progress');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect.poll(async () => (await api.get<Ticket>(`/tickets/${first!.id}`)).status).toBe('in_progress');
  expect((await api.get<Ticket>(`/tickets/${first!.id}`)).assigneeId).not.toBeNull();

  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: /Phone is silent/ })).toBeFocused();
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type('Called back, nobody there');
  await page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await api.get<{ data: { body: string; visibility: string }[] }>(`/tickets/${second!.id}/comments`)).data.map(c => `${c.visibility}: ${c.body}`)).toEqual(['internal: Called back, nobody there']);
  await page.keyboard.press('o');
  await expect(page).toHaveURL(new RegExp(second!.reference));
  await expect(page.getByText('Called back, nobody there')).toBeVisible();
  await page.keyboard.press('u');
  await expect(page).toHaveURL(new RegExp(`tag=${tag}`));
});

test('a reply goes to the customer, a note to nobody outside, and a draft waits', async ({ page, request }) => {
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['Where is my invoice?']);
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  const reply = page.getByRole('region', { name: 'Reply' });
  await expect(reply.getByText(/^Goes to /)).toBeVisible();
  await page.keyboard.press('r');
  await expect(reply.getByRole('textbox', { name: 'Reply' })).toBeFocused();
  await page.keyboard.type('It is **attached** today.');
  await expect(reply.getByText('Draft saved')).toBeVisible();
  await page.reload();
  await expect(reply.getByRole('textbox')).toContainText('It is attached today.');
  await reply.getByRole('button', { name: 'Send reply' }).click();
  await expect(page.getByRole('article', { name: /^Public: / }).filter({ hasText: 'It is attached today.' })).toBeVisible();

  await page.getByRole('radio', { name: 'Internal note' }).click();
  const note = page.getByRole('region', { name: 'Internal note' });
  await expect(note.getByText('Only agents see this. It never reaches the customer.')).toBeVisible();
  await note.getByRole('textbox').click();
  await page.keyboard.type('He asks every month.');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('article', { name: /^Internal note: / })).toContainText('He asks every month.');
  const { data } = await api.get<{ data: { body: string; visibility: string }[] }>(`/tickets/${ticket!.id}/comments?sort=createdAt`);
  expect(data.map(c => `${c.visibility}: ${c.body}`)).toEqual(['public: It is **attached** today.', 'internal: He asks every month.']);
  await expect.poll(async () => (await api.get<{ data: unknown[] }>(`/drafts?ticketId=${ticket!.id}`)).data).toEqual([]);
  await expectAccessible(page);
});

test('a file is dropped in, sent, and read again as it was', async ({ page, request }) => {
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['See the picture']);
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  await page.getByRole('region', { name: 'Reply' }).locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('as it was') });
  await expect(page.getByRole('region', { name: 'Reply' }).getByText('notes.txt')).toBeVisible();
  await page.getByRole('button', { name: 'Send reply' }).click();
  const link = page.getByRole('article').getByRole('link', { name: /notes\.txt/ });
  await expect(link).toBeVisible();
  const file = await page.request.get(await link.getAttribute('href') ?? '');
  expect(await file.text()).toBe('as it was');
});

test('two browsers see each other at once, and nothing moves under the hand', async ({ page, browser, request, baseURL }) => {
  const api = await apiAs(request);
  const tag = unique();
  const [one] = await tickets(api, tag, ['Seen by both', 'Another']);
  const { email } = await colleague(api, request, 'manager');
  await signIn(page);
  await page.goto(`/tickets?tag=${tag}&sort=number`);
  await expect(page.getByRole('row')).toHaveCount(3);
  const other = await (await browser.newContext({ baseURL: baseURL! })).newPage();
  await signIn(other, email);
  await other.goto(`/tickets/${one!.reference}`);
  await other.getByRole('radio', { name: 'Internal note' }).click();
  await other.getByRole('region', { name: 'Internal note' }).getByRole('textbox').click();
  await other.keyboard.type('I am typing');

  await page.keyboard.press('j');
  await page.keyboard.press('p');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type('urgent');
  await page.keyboard.press('Enter');
  await expect(other.getByRole('complementary', { name: 'Details' }).getByText('Urgent')).toBeVisible();
  await page.keyboard.press('o');
  await expect(page.getByText('Joan manager has this ticket open').first()).toBeAttached();
  await page.keyboard.press('n');
  await expect(page.getByRole('textbox', { name: 'Internal note' })).toBeFocused();
  await page.keyboard.type('Mine is first');
  await page.keyboard.press('Control+Enter');
  await expect(other.getByText('Something new arrived while you were writing.')).toBeVisible();
  await expect(other.getByRole('article').filter({ hasText: 'Mine is first' })).toBeVisible();

  // what is new is counted, and comes when asked for
  await page.goto(`/tickets?tag=${tag}`);
  await expect(page.getByRole('row')).toHaveCount(3);
  await tickets(api, tag, ['Just in']);
  await page.getByRole('button', { name: '1 new ticket' }).click();
  await expect(page.getByRole('row').nth(1)).toContainText('Just in');
  await other.context().close();
});

test('many are changed at once, and back again', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  const made = await tickets(api, tag, ['One', 'Two', 'Three']);
  await signIn(page);
  await page.goto(`/tickets?tag=${tag}&sort=number`);
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
  await expect(page.getByRole('toolbar', { name: '3 selected' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Set priority…' }).click();
  await page.getByRole('option', { name: 'Urgent' }).click();
  await expect(page.getByText('3 tickets changed')).toBeVisible();
  const priorities = async () => (await Promise.all(made.map(t => api.get<Ticket>(`/tickets/${t.id}`)))).map(t => t.priority);
  expect(await priorities()).toEqual(['urgent', 'urgent', 'urgent']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone')).toBeVisible();
  expect(await priorities()).toEqual(['normal', 'normal', 'normal']);
});

test('a merge is made and taken back', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  const [kept, gone] = await tickets(api, tag, ['The first of them', 'The same again']);
  await signIn(page);
  await page.goto(`/tickets?tag=${tag}&sort=number`);
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Merge…' }).click();
  await page.getByRole('radio', { name: /The first of them/ }).check();
  await page.getByRole('button', { name: 'Merge', exact: true }).click();
  await expect(page.getByText(`1 ticket merged into ${kept!.reference}`)).toBeVisible();
  await page.goto(`/tickets/${gone!.reference}`);
  await expect(page.getByText('This ticket was merged into')).toBeVisible();
  await page.getByRole('button', { name: 'Undo the merge' }).click();
  await expect(page.getByText('This ticket was merged into')).toBeHidden();
  expect((await api.get<Ticket & { mergedIntoId: string | null }>(`/tickets/${gone!.id}`)).mergedIntoId).toBeNull();

  // what is said of a change covers nothing that is being worked in, on a desk or on a phone
  for (const [width, priority] of [[1360, 'High'], [360, 'Low']] as const) {
    await page.setViewportSize({ width, height: 740 });
    // what is pointed at stays
    await page.mouse.move(width / 2, 600);
    await expect(page.getByText('Undone')).toHaveCount(0);
    await page.getByRole('region', { name: 'Reply' }).getByRole('textbox').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('option', { name: priority }).click();
    const undo = page.getByRole('button', { name: 'Undo', exact: true });
    const said = await page.getByRole('status').filter({ has: undo }).boundingBox();
    const work = await page.getByRole('tabpanel').boundingBox();
    expect(said!.x + said!.width <= work!.x || said!.y + said!.height <= work!.y, JSON.stringify({ said, work })).toBe(true);
    await undo.click();
    await expect(page.getByText('Undone')).toBeVisible();
  }
});

test('why it is due then, and what if', async ({ page, request }) => {
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['When will this be done?']);
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  await page.getByRole('button', { name: 'Explain, and what if…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Explain, and what if…' });
  await expect(dialog.getByRole('table').first()).toBeVisible();
  await dialog.getByLabel('What if the status were').first().click();
  await page.getByRole('option', { name: /Waiting for customer/ }).click();
  await expect(dialog.getByText(/would pause with/).first()).toBeVisible();
});

test('the history says in sentences who did what', async ({ page, request }) => {
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['With a past']);
  await api.patch(`/tickets/${ticket!.id}`, { priority: 'high' });
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}?tab=history`);
  await expect(page.getByText(/changed Priority from Normal to High/)).toBeVisible();
  await expectAccessible(page);

  // what is named by an id is told by its name, and a merge as what it is
  const [other] = await tickets(api, unique(), ['The same past']);
  const { data: [location] } = await api.get<{ data: { id: string; name: string; customerId: string }[] }>('/locations?limit=1');
  await api.patch(`/tickets/${ticket!.id}`, { customerId: location!.customerId, contactId: null, locationId: location!.id });
  await api.post(`/tickets/${ticket!.id}/merge`, { sourceIds: [other!.id] });
  await expect(page.getByText(`set Location to ${location!.name}`)).toBeVisible();
  await expect(page.getByText('merged another ticket into this one')).toBeVisible();
  await page.goto(`/tickets/${other!.reference}?tab=history`);
  await expect(page.getByText('merged this ticket into another')).toBeVisible();
});

test('a ticket is opened for a customer on the phone', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('c');
  await expect(page).toHaveURL(/\/tickets\/new/);
  await page.getByLabel('Subject').fill('Called about the bill');
  await page.getByLabel('Customer').first().click();
  await page.getByRole('option').first().click();
  await expectAccessible(page);
  await page.keyboard.press('Control+Enter');
  await expect(page).toHaveURL(/\/tickets\/TICKET-/);
  await expect(page.getByRole('heading', { name: /Called about the bill/ })).toBeAttached();
});

test.describe('in Spanish', () => {
  test.use({ locale: 'es-ES' });
  test('everything of the frame, the list and the ticket is said in Spanish', async ({ page, request }) => {
    const [ticket] = await tickets(await apiAs(request), unique(), ['Sin internet']);
    await page.goto('/sign-in');
    await page.getByLabel('Correo electrónico').fill('admin@example.com');
    await page.locator('input[type=password]').fill(password);
    await page.getByRole('button', { name: 'Iniciar sesión' }).click();
    await expect(page.getByRole('link', { name: 'Todos los tickets' })).toBeVisible();
    await page.goto(`/tickets/${ticket!.reference}`);
    await expect(page.getByRole('radio', { name: 'Nota interna' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'es');
    await expectAccessible(page);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1360, 360]) {
    test.describe(`${colorScheme}, ${width} pixels wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 760 } });
      test('list and ticket fit and are accessible', async ({ page, request }) => {
        const [ticket] = await tickets(await apiAs(request), unique(), ['A subject that is long enough to be cut off somewhere on a narrow screen, I hope']);
        await page.goto('/sign-in');
        await page.getByLabel('E-mail').fill('admin@example.com');
        await page.locator('input[type=password]').fill(password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await expect(page).not.toHaveURL(/sign-in/);
        for (const path of ['/tickets', `/tickets/${ticket!.reference}`, '/tickets/new']) {
          await page.goto(path);
          await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
          await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
          await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          await expectAccessible(page);
        }
      });
    });
  }
}
