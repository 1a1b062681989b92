// Schedules, and rules of buses.

import { h, show, act, careful, field, sheet, table, badge, note } from '../lib/dom.js';
import { scheduler, buses, session, path } from '../lib/api.js';

export async function page(place) {
  const [schedules, rules] = [h('div'), h('div')];
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Schedules')), schedules, rules);
  await Promise.all([listSchedules(schedules), listRules(rules)]);
}

const at = (one) => `/schedules/${path(one.Name)}?groupName=${encodeURIComponent(one.GroupName)}`;

async function listSchedules(place) {
  const again = () => listSchedules(place);
  let found;
  try {
    const { Schedules } = await scheduler('GET', '/schedules?MaxResults=100');
    found = await Promise.all(Schedules.map(async (one) => ({ ...one, ...(await scheduler('GET', at(one)).catch(() => ({}))) })));
  } catch (error) { show(place, sheet('Schedules', note(error.message))); return; }
  const turn = (one) => act(one.State === 'ENABLED' ? 'Disable' : 'Enable', async () => {
    const { Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description, StartDate, EndDate, ActionAfterCompletion } = one;
    await scheduler('PUT', `/schedules/${path(Name)}`, { GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description, StartDate, EndDate, ActionAfterCompletion, State: one.State === 'ENABLED' ? 'DISABLED' : 'ENABLED' });
    await again();
  }, { className: 'slim' });
  show(place, sheet('Schedules', table('Schedules', [
    ['Name', (one) => one.Name], ['Group', (one) => one.GroupName], ['When', (one) => [h('code', {}, one.ScheduleExpression ?? ''), ' ', one.ScheduleExpressionTimezone ?? '']],
    ['Target', (one) => h('code', {}, one.Target?.Arn ?? '')], ['State', (one) => badge(one.State ?? '', one.State === 'ENABLED' ? 'good' : '')],
    ['', (one) => h('span', { className: 'row' }, turn(one), careful('Delete', 'Delete it?', async () => { await scheduler('DELETE', at(one)); await again(); return 'Deleted.'; }))]], found, 'There is no schedule.'), form(again)));
}

function form(again) {
  const name = h('input', { spellcheck: false });
  const when = h('input', { spellcheck: false, value: 'rate(5 minutes)' });
  const target = h('input', { spellcheck: false, value: `arn:aws:lambda:${session.region}:${session.account}:function:` });
  const role = h('input', { spellcheck: false, value: `arn:aws:iam::${session.account}:role/scheduler` });
  return h('details', {}, h('summary', {}, 'Add a schedule'), h('div', { className: 'row ends' }, field('Name', name), field('When', when, 'rate(…), cron(…) or at(…)')),
    field('Target’s ARN', target), field('Role', role, 'One that trusts scheduler.amazonaws.com.'), act('Add', async () => {
      await scheduler('POST', `/schedules/${path(name.value.trim())}`, { ScheduleExpression: when.value.trim(), FlexibleTimeWindow: { Mode: 'OFF' }, Target: { Arn: target.value.trim(), RoleArn: role.value.trim() } });
      await again();
      return 'Added.';
    }));
}

async function listRules(place) {
  const again = () => listRules(place);
  let rules;
  try {
    const { EventBuses } = await buses('ListEventBuses');
    rules = (await Promise.all(EventBuses.map(async ({ Name }) => (await buses('ListRules', { EventBusName: Name })).Rules))).flat();
    rules = await Promise.all(rules.map(async (rule) => ({ ...rule, targets: (await buses('ListTargetsByRule', { Rule: rule.Name, EventBusName: rule.EventBusName })).Targets })));
  } catch (error) { show(place, sheet('Rules', note(error.message))); return; }
  const turn = (rule) => act(rule.State === 'ENABLED' ? 'Disable' : 'Enable', async () => {
    await buses(rule.State === 'ENABLED' ? 'DisableRule' : 'EnableRule', { Name: rule.Name, EventBusName: rule.EventBusName });
    await again();
  }, { className: 'slim' });
  show(place, sheet('Rules of buses', table('Rules', [
    ['Name', (rule) => rule.Name], ['Bus', (rule) => rule.EventBusName], ['When', (rule) => h('code', {}, rule.ScheduleExpression ?? rule.EventPattern ?? '')],
    ['Targets', (rule) => rule.targets.map((one) => h('div', {}, h('code', {}, one.Arn)))], ['State', (rule) => badge(rule.State, rule.State === 'ENABLED' ? 'good' : '')], ['', turn]], rules, 'There is no rule.')));
}
