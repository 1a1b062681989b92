// Pages that show more than functions, with something to show: letters, schedules, rules, a stack and its events.

import { browse, expect, fine, go, login, look, open } from './kit.mjs';

/** Asks a service as the pages do. */
const ask = (page, service, target, version, input) => page.evaluate(async ([service, target, version, input]) => {
  const answer = await fetch(`api/${service}`, { method: 'POST', body: JSON.stringify(input), headers: { 'fika-console': '1', 'fika-method': 'POST', 'fika-path': '/', 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target}: ${text}`);
  return text ? JSON.parse(text) : {};
}, [service, target, version, input]);

const TEMPLATE = JSON.stringify({ Resources: { Jobs: { Type: 'AWS::SQS::Queue' } }, Outputs: { Where: { Value: { Ref: 'Jobs' } } } });

await browse(async (browser) => {
  const page = await open(browser);
  await login(page);
  const letters = (await ask(page, 'sqs', 'AmazonSQS.CreateQueue', '1.0', { QueueName: 'letters' })).QueueUrl;
  const arn = 'arn:aws:sqs:us-east-1:123456789012:letters';
  const jobs = (await ask(page, 'sqs', 'AmazonSQS.CreateQueue', '1.0', { QueueName: 'jobs', Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 }) } })).QueueUrl;
  await ask(page, 'sqs', 'AmazonSQS.SendMessage', '1.0', { QueueUrl: jobs, MessageBody: 'work' });
  for (let received = 0; received < 2; received += 1) await ask(page, 'sqs', 'AmazonSQS.ReceiveMessage', '1.0', { QueueUrl: jobs, VisibilityTimeout: 0 });
  await page.evaluate(async () => fetch('api/lambda', { method: 'POST', body: '{}', headers: { 'fika-console': '1', 'fika-method': 'POST', 'fika-path': '/2015-03-31/functions/fails/invocations', 'x-amz-invocation-type': 'Event' } }));
  await go(page, 'events', 'Events');
  const row = page.getByRole('row').filter({ hasText: 'letters' });
  await row.waitFor();
  // The event ends at once: its function may not be tried again.
  await page.waitForFunction(() => { const again = [...document.querySelectorAll('button')]; if (again.some((one) => one.textContent === 'Send again')) return true; again.find((one) => one.textContent === 'Look again')?.click(); return false; }, null, { polling: 1000 });
  await page.getByText('RetriesExhausted').waitFor();
  await page.locator('summary code').first().click();
  await look(page, 'events-full');
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('It is on its way again.').waitFor();
  await page.getByRole('button', { name: 'Send letters back' }).click();
  await page.getByText('They are being moved back.').waitFor();

  await ask(page, 'events', 'AWSEvents.PutRule', '1.1', { Name: 'nightly', ScheduleExpression: 'rate(1 day)' });
  await ask(page, 'events', 'AWSEvents.PutTargets', '1.1', { Rule: 'nightly', Targets: [{ Id: 'one', Arn: arn }] });
  await go(page, 'schedules', 'Schedules');
  await page.getByText('Add a schedule').click();
  await page.getByLabel('Name', { exact: true }).fill('often');
  await page.getByLabel('Target’s ARN').fill(arn);
  await page.getByLabel('Role').fill('arn:aws:iam::123456789012:role/scheduler');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('cell', { name: 'rate(5 minutes)' }).waitFor();
  await page.getByRole('row').filter({ hasText: 'often' }).getByRole('button', { name: 'Disable' }).click();
  await page.getByText('DISABLED').waitFor();
  await page.getByRole('row').filter({ hasText: 'nightly' }).waitFor();
  await look(page, 'schedules-full');

  await page.evaluate(async (template) => fetch('api/cloudformation', { method: 'POST', body: new URLSearchParams({ Action: 'CreateStack', Version: '2010-05-15', StackName: 'shop', TemplateBody: template }).toString(), headers: { 'fika-console': '1', 'fika-method': 'POST', 'fika-path': '/', 'content-type': 'application/x-www-form-urlencoded' } }), TEMPLATE);
  await go(page, 'stacks', 'Stacks');
  await page.getByRole('link', { name: 'shop' }).click();
  await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor();
  await page.locator('.head').getByText('CREATE_COMPLETE').waitFor();
  await page.getByRole('cell', { name: /AWS::SQS::Queue/ }).first().waitFor();
  expect((await page.getByRole('region', { name: 'Events' }).getByRole('row').count()) > 2, 'its events are shown');
  await page.getByRole('button', { name: 'Show the template' }).click();
  await page.getByText('"AWS::SQS::Queue"').waitFor();
  await look(page, 'stack');
  fine(page);
  expect(letters.length > 0, 'a queue');
});
console.log('all of it was shown');
