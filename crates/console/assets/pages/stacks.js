// Stacks of CloudFormation, and their events as they happen.

import { h, show, sheet, table, badge, note, facts, act, careful } from '../lib/dom.js';
import { stacks as ask } from '../lib/api.js';
import { when } from '../lib/format.js';

const EVERY = 2000;

const members = (root, list) => root.find(list)?.all('member') ?? [];
const status = (text = '') => badge(text, /ROLLBACK|FAILED/.test(text) ? 'bad' : /IN_PROGRESS/.test(text) ? 'warn' : 'good');
const isServed = (error) => !(error.status === 501 || /UnknownOperation|InvalidAction|Invalid(ClientTokenId)?Action|AccessDeniedException/.test(`${error.code}`) || /Unable to determine/.test(error.message));

export async function page(place, [name], signal) {
  try {
    if (name) await one(place, name, signal); else await list(place);
  } catch (error) {
    if (isServed(error)) throw error;
    show(place, h('div', { className: 'head' }, h('h1', {}, 'Stacks')), note('This server does not serve CloudFormation yet: there are no stacks to show.'));
  }
}

async function list(place) {
  const found = [];
  for (let token = null, first = true; first || token; first = false) {
    const root = await ask('DescribeStacks', token ? { NextToken: token } : {});
    found.push(...members(root, 'Stacks'));
    token = root.find('NextToken')?.text();
  }
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Stacks')), h('div', { className: 'sheet' }, table('Stacks', [
    ['Name', (stack) => h('a', { href: `#/stacks/${encodeURIComponent(stack.text('StackName'))}` }, stack.text('StackName'))],
    ['Status', (stack) => status(stack.text('StackStatus'))], ['Changed', (stack) => when(stack.text('LastUpdatedTime') || stack.text('CreationTime')), 'tight'],
    ['Description', (stack) => stack.text('Description') ?? '']], found, 'There is no stack in this region.')));
}

async function one(place, name, signal) {
  const [head, events, parts, template] = [h('div'), h('div'), h('div'), h('div')];
  show(place, head, h('div', { className: 'columns' }, events, parts), h('p'), template);
  const load = async () => {
    const [stack, happened, resources] = await Promise.all([ask('DescribeStacks', { StackName: name }), ask('DescribeStackEvents', { StackName: name }), ask('ListStackResources', { StackName: name })]);
    if (signal.aborted) return '';
    const [it] = members(stack, 'Stacks');
    const outputs = members(it, 'Outputs').map((output) => [output.text('OutputKey'), output.text('OutputValue')]);
    show(head, h('div', { className: 'head' }, h('h1', {}, name), h('span', { role: 'status' }, status(it.text('StackStatus'))),
      h('span', { className: 'push' }, careful('Delete the stack', 'It goes with all it made.', async () => { await ask('DeleteStack', { StackName: name }); return 'It is being deleted.'; }))),
    facts([['Why', it.text('StackStatusReason')], ['Made', when(it.text('CreationTime'))], ...outputs]));
    show(events, sheet('Events', table('Events', [['Time', (e) => when(e.text('Timestamp')), 'tight'], ['Of', (e) => [e.text('LogicalResourceId'), h('div', { className: 'quiet small' }, e.text('ResourceType'))]],
      ['Status', (e) => [status(e.text('ResourceStatus')), h('div', { className: 'small' }, e.text('ResourceStatusReason') ?? '')]]], members(happened, 'StackEvents').slice(0, 200))));
    show(parts, sheet('Resources', table('Resources', [['Resource', (r) => [r.text('LogicalResourceId'), h('div', { className: 'quiet small' }, r.text('ResourceType'))]], ['Is', (r) => h('code', {}, r.text('PhysicalResourceId') ?? '')], ['Status', (r) => status(r.text('ResourceStatus'))]], members(resources, 'StackResourceSummaries'))));
    return it.text('StackStatus');
  };
  let now = await load();
  show(template, act('Show the template', async () => {
    const body = (await ask('GetTemplate', { StackName: name })).find('TemplateBody')?.text() ?? '';
    show(template, sheet('Template', h('pre', { tabIndex: 0 }, body)));
  }));
  const follow = async () => {
    if (signal.aborted) return;
    if (!document.hidden) {
      try { now = await load(); } catch (error) { show(head, note(error.message)); return; }
    }
    setTimeout(follow, /IN_PROGRESS/.test(now) ? EVERY : 5 * EVERY);
  };
  setTimeout(follow, EVERY);
}
