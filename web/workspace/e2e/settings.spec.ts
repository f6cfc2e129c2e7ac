import { expect, expectAccessible, signIn, test } from './desk';

const unique = () => `j${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;

test('people are invited with a link, and a token is shown once', { tag: '@open' }, async ({ page }) => {
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
  // the other journeys work in this desk too
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name, exact: true })).toHaveCount(0);
});

test('every section of the settings opens and is accessible, in Spanish and dark too', { tag: '@open' }, async ({ page }) => {
  test.slow();
  await signIn(page);
  await page.evaluate(() => { localStorage.setItem('deskhand.language', 'es'); localStorage.setItem('mantine-color-scheme-value', 'dark'); });
  for (const [section, title] of [['groups', 'Grupos'], ['automations', 'Automatizaciones'], ['macros', 'Macros'], ['sla', 'Políticas SLA'], ['calendars', 'Calendarios'], ['general', 'General'], ['workflow', 'Flujo de trabajo'], ['categories', 'Categorías'], ['fields', 'Campos'], ['tags', 'Etiquetas'], ['templates', 'Plantillas'], ['webhooks', 'Webhooks'], ['deliveries', 'Correo enviado'], ['suppressions', 'Direcciones suprimidas'], ['audit', 'Auditoría']] as const) {
    await page.goto(`/settings/${section}`);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    await expectAccessible(page);
  }
});
