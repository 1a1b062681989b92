// How many of it run at once: reserved, and kept ready.

import { h, show, act, field, select, sheet, table, facts } from '../../lib/dom.js';
import { lambda } from '../../lib/api.js';
import { count } from '../../lib/format.js';
import { at } from '../function.js';

const reservedAt = (name) => `/2017-10-31/functions/${encodeURIComponent(name)}/concurrency`;
const provisionedAt = (name) => `/2019-09-30/functions/${encodeURIComponent(name)}/provisioned-concurrency`;

export async function tab(place, context) {
  const { name } = context;
  const again = () => tab(place, context);
  const [reserved, provisioned, account, versions, aliases] = await Promise.all([
    lambda('GET', `/2019-09-30/functions/${encodeURIComponent(name)}/concurrency`),
    lambda('GET', `${provisionedAt(name)}?List=ALL`),
    lambda('GET', '/2016-08-19/account-settings/'),
    lambda('GET', `${at(name)}/versions`), lambda('GET', `${at(name)}/aliases`)]);
  const limits = account.AccountLimit;
  const amount = h('input', { type: 'number', min: 0, value: reserved.ReservedConcurrentExecutions ?? '' });
  const ready = h('input', { type: 'number', min: 1, value: 1 });
  const names = [...aliases.Aliases.map((a) => a.Name), ...versions.Versions.map((v) => v.Version).filter((v) => v !== '$LATEST')];
  const which = select(names, {});
  const of = (config) => config.FunctionArn.split(':').pop();
  show(place, h('div', { className: 'columns' },
    sheet('Reserved', facts([['Reserved', reserved.ReservedConcurrentExecutions ?? 'nothing: it shares what is free'], ['Free in the account', count(limits.UnreservedConcurrentExecutions)], ['Of', count(limits.ConcurrentExecutions)]]),
      field('Invocations at once', amount, '0 stops the function.'),
      h('div', { className: 'row' },
        act('Reserve', async () => { await lambda('PUT', reservedAt(name), { ReservedConcurrentExecutions: Number(amount.value) }); await again(); return 'Reserved.'; }),
        act('Lift', async () => { await lambda('DELETE', reservedAt(name)); await again(); return 'Lifted.'; }))),
    sheet('Provisioned',
      table('Provisioned concurrency', [['Of', (c) => h('code', {}, of(c))], ['Ready', (c) => `${c.AvailableProvisionedConcurrentExecutions} of ${c.RequestedProvisionedConcurrentExecutions}`, 'number'], ['Status', (c) => `${c.Status}${c.StatusReason ? `: ${c.StatusReason}` : ''}`],
        ['', (c) => act('Remove', async () => { await lambda('DELETE', `${provisionedAt(name)}?Qualifier=${of(c)}`); await again(); return 'Removed.'; }, { className: 'slim' })]], provisioned.ProvisionedConcurrencyConfigs, 'No sandbox is kept ahead of calls.'),
      names.length === 0 ? h('p', { className: 'quiet' }, 'Publish a version first: only those are kept ready.')
        : h('div', { className: 'row ends' }, field('Version or alias', which), field('Sandboxes', ready), act('Keep ready', async () => {
          await lambda('PUT', `${provisionedAt(name)}?Qualifier=${encodeURIComponent(which.value)}`, { ProvisionedConcurrentExecutions: Number(ready.value) });
          await again();
          return 'They are being made.';
        })))));
}
