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

test('a tag is found among hundreds by typing: to filter by, and to put on a ticket', async ({ page, request }) => {
  const api = await apiAs(request);
  const tag = unique();
  // as many as are read at once, each on a ticket more than those that are looked for
  const common = Array.from({ length: 100 }, (_, i) => `${tag}-a${String(i).padStart(3, '0')}`);
  for (const subject of ['One', 'Two']) for (let i = 0; i < common.length; i += 20) await tickets(api, tag, [`${subject} ${i}`], { tags: common.slice(i, i + 20) });
  const [rare] = await tickets(api, `${tag}-rare`, ['The rare one']);
  const [plain] = await tickets(api, `${tag}-scarce`, ['The other']);
  await signIn(page);

  await page.goto('/tickets');
  await page.getByRole('button', { name: /^Tag/ }).click();
  await page.getByRole('dialog').getByRole('textbox').fill(`${tag}-r`);
  await page.getByRole('checkbox', { name: `${tag}-rare` }).check();
  await expect(page).toHaveURL(new RegExp(`tag=${tag}-rare`));
  await page.keyboard.press('Escape');
  await expect(page.locator('tr[data-ticket]')).toHaveCount(1);
  await expect(page.getByRole('link', { name: /The rare one/ })).toBeVisible();

  await page.goto(`/tickets/${plain!.reference}`);
  await page.getByRole('combobox', { name: 'Tags' }).fill(`${tag}-r`);
  await page.getByRole('option', { name: `${tag}-rare` }).click();
  await expect.poll(async () => (await api.get<{ tags: string[] }>(`/tickets/${plain!.id}`)).tags).toContain(`${tag}-rare`);
  expect((await api.get<{ tags: string[] }>(`/tickets/${rare!.id}`)).tags).toEqual([`${tag}-rare`]);
});
