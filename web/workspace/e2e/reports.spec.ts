import { expect, expectAccessible, signIn, test } from './desk';

test('the numbers of the dashboard lead to the tickets that they count', async ({ page }) => {
  await signIn(page);
  await page.goto('/dashboard?range=d90');
  await expect(page.getByRole('heading', { name: 'New by channel' })).toBeVisible();
  await expect(page.locator('.recharts-surface').first()).toBeAttached();
  const backlog = page.getByRole('region', { name: 'Backlog, last 30 days' });
  await backlog.getByText('As a table').click();
  await expect(backlog.getByRole('row')).toHaveCount(31);
  const open = Number((await page.getByRole('link', { name: /^Open now/ }).innerText()).replace(/\D/g, ''));
  await expect(backlog.getByRole('row').nth(1).getByRole('cell').last()).toHaveText(new Intl.NumberFormat('en').format(open));
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^sla-policy-/);
  await page.getByRole('region', { name: 'Backlog by priority' }).getByRole('link', { name: /High/ }).click();
  await expect(page).toHaveURL(/priority=high/);
});
