import { expect, signIn, test } from './desk';

/** The bars of the web, measured in Chromium: `npm run speed`. Milliseconds are medians, by the page's own clock. What it prints stands in docs/measurements.md. */
declare global {
  interface Window { marks: Record<string, number> }
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Notes when something is there for the first time since the last click, key or load. */
function watchMarks() {
  window.marks = {};
  const look = () => {
    if (document.querySelector('tr[data-ticket]')) window.marks.rows ??= performance.now();
    // of the ticket that the address names, not of the one before
    if (document.querySelector(`[data-conversation="${location.pathname.split('/').at(-1)}"] article`)) window.marks.conversation ??= performance.now();
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
  const begin = () => { window.marks = { begun: performance.now() }; };
  addEventListener('mousedown', begin, true);
  addEventListener('keydown', begin, true);
}

test('a list is usable soon after a cold load, and a ticket opens at once', async ({ page, browser, baseURL }) => {
  test.setTimeout(240_000);
  await signIn(page);
  const storageState = await page.context().storageState();

  const [loads, scripts]: [number[], number[]] = [[], []];
  for (let i = 0; i < 9; i++) {
    const context = await browser.newContext({ baseURL: baseURL!, storageState });
    const cold = await context.newPage();
    await cold.addInitScript(watchMarks);
    await cold.goto('/tickets');
    await cold.waitForFunction(() => window.marks.rows !== undefined);
    loads.push(await cold.evaluate(() => window.marks.rows!));
    scripts.push(await cold.evaluate(() => performance.getEntriesByType('resource').filter(r => r.name.endsWith('.js') && r.startTime < window.marks.rows!).reduce((sum, r) => sum + (r as PerformanceResourceTiming).encodedBodySize, 0)));
    await context.close();
  }

  await page.addInitScript(watchMarks);
  await page.goto('/tickets');
  const opens: Record<string, number[]> = { 'by a click': [], 'by a key, next in the list': [] };
  for (let i = 0; i < 10; i++) {
    await page.locator('tr[data-ticket]').nth(i).getByRole('link').click();
    await page.waitForFunction(() => window.marks.conversation !== undefined);
    opens['by a click']!.push(await page.evaluate(() => window.marks.conversation! - window.marks.begun!));
    await page.goBack();
    await page.locator('tr[data-ticket]').first().waitFor();
  }

  await page.locator('tr[data-ticket]').first().getByRole('link').click();
  await page.waitForFunction(() => window.marks.conversation !== undefined);
  for (let i = 0; i < 10; i++) {
    // as long as anybody needs to read a line; what comes next is fetched meanwhile
    await page.waitForTimeout(400);
    await page.keyboard.press('j');
    await page.waitForFunction(() => window.marks.conversation !== undefined);
    opens['by a key, next in the list']!.push(await page.evaluate(() => window.marks.conversation! - window.marks.begun!));
  }

  console.log(`list usable after a cold load: ${median(loads).toFixed(0)} ms (slowest ${Math.max(...loads).toFixed(0)})`);
  for (const [how, times] of Object.entries(opens)) console.log(`ticket open ${how}: ${median(times).toFixed(0)} ms (slowest ${Math.max(...times).toFixed(0)})`);
  console.log(`scripts before the first rows: ${(median(scripts) / 1000).toFixed(0)} kB compressed`);
  expect(median(loads)).toBeLessThan(1000);
  for (const times of Object.values(opens)) expect(median(times)).toBeLessThan(100);
  expect(median(scripts)).toBeLessThan(350_000);
});
