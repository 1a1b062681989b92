// The whole story, by the keyboard and the mouse of a real browser: create, edit, test, see its log, name it, delete it.

import { browse, expect, fine, go, login, look, open, NODE_RUNTIME, SERVER } from './kit.mjs';

await browse(async (browser) => {
  const page = await open(browser);
  await page.goto(`${SERVER}/console`);
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await look(page, 'login');
  await page.getByLabel('Access key ID').fill('AKIAWRONG');
  await page.getByLabel('Secret access key').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: 'No such key' }).waitFor();
  await login(page);
  await look(page, 'functions-none');

  await page.getByRole('link', { name: 'Create' }).click();
  await page.getByLabel('Name').fill('greeter');
  await page.getByLabel('Runtime').fill(NODE_RUNTIME);
  await look(page, 'create');
  await page.getByRole('button', { name: 'Create' }).click();

  const text = page.getByLabel('The file’s text');
  await text.waitFor();
  expect((await text.inputValue()).includes('called with'), 'the example is shown');
  await page.getByText('Active', { exact: true }).waitFor();
  await text.fill('export const handler = async (event) => {\n  console.log("I was asked by", event.name);\n  return { greeting: `hello, ${event.name}` };\n};\n');
  await page.getByText('Not deployed yet').waitFor();
  await page.getByLabel('Name of a new file').fill('notes.txt');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await text.fill('what is to be said');
  await look(page, 'code');
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.getByText('Deployed', { exact: true }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'notes.txt' }).click();
  await page.waitForFunction(() => document.querySelector('textarea').value === 'what is to be said');

  await page.getByRole('link', { name: 'Test', exact: true }).click();
  await page.getByLabel('Event, JSON').fill('{ "name": "Ada" }');
  await page.getByText('Save this event').click();
  await page.getByLabel('Name', { exact: true }).fill('for Ada');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const run = page.getByRole('button', { name: 'Test', exact: true });
  await run.click();
  await page.getByText('Succeeded').waitFor();
  expect(await page.getByText('cold', { exact: true }).isVisible(), 'the first call was cold');
  expect((await page.locator('#answer').textContent()).includes('hello, Ada'), 'the answer is shown');
  expect((await page.locator('#log').textContent()).includes('I was asked by Ada'), 'its log is shown');
  await look(page, 'test-cold');
  await run.click();
  await page.getByText('warm', { exact: true }).waitFor();
  await page.reload();
  await page.getByLabel('Begin with').selectOption({ label: 'for Ada' });
  await page.getByLabel('How').selectOption({ label: 'Read the answer as it is streamed' });
  await run.click();
  await page.getByText('Succeeded').waitFor();
  await look(page, 'test-warm');
  await page.getByLabel('Event, JSON').fill('no JSON');
  await run.click();
  await page.getByRole('alert').waitFor();

  await page.getByRole('link', { name: 'Versions & aliases' }).click();
  await page.getByRole('button', { name: 'Publish a version' }).click();
  await page.getByText('Version 1 is published.').waitFor();
  await page.getByLabel('Alias', { exact: true }).fill('live');
  await page.getByRole('combobox', { name: 'Version', exact: true }).selectOption('1');
  await page.getByRole('button', { name: 'Set alias' }).click();
  await page.getByText('The alias is set.').waitFor();
  await page.getByRole('cell', { name: 'live' }).waitFor();
  await look(page, 'versions');

  for (const [tab, shown] of [['Configuration', 'Environment'], ['Triggers', 'Event source mappings'], ['Metrics', 'Metrics'], ['Concurrency', 'Reserved'], ['Policy', 'Statements']]) {
    await page.getByRole('navigation', { name: 'Of this function' }).getByRole('link', { name: tab }).click();
    await page.getByRole('heading', { name: shown, level: 2 }).waitFor();
    if (tab === 'Configuration') {
      await page.getByLabel('Memory, MB').fill('256');
      await page.getByRole('button', { name: 'Add a variable' }).click();
      await page.getByLabel('Name of a variable').last().fill('COLOUR');
      await page.getByLabel('Value of a variable').last().fill('green');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved.').waitFor();
      await page.getByText('256 MB').waitFor();
    }
    if (tab === 'Triggers') {
      await page.getByRole('button', { name: 'Make a URL' }).click();
      await page.getByText('lambda-url').first().waitFor();
    }
    if (tab === 'Policy') {
      await page.getByLabel('Id', { exact: true }).fill('rules');
      await page.getByLabel('Principal').fill('events.amazonaws.com');
      await page.getByRole('button', { name: 'Allow to call' }).click();
      await page.getByRole('cell', { name: 'events.amazonaws.com' }).first().waitFor();
    }
    if (tab === 'Metrics') await page.locator('.chart').first().waitFor();
    await look(page, tab.toLowerCase());
  }

  await page.getByRole('link', { name: 'Follow its log' }).click();
  await page.getByText('I was asked by Ada').first().waitFor();
  await page.getByText(/^Following/).waitFor();
  const other = await page.context().newPage();
  await other.goto(`${SERVER}/console/#/functions/greeter/test`);
  await other.getByLabel('Event, JSON').fill('{ "name": "Grace" }');
  await other.getByRole('button', { name: 'Test', exact: true }).click();
  await other.getByText('Succeeded').waitFor();
  await other.close();
  await page.getByText('I was asked by Grace').waitFor();
  await look(page, 'logs');

  for (const [hash, title] of [['events', 'Events'], ['schedules', 'Schedules'], ['stacks', 'Stacks']]) {
    await go(page, hash, title);
    await page.waitForLoadState('networkidle');
    await look(page, hash);
  }

  await go(page, 'functions', 'Functions');
  await page.getByRole('cell', { name: 'greeter' }).waitFor();
  await page.getByLabel('Search functions').fill('nobody');
  await page.getByText('0 of 1').waitFor();
  await page.getByLabel('Search functions').fill('GREET');
  await page.getByRole('cell', { name: 'greeter' }).waitFor();
  await look(page, 'functions');
  await page.locator('#look').click();
  await look(page, 'functions-dark');

  await go(page, 'functions/greeter/settings', 'greeter');
  await page.getByRole('button', { name: 'Delete this function' }).click();
  await page.getByRole('button', { name: 'Delete this function' }).click();
  await page.getByText('greeter is deleted.').waitFor();
  await page.getByText('There is no function in this region yet.').waitFor();

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  fine(page);
});
console.log('the story is told');
