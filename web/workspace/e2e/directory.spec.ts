import { expect, expectAccessible, signIn, test } from './desk';


test('a customer is found, made, corrected in place, and its tickets are at hand', async ({ page }) => {
  await signIn(page);
  await page.goto('/customers?tier=gold');
  await expect(page.getByRole('table', { name: 'Customers' }).getByRole('link').first()).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'New customer' });
  await dialog.getByLabel('Name').fill('Kalahari Couriers');
  await dialog.getByLabel('E-mail').fill('not an address');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByLabel('E-mail').fill('desk@kalahari.example');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Kalahari Couriers' })).toBeVisible();
  await page.getByRole('button', { name: /^Edit City/ }).click();
  await page.getByRole('textbox', { name: 'City' }).fill('Upington');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Edit City: Upington' })).toBeFocused();
  await page.getByRole('link', { name: 'History' }).click();
  await expect(page.getByText(/set City to Upington/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Set inactive' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText('Undone')).toBeVisible();

  // a contact and a location from their own lists, where the customer is asked for
  await page.goto('/contacts');
  await page.getByRole('button', { name: 'New contact' }).waitFor();
  await page.keyboard.press('n');
  const contact = page.getByRole('dialog', { name: 'New contact' });
  await expect(contact.getByRole('combobox', { name: 'Customer' })).toBeFocused();
  await page.keyboard.type('Zzyzx Nowhere');
  await expect(page.getByText('Nothing found')).toBeVisible();
  await contact.getByLabel('First name').fill('Lerato');
  await contact.getByLabel('Last name').fill('Moeti');
  await contact.getByRole('combobox', { name: 'Customer' }).fill('Kalahari Cour');
  await page.getByRole('option', { name: 'Kalahari Couriers' }).click();
  await expectAccessible(page);
  await contact.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Lerato Moeti' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Kalahari Couriers' })).toBeVisible();
  await page.goto('/locations');
  await page.getByRole('button', { name: 'New location' }).click();
  const location = page.getByRole('dialog', { name: 'New location' });
  // words that name nobody are no customer
  await location.getByRole('combobox', { name: 'Customer' }).fill('Kalahari Cour');
  await expect.poll(() => location.getByRole('combobox', { name: 'Customer' }).evaluate(input => (input as HTMLInputElement).validationMessage)).toBe('Choose one of the customers found.');
  await location.getByLabel('Name').fill('Upington depot');
  await location.getByRole('combobox', { name: 'Customer' }).fill('Kalahari Cour');
  await page.getByRole('option', { name: 'Kalahari Couriers' }).click();
  await location.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { name: 'Upington depot' })).toBeVisible();
});

test('a spreadsheet is tried first and then taken in', async ({ page }) => {
  await signIn(page);
  await page.goto('/customers/import');
  const choose = (text: string) => page.locator('input[type=file]').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose('Number;Company;Tier\r\nJ-1;Journey North;golden\r\nJ-2;;gold\r\n');
  await expect(page.getByText('2 lines cannot be imported')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose('Number;Company;Tier\r\nJ-1;Journey North;gold\r\nJ-2;Journey South;silver\r\n');
  await page.getByRole('button', { name: 'Import 2 lines' }).click();
  await page.getByRole('link', { name: 'See the list' }).click();
  await page.getByRole('searchbox', { name: 'Search customers' }).fill('Journey');
  await expect(page.getByRole('link', { name: 'Journey South' })).toBeVisible();
});
