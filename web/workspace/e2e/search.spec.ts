import { apiAs, expect, expectAccessible, signIn, test, tickets, unique } from './desk';

test('a search shows where its words stand, leads to the comment, and back to where one was', async ({ page, request }) => {
  const api = await apiAs(request);
  const word = unique();
  const [said, named] = await tickets(api, word, ['Nothing in particular', `About the ${word} in the cellar`], { tags: [] });
  for (let i = 0; i < 30; i++) await api.post(`/tickets/${said!.id}/comments`, { body: i === 3 ? `Then the **${word}** broke, and nobody knows <b>why</b>.` : `Line ${i}\n\nand more\n\nof the same`, visibility: 'public' });
  const customer = await api.post<{ id: string; name: string }>('/customers', { number: word.toUpperCase(), name: `Works of ${word}`, type: 'business', tier: 'gold' });
  await expect.poll(async () => (await api.get<{ data: unknown[] }>(`/search?q=${word}`)).data.length, { timeout: 15_000 }).toBe(3);
  await signIn(page);

  // from the palette, without the mouse
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('textbox', { name: 'Command palette' })).toBeFocused();
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible();
  await page.keyboard.type(word);
  await page.getByRole('button', { name: `Search for “${word}”` }).click();
  await expect(page).toHaveURL(new RegExp(`/search\\?q=${word}`));
  const results = page.getByRole('list', { name: 'What was found' }).getByRole('listitem');
  await expect(results).toHaveCount(3);
  await expect(page.getByText('3 found')).toBeVisible();
  // the best first: the customer by its name, the ticket with the word in its subject, the one with it in a comment
  await expect(results).toHaveText([new RegExp(`Works of ${word}.*Customer`), new RegExp(`About the ${word} in the cellar`), /Nothing in particular/]);
  await expect(results.nth(1).locator('mark').first()).toHaveText(word);
  await expect(results.nth(2)).toContainText('nobody knows <b>why</b>.');
  await expectAccessible(page);

  // the newest first is the other way round
  await page.getByText('Newest', { exact: true }).click();
  await expect(page).toHaveURL(/sort=-updatedAt/);
  await expect(results).toHaveText([new RegExp(`Works of ${word}`), /Nothing in particular/, /in the cellar/]);
  await page.getByText('Best match', { exact: true }).click();
  await expect(results.nth(2)).toContainText('Nothing in particular');

  // down to it, into its comment, and back
  await page.getByRole('searchbox').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(page.getByRole('link', { name: 'Nothing in particular' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`${said!.reference}#`));
  await expect(page.getByRole('article').filter({ hasText: 'nobody knows' })).toBeInViewport();
  await page.keyboard.press('k');
  await expect(page).toHaveURL(new RegExp(named!.reference));
  await page.keyboard.press('u');
  await expect(page).toHaveURL(/\/search/);
  await expect(page.getByRole('link', { name: /in the cellar/ })).toBeFocused();

  // one kind of things, and as a list in which things are done
  await page.getByText('Customers', { exact: true }).last().click();
  await expect(results).toHaveCount(1);
  await page.getByRole('link', { name: customer.name }).click();
  await expect(page).toHaveURL(new RegExp(customer.id));
  await page.goBack();
  await page.getByText('All', { exact: true }).click();
  await page.getByRole('link', { name: 'As a list' }).click();
  await expect(page.locator('tr[data-ticket]')).toHaveCount(2);
});

test('what cannot be searched for is explained, and what is typed stays as it was typed', async ({ page }) => {
  await signIn(page);
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await expect(page).toHaveURL(/\/search$/);
  const box = page.getByRole('searchbox');
  await expect(box).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type('colour:red');
  await expect(page.getByRole('alert')).toContainText('colour');
  await box.fill('');
  await expect(page.getByText('Search tickets, customers and contacts')).toBeVisible();

  // a blank is kept while one thinks about the next word
  await page.keyboard.type('nothing ');
  await expect(page).toHaveURL(/q=nothing$/);
  await page.keyboard.type('holds this');
  await expect(box).toHaveValue('nothing holds this');
  await expect(page).toHaveURL(/q=nothing\+holds\+this/);
  await expect(page.getByText('Nothing found')).toBeVisible();

  await box.fill('');
  await page.getByRole('link', { name: 'is:unsolved priority>=high' }).click();
  await expect(box).toHaveValue('is:unsolved priority>=high');
  await expect(page.getByRole('list', { name: 'What was found' }).getByRole('listitem').first()).toBeVisible();
});
