import path from 'node:path';
import { apiAs, signIn, test } from './desk';

/** The pictures of the README, made anew: `npm run screenshots`. */
const folder = path.resolve(import.meta.dirname, '../../../docs/pictures');

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, viewport: { width: 1280, height: 800 } });
    test(`the main pages, ${colorScheme}`, async ({ page, request }) => {
      const api = await apiAs(request);
      const take = async (name: string) => {
        await page.waitForLoadState('networkidle');
        await page.mouse.move(0, 0);
        await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`), animations: 'disabled' });
      };
      await signIn(page);
      await page.goto('/tickets?statusCategory=new,open,pending&sort=-priority');
      await page.locator('tr[data-ticket]').nth(8).waitFor();
      await page.keyboard.press('j');
      await take('list');

      // one that was talked about
      const { data } = await api.get<{ data: { id: string; reference: string }[] }>('/tickets?statusCategory=open&statusCategory=pending&sort=-priority&limit=40');
      const lengths = await Promise.all(data.map(async t => (await api.get<{ pagination: { total: number } }>(`/tickets/${t.id}/comments?limit=1`)).pagination.total));
      await page.goto(`/tickets/${data[lengths.indexOf(Math.max(...lengths))]!.reference}`);
      await page.getByRole('region', { name: 'Reply' }).getByRole('textbox').waitFor();
      await take('ticket');

      await page.goto('/dashboard?range=d90');
      await page.locator('.recharts-surface').first().waitFor();
      await take('dashboard');
    });
  });
}
