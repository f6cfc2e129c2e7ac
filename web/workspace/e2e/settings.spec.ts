import { apiAs, expect, expectAccessible, signIn, test, unique } from './desk';

test('people are invited with a link, and a token is shown once', async ({ page }) => {
  await signIn(page);
  await page.goto('/settings/people');
  await expect(page.getByRole('table', { name: 'People' }).getByRole('button').first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Invite' }).click();
  const name = `Nomsa ${unique()}`;
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('dialog').getByLabel('E-mail').fill(`${unique()}@journeys.example`);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId('secret')).toContainText('/invitation#');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Deactivate' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone')).toBeVisible();
  await page.goto('/settings/tokens?new=1');
  const token = `Report ${unique()}`;
  await page.getByRole('dialog').getByLabel('Name').fill(token);
  await page.getByRole('combobox', { name: 'Scopes' }).fill('tickets:read');
  await page.getByRole('option', { name: 'tickets:read' }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId('secret')).toBeVisible();
  await expectAccessible(page);
});

test('a trigger is built, tried on past tickets, and deleted and brought back', async ({ page }) => {
  await signIn(page);
  await page.goto('/settings/triggers?new=1');
  const dialog = page.getByRole('dialog', { name: 'New trigger' });
  const name = `Outages ${unique()}`;
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Add a condition' }).first().click();
  await dialog.getByRole('combobox', { name: 'Value' }).click();
  await page.getByRole('option', { name: 'New', exact: true }).click();
  await dialog.getByRole('button', { name: 'Add an action' }).click();
  await dialog.getByRole('group', { name: 'Set the priority' }).getByRole('combobox', { name: 'Value' }).click();
  await page.getByRole('option', { name: 'High' }).click();
  await dialog.getByRole('button', { name: 'Try on past tickets' }).click();
  await expect(dialog.getByText(/Nothing was written/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name })).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
  // on a phone the order is changed from the row's menu
  await page.setViewportSize({ width: 360, height: 740 });
  const names = async () => (await page.getByRole('table', { name: 'Triggers' }).getByRole('button', { name: /^More for / }).evaluateAll(all => all.map(b => b.getAttribute('aria-label'))));
  const before = await names();
  const at = before.indexOf(`More for ${name}`);
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Move up' }).click();
  await expect.poll(async () => (await names()).indexOf(`More for ${name}`)).toBe(at - 1);
  // the other journeys work in this desk too
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name, exact: true })).toHaveCount(0);
});

test('every section of the settings opens and is accessible, in Spanish and dark too', async ({ page }) => {
  test.slow();
  await signIn(page);
  await page.evaluate(() => { localStorage.setItem('deskhand.language', 'es'); localStorage.setItem('mantine-color-scheme-value', 'dark'); });
  for (const [section, title] of [['groups', 'Grupos'], ['automations', 'Automatizaciones'], ['macros', 'Macros'], ['sla', 'Políticas SLA'], ['calendars', 'Calendarios'], ['general', 'General'], ['workflow', 'Flujo de trabajo'], ['categories', 'Categorías'], ['fields', 'Campos'], ['tags', 'Etiquetas'], ['views', 'Vistas'], ['templates', 'Plantillas'], ['webhooks', 'Webhooks'], ['deliveries', 'Correo enviado'], ['suppressions', 'Direcciones suprimidas'], ['audit', 'Auditoría']] as const) {
    await page.goto(`/settings/${section}`);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    await expectAccessible(page);
  }
});

test('what nothing brings back is asked for, with what breaks by it', async ({ page, request }) => {
  const api = await apiAs(request);
  const name = `Report ${unique()}`;
  await api.post('/api-tokens', { name, scopes: ['tickets:read'] });
  await signIn(page);
  await page.goto('/settings/tokens');
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const question = page.getByRole('dialog', { name: `Delete ${name}` });
  await expect(question).toContainText(`Every program that uses “${name}” is turned away at once.`);
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  await expect(page.getByText(name)).toBeVisible();
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('cell', { name })).toHaveCount(0);
});

test('a workflow is copied, given a state, told what would happen, and deleted', async ({ page, request }) => {
  const api = await apiAs(request);
  const key = unique();
  await signIn(page);
  await page.goto('/settings/workflow');
  const menu = page.getByRole('main').getByRole('button', { name: /^More for / });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Copy as another…' }).click();
  await page.getByRole('dialog').getByLabel('Key').fill(key);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Add a state' }).click();
  const state = page.getByRole('group', { name: 'New state' });
  await state.getByRole('textbox', { name: 'Name' }).fill('Waiting for parts');
  // nothing leads there yet, and the server says so
  await expect(page.getByRole('alert')).toContainText('waiting_for_parts');
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await page.getByRole('checkbox', { name: 'From New to Waiting for parts' }).check();
  await page.getByRole('checkbox', { name: /^From Waiting for parts to / }).first().check();
  await expect(page.getByText('No ticket changes its state by this.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('cell', { name: 'Waiting for parts', exact: true })).toBeVisible();
  const { data } = await api.get<{ data: { key: string; statuses: { key: string }[] }[] }>('/workflows?limit=100');
  expect(data.find(w => w.key === key)!.statuses.map(s => s.key)).toContain('waiting_for_parts');
  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('link', { name: key })).toHaveCount(0);
});
