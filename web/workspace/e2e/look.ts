import path from 'node:path';
import { apiAs, signIn, test } from './desk';

/** Every page as it looks, in both themes at three widths, and in Spanish: `npm run look`, then open test-results/look. */
const folder = path.resolve(import.meta.dirname, '../test-results/look');
const settings = ['people', 'groups', 'tokens', 'triggers', 'automations', 'macros', 'sla', 'calendars', 'general', 'workflow', 'categories', 'fields', 'tags', 'views', 'templates', 'webhooks', 'deliveries', 'suppressions', 'audit'];

test('pictures of every page', async ({ page, request }) => {
  test.setTimeout(900_000);
  const api = await apiAs(request);
  const first = async (place: string) => (await api.get<{ data: { id: string }[] }>(`/${place}?limit=1`)).data[0]!.id;
  const { data: [busy] } = await api.get<{ data: { reference: string }[] }>('/tickets?statusCategory=open&sort=-priority&limit=1');
  const pages: Record<string, string> = {
    'sign-in': '/sign-in', list: '/tickets', grouped: '/tickets?groupBy=priority&statusCategory=new,open', empty: '/tickets?tag=nothing-has-this', ticket: `/tickets/${busy!.reference}`, history: `/tickets/${busy!.reference}?tab=history`, rules: `/tickets/${busy!.reference}?tab=history&show=rules`, new: '/tickets/new',
    customers: '/customers', customer: `/customers/${await first('customers')}`, contacts: '/contacts', contact: `/contacts/${await first('contacts')}`, locations: '/locations', assets: '/assets', search: '/search?q=router', 'search-empty': '/search', import: '/customers/import', duplicates: '/customers/duplicates', dashboard: '/dashboard?range=d90',
    ...Object.fromEntries(settings.map(s => [`settings-${s}`, `/settings/${s}`])), 'settings-workflow-edit': '/settings/workflow?edit=1', 'settings-trigger-new': '/settings/triggers?new=1', 'settings-automation-new': '/settings/automations?new=1', 'settings-webhook-new': '/settings/webhooks?new=1', 'settings-calendar-new': '/settings/calendars?new=1', 'settings-macro-new': '/settings/macros?new=1', 'settings-policy-new': '/settings/sla?new=1', 'settings-view-new': '/settings/views?new=1', nowhere: '/nowhere',
  };
  const only = process.env.LOOK?.split(',');
  await signIn(page);
  for (const language of ['en', 'es']) {
    await page.evaluate(l => { localStorage.setItem('deskhand.language', l); }, language);
    for (const [name, address] of Object.entries(pages)) {
      if (only && !only.includes(name)) continue;
      await page.goto(address);
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' }).catch(() => undefined);
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1360, 768, 360]) {
          if (language === 'es' && (colorScheme === 'dark' || width === 768)) continue;
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: width === 360 ? 740 : 850 });
          await page.waitForLoadState('networkidle');
          await page.screenshot({ path: path.join(folder, `${language}-${name}-${colorScheme}-${width}.png`), animations: 'disabled' });
        }
      }
    }
  }
});
