import { apiAs, expect, expectAccessible, signIn, test, tickets, unique } from './desk';

test('one corrects what one wrote, and is asked before it is deleted for good', async ({ page, request }) => {
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['With a slip of the pen']);
  await api.post(`/tickets/${ticket!.id}/comments`, { body: 'We come on *Mnday*.' });
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  const comment = page.getByRole('article').filter({ hasText: 'We come on' });
  await comment.getByRole('button', { name: 'Actions on this comment' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await expect(page.getByRole('textbox', { name: 'Edit', exact: true })).toHaveValue('We come on *Mnday*.');
  await page.getByRole('textbox', { name: 'Edit', exact: true }).fill('We come on *Monday*.');
  await expectAccessible(page);
  await page.keyboard.press('Control+Enter');
  await expect(comment.getByText('Monday')).toBeVisible();
  await expect(comment.getByText(/edited/)).toBeVisible();

  await comment.getByRole('button', { name: 'Actions on this comment' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const question = page.getByRole('dialog', { name: 'Delete this comment' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Delete' }).click();
  await expect(comment).toHaveCount(0);
});

test('a long conversation is read from its end, and older comments come in above without a jump', async ({ page, request }) => {
  test.slow();
  const api = await apiAs(request);
  const [ticket] = await tickets(api, unique(), ['A long story']);
  const first = await api.post<{ id: string }>(`/tickets/${ticket!.id}/notes`, { body: 'Number 0' });
  for (let n = 1; n < 105; n++) await api.post(`/tickets/${ticket!.id}/notes`, { body: `Number ${n}` });
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  await expect(page.getByText('Number 104', { exact: true })).toBeInViewport();
  const older = page.getByRole('button', { name: 'Show 5 older comments' });
  await older.scrollIntoViewIfNeeded();
  const before = await page.getByText('Number 5', { exact: true }).boundingBox();
  await older.click();
  await expect(page.getByText('Number 0', { exact: true })).toBeAttached();
  const after = await page.getByText('Number 5', { exact: true }).boundingBox();
  // the button is gone, nothing else has moved
  expect(Math.abs(after!.y - before!.y)).toBeLessThan(60);
  await expect(older).toHaveCount(0);

  // a link leads to an old one too
  await page.goto('about:blank');
  await page.goto(`/tickets/${ticket!.reference}#${first.id}`);
  await expect(page.getByText('Number 0', { exact: true })).toBeInViewport();
});

test('fields of the desk are filled in where they stand, several values at once', async ({ page, request }) => {
  const api = await apiAs(request);
  const key = unique();
  const field = await api.post<{ id: string }>('/custom-fields', { key, label: `Rooms ${key}`, type: 'multi_select', options: ['Kitchen', 'Hall', 'Attic'], active: true });
  const [ticket] = await tickets(api, unique(), ['Water comes in']);
  await signIn(page);
  await page.goto(`/tickets/${ticket!.reference}`);
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByRole('button', { name: `Edit Rooms ${key}` }).click();
  await page.getByRole('option', { name: 'Hall' }).click();
  await page.getByRole('option', { name: 'Attic' }).click();
  await page.keyboard.press('Escape');
  await details.getByRole('button', { name: 'Save' }).click();
  await expect(details.getByRole('button', { name: `Edit Rooms ${key}: Hall, Attic` })).toBeVisible();
  expect((await api.get<{ customFields: Record<string, unknown> }>(`/tickets/${ticket!.id}`)).customFields[key]).toEqual(['Hall', 'Attic']);
  await expectAccessible(page);
  await api.patch(`/tickets/${ticket!.id}`, { customFields: { [key]: null } });
  await api.delete(`/custom-fields/${field.id}`);
});
