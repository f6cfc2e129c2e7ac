import path from 'node:path';
import { signIn, test } from './desk';

/** The pictures of the README, made anew: `npm run screenshots`. */
const folder = path.resolve(import.meta.dirname, '../../../docs/images');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, viewport: { width: 1280, height: 800 } });
    test(`list and ticket, ${colorScheme}`, async ({ page }) => {
      await signIn(page);
      await page.goto('/tickets?statusCategory=new,open,pending&sort=-priority');
      await page.locator('tr[data-ticket]').nth(8).waitFor();
      await page.keyboard.press('j');
      await page.screenshot({ path: path.join(folder, `list-${colorScheme}.png`), animations: 'disabled' });
      await page.keyboard.press('o');
      await page.getByRole('region', { name: 'Reply' }).getByRole('textbox').waitFor();
      await page.screenshot({ path: path.join(folder, `ticket-${colorScheme}.png`), animations: 'disabled' });
    });
  });
}
