// The machine room under load, a log that comes too fast, a list of 20,000, and every page on a phone, light and dark.

import { browse, expect, fine, go, login, look, open, SERVER } from './kit.mjs';

/** Calls functions by way of the console, as its own pages do: once more where the browser broke off because a network changed. */
const call = (page, name, times, ms = 150) => page.evaluate(async ([name, times, ms]) => {
  const one = () => fetch(`api/lambda`, { method: 'POST', body: JSON.stringify({ ms }), headers: { 'fika-console': '1', 'fika-method': 'POST', 'fika-path': `/2015-03-31/functions/${name}/invocations` } }).then((answer) => answer.status);
  return Promise.all(Array.from({ length: times }, () => one().catch(one)));
}, [name, times, ms]);

const PAGES = [['functions', 'Functions'], ['create', 'Create a function'], ['functions/steady/code', 'steady'], ['functions/steady/test', 'steady'], ['functions/steady/settings', 'steady'], ['functions/steady/versions', 'steady'],
  ['functions/steady/triggers', 'steady'], ['functions/steady/metrics', 'steady'], ['functions/steady/concurrency', 'steady'], ['functions/steady/policy', 'steady'],
  ['logs/%2Faws%2Flambda%2Fsteady', 'Logs'], ['events', 'Events'], ['schedules', 'Schedules'], ['stacks', 'Stacks'], ['room', 'Machine room']];

await browse(async (browser) => {
  const page = await open(browser);
  await login(page);
  await go(page, 'room', 'Machine room');
  await page.getByText(/^at /).waitFor();
  const caller = await page.context().newPage();
  await caller.goto(`${SERVER}/console/`);
  await caller.getByRole('heading', { name: 'Functions' }).waitFor();
  expect((await call(caller, 'steady', 8)).every((status) => status === 200), 'all are answered');
  await call(caller, 'other', 3);
  await page.getByRole('img', { name: /^steady: \d/ }).waitFor();
  await page.locator('.requests button').filter({ hasText: 'cold' }).first().waitFor();
  await call(caller, 'steady', 4);
  await page.locator('.requests button').filter({ hasText: 'warm' }).first().click();
  await page.getByText('… function').waitFor();
  const running = call(caller, 'steady', 4, 3000);
  await page.locator('.cell.b').first().waitFor();
  await look(page, 'room');
  await running;
  await page.locator('.requests button').filter({ hasText: 'cold' }).first().click();
  await page.getByText('… create, init').waitFor();
  await page.locator('#look').click();
  await look(page, 'room-dark');
  await page.locator('.cell.f').first().waitFor();
  await page.locator('#look').click();
  await look(page, 'room-frozen');

  // A log that comes faster than anybody reads: a sample, which the page says, and no more lines than it keeps.
  await call(caller, 'flood', 1);
  await go(page, 'logs/%2Faws%2Flambda%2Fflood', 'Logs');
  await page.getByText(/^Following/).waitFor();
  const flooding = call(caller, 'flood', 4);
  await page.getByText(/a sample/).waitFor();
  await flooding;
  expect((await page.locator('.log > div').count()) <= 2000, 'it does not grow without end');
  await look(page, 'logs-flood');
  await caller.close();

  // 20,000 functions, as ListFunctions would page them.
  const many = await open(browser);
  await login(many);
  await many.route('**/console/api/lambda', async (route) => {
    const path = route.request().headers()['fika-path'];
    if (!path.includes('MaxItems')) { await route.fulfill({ json: { State: 'Active' } }); return; }
    const from = Number(new URLSearchParams(path.split('?')[1]).get('Marker') ?? 0);
    const Functions = Array.from({ length: 50 }, (_, i) => ({ FunctionName: `function-${String(from + i).padStart(5, '0')}`, Runtime: i % 2 ? 'nodejs20.x' : 'python3.11', MemorySize: 128 + (i % 8) * 64, CodeSize: (from + i) * 7, LastModified: '2026-01-02T03:04:05.000+0000' }));
    await route.fulfill({ json: { Functions, ...(from + 50 < 20_000 ? { NextMarker: String(from + 50) } : {}) } });
  });
  await many.reload();
  await many.getByText('20,000', { exact: true }).waitFor();
  expect((await many.locator('.line').count()) < 100, 'only what is seen is there');
  await many.getByLabel('Search functions').fill('19998');
  await many.getByText('1 of 20,000').waitFor();
  await many.getByRole('cell', { name: 'function-19998' }).waitFor();
  await many.getByLabel('Search functions').fill('');
  await many.getByRole('button', { name: 'Code' }).click();
  await many.getByRole('button', { name: 'Code' }).click();
  await many.getByRole('cell', { name: 'function-19999' }).waitFor();
  await look(many, 'functions-many');
  fine(many);

  for (const colorScheme of ['light', 'dark']) {
    const phone = await open(browser, { viewport: { width: 360, height: 740 }, colorScheme, deviceScaleFactor: 2, hasTouch: true });
    await login(phone);
    for (const [hash, title] of PAGES) {
      await go(phone, hash, title);
      await phone.waitForTimeout(700);
      const over = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) phone.wrong.push(`${hash} is ${over} px too wide for a phone`);
      await look(phone, `phone-${colorScheme}-${hash.replace(/[/%]/g, '-')}`);
    }
    fine(phone);
  }
  fine(page);
});
console.log('all was seen');
