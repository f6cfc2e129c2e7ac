import { expect, expectAccessible, password, signIn, test } from './desk';

test('signing in leads to where one wanted to go, and signing out ends it', async ({ page }) => {
  await page.goto('/tickets?assignee=none');
  await expect(page).toHaveURL(/\/sign-in\?then=/);
  await expectAccessible(page);
  await page.getByLabel('E-mail').fill('admin@example.com');
  await page.locator('input[type=password]').fill('wrong-wrong-wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
  await signIn(page);
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/tickets');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('after signing in nobody is led away from the desk', async ({ page }) => {
  for (const then of ['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)']) {
    await page.goto(`/sign-in?then=${encodeURIComponent(then)}`);
    const desk = new URL(page.url()).origin;
    await page.getByLabel('E-mail').fill('admin@example.com');
    await page.locator('input[type=password]').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('navigation')).toBeVisible();
    expect(new URL(page.url()).origin).toBe(desk);
  }
});

test('the policy of the page lets everything in that it is made of', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', message => { if (/Content Security Policy|Refused/.test(message.text())) refused.push(message.text()); });
  page.on('pageerror', error => { refused.push(error.message); });
  await signIn(page);
  await page.keyboard.press('Control+k');
  await expect(page.getByPlaceholder(/Type a command/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByPlaceholder(/Type a command/)).toBeHidden();
  await page.keyboard.press('Shift+?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  expect(refused).toEqual([]);
});
