import { expect, expectAccessible, signIn, test } from './desk';

test('the numbers of the dashboard lead to the tickets that they count', async ({ page }) => {
  await signIn(page);
  await page.goto('/dashboard?range=d90');
  await expect(page.getByRole('heading', { name: 'New by channel' })).toBeVisible();
  await expect(page.locator('.recharts-surface').first()).toBeAttached();
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/^sla-policy-/);
  await page.getByRole('region', { name: 'Backlog by priority' }).getByRole('link', { name: /High/ }).click();
  await expect(page).toHaveURL(/priority=high/);
});
