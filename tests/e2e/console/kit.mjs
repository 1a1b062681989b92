// What the walks share: a browser, a page that has logged in, pictures, and axe.

import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const { AWS_ENDPOINT_URL: SERVER, AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET, NODE_RUNTIME, SCREENS, BROWSER } = process.env;
mkdirSync(SCREENS, { recursive: true });

export const expect = (is, what) => { if (!is) throw new Error(`not so: ${what}`); };

export async function browse(work) {
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-proxy-server'] });
  try { await work(browser); } finally { await browser.close(); }
}

/** A page; whatever it asks anybody else, and every error of it, fails the test. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.wrong = [];
  page.on('request', (request) => { if (!request.url().startsWith(SERVER) && !request.url().startsWith('data:')) page.wrong.push(`asked ${request.url()}`); });
  page.on('pageerror', (error) => page.wrong.push(`error ${error.message}`));
  page.on('console', (message) => { if (/Content Security Policy|Trusted/.test(message.text())) page.wrong.push(message.text()); });
  return page;
}

export async function login(page) {
  await page.goto(`${SERVER}/console`);
  await page.getByLabel('Access key ID').fill(KEY);
  await page.getByLabel('Secret access key').fill(SECRET);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Functions' }).waitFor();
}

/** A picture of what is shown, and what axe has to say of it. */
export async function look(page, name) {
  await page.screenshot({ path: `${SCREENS}/${name}.png` });
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const found = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  for (const { id, help, nodes } of found) page.wrong.push(`axe at ${name}: ${id} (${help}): ${nodes.slice(0, 4).map(({ html }) => html.slice(0, 200)).join(' | ')}`);
}

export function fine(page) {
  if (page.wrong.length) throw new Error(page.wrong.join('\n'));
}

export const go = async (page, hash, heading) => {
  await page.goto(`${SERVER}/console/#/${hash}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
};
