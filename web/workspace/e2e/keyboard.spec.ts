import { apiAs, colleague, expect, expectAccessible, password, signIn, test, tickets, unique, type Ticket } from './desk';

test('a working day without a mouse: sign in, find, assign, answer, set aside, go on, come back, leave', async ({ page, request }) => {
  test.slow();
  const api = await apiAs(request);
  const tag = unique();
  const [first, second] = await tickets(api, tag, ['Router blinks red', 'Invoice is missing']);
  const { email } = await colleague(api, request, 'manager');
  const { data: people } = await api.get<{ data: { id: string; name: string; role: string; active: boolean }[] }>('/users?limit=50&sort=name');
  const other = people.find(p => p.active && p.role === 'agent' && !p.name.startsWith('Joan'));
  const now = async (id: string) => api.get<Ticket>(`/tickets/${id}`);
  const keys = async (...strokes: string[]) => { for (const stroke of strokes) await page.keyboard.press(stroke); };

  await page.goto('/');
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(email);
  await keys('Tab');
  await page.keyboard.type(password);
  await keys('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Assigned to me' })).toBeFocused();

  // find: all tickets, narrowed down
  await keys('g', 't');
  await expect(page.getByRole('heading', { level: 1, name: 'Tickets' })).toBeVisible();
  await keys('f');
  await page.keyboard.type(`tag:${tag}`);
  await keys('Enter', 'Escape');
  await expect(page.getByRole('row')).toHaveCount(3);
  await keys('j');
  await expect(page.getByRole('row').nth(1).getByRole('link')).toBeFocused();

  // assign to a colleague, from the list
  const chosen = (await page.getByRole('row').nth(1).innerText()).includes('Router') ? first! : second!;
  const next = chosen === first ? second! : first!;
  await keys('Shift+A');
  await expect(page.getByRole('dialog', { name: 'Assign…' }).getByRole('textbox')).toBeFocused();
  await page.keyboard.type(other!.name);
  await keys('Enter');
  await expect.poll(async () => (await now(chosen.id)).assigneeId).toBe(other!.id);
  await expect(page.getByRole('row').nth(1).getByRole('link')).toBeFocused();

  // open, answer, set aside
  await keys('Enter');
  await expect(page.getByRole('heading', { level: 1, name: new RegExp(chosen.reference) })).toBeAttached();
  await keys('r');
  await expect(page.getByRole('textbox', { name: 'Reply' })).toBeFocused();
  await page.keyboard.type('Please send us the serial number.');
  await keys('Control+Enter');
  await expect(page.getByRole('article', { name: /^Public: / }).filter({ hasText: 'serial number' })).toBeVisible();
  await keys('Escape', 's');
  await expect(page.getByRole('dialog', { name: 'Set status…' }).getByRole('textbox')).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type('progress');
  await keys('Enter');
  await expect.poll(async () => (await now(chosen.id)).status).toBe('in_progress');
  await expect(page.getByRole('dialog')).toBeHidden();
  await keys('h');
  await expect(page.getByText(/changed Status from/)).toBeVisible();
  await keys('h');

  // the next of the list, a note, and back to where one stood
  await keys('j');
  await expect(page).toHaveURL(new RegExp(next.reference));
  await expect(page.getByRole('region', { name: 'Reply' })).toBeVisible();
  await keys('n');
  await expect(page.getByRole('textbox', { name: 'Internal note' })).toBeFocused();
  await page.keyboard.type('Told accounting.');
  await keys('Control+Enter');
  await expect(page.getByRole('article', { name: /^Internal note: / }).filter({ hasText: 'Told accounting.' })).toBeVisible();
  await keys('Escape', 'a');
  await expect.poll(async () => (await now(next.id)).assigneeId).not.toBeNull();
  await keys('u');
  await expect(page.getByRole('row').filter({ has: page.getByRole('link', { name: next === first ? /Router/ : /Invoice/ }) }).getByRole('link')).toBeFocused();
  await expectAccessible(page);

  // two at once, and back
  await keys('x', 'k', 'x', 'p');
  await expect(page.getByRole('dialog').getByRole('textbox')).toBeFocused();
  await page.keyboard.type('urgent');
  await keys('Enter');
  await expect.poll(async () => Promise.all([first!, second!].map(async x => (await now(x.id)).priority))).toEqual(['urgent', 'urgent']);

  // anywhere by name, and out
  await keys('Control+k');
  await expect(page.getByRole('textbox', { name: 'Command palette' })).toBeFocused();
  await page.keyboard.type('sign out');
  await expect(page.getByRole('button', { name: 'Sign out', exact: true })).toBeVisible();
  await keys('Enter');
  await expect(page).toHaveURL(/sign-in/);
});

test('the sheet of keys is made of what the page can do', async ({ page }) => {
  await signIn(page);
  await page.goto('/tickets');
  await expect(page.locator('tr[data-ticket]').first()).toBeVisible();
  await page.keyboard.press('Shift+?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  for (const command of ['Next ticket', 'Assign to me', 'Set status…', 'Add internal note…', 'New ticket']) await expect(sheet.getByText(command, { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
});
