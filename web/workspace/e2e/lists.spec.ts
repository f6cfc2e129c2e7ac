import { apiAs, expect, expectAccessible, signIn, test, tickets, unique } from './desk';

test('a list is put into groups, by its address or by its view, and the keys follow what is seen', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  await tickets(api, tag, ['Low one']);
  await tickets(api, tag, ['Urgent one'], { priority: 'urgent' });
  await tickets(api, tag, ['Low two']);
  await api.patch(`/tickets/${(await tickets(api, tag, ['High one'], { priority: 'high' }))[0]!.id}`, { priority: 'low' });
  await signIn(page);
  await page.goto(`/tickets?tag=${tag}&sort=number`);
  await expect(page.locator('tr[data-ticket]')).toHaveCount(4);
  await page.getByRole('button', { name: 'Display' }).click();
  await page.getByRole('combobox', { name: 'Group by' }).click();
  await page.getByRole('option', { name: 'Priority' }).click();
  await expect(page).toHaveURL(/groupBy=priority/);
  await page.keyboard.press('Escape');
  const lines = page.locator('tbody tr');
  await expect(lines).toHaveText([/^Urgent ?1\s*$/, /Urgent one/, /^Normal ?2\s*$/, /Low one/, /Low two/, /^Low ?1\s*$/, /High one/], { useInnerText: true });
  await expectAccessible(page);
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: /Urgent one/ })).toBeFocused();
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: /Low one/ })).toBeFocused();

  await page.getByRole('button', { name: 'Save as view' }).click();
  const name = `Grouped ${tag}`;
  await page.getByLabel('Name of the view').fill(name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/view=/);
  await expect(page.getByRole('rowheader', { name: /^Urgent/ })).toBeVisible();

  // and the view is changed where views are kept
  await page.goto('/settings/views');
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(`${name} renamed`);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByText(`${name} renamed`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: `More for ${name} renamed` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByText(`${name} renamed`)).toHaveCount(0);
});
