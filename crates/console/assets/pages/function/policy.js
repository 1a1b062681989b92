// Who may call it, beside its own account.

import { h, show, act, field, sheet, table } from '../../lib/dom.js';
import { lambda } from '../../lib/api.js';
import { at } from '../function.js';

export async function tab(place, context) {
  const { name, config } = context;
  const again = () => tab(place, context);
  const found = await lambda('GET', `${at(name)}/policy`).catch((error) => { if (error.status === 404) return null; throw error; });
  const policy = found ? JSON.parse(found.Policy) : { Statement: [] };
  const who = ({ Principal: p }) => (typeof p === 'string' ? p : Object.values(p ?? {}).flat().join(', '));
  const id = h('input', { spellcheck: false });
  const principal = h('input', { spellcheck: false, placeholder: 'a service, an account or *' });
  const source = h('input', { spellcheck: false, placeholder: 'or nothing' });
  show(place, sheet('Statements',
    table('Statements of the policy', [['Id', (one) => h('code', {}, one.Sid)], ['Effect', (one) => one.Effect], ['Who', who], ['Action', (one) => [one.Action].flat().join(', ')], ['Condition', (one) => (one.Condition ? h('code', {}, JSON.stringify(one.Condition)) : '')],
      ['', (one) => act('Remove', async () => { await lambda('DELETE', `${at(name)}/policy/${encodeURIComponent(one.Sid)}`); await again(); return 'Removed.'; }, { className: 'slim' })]], policy.Statement, 'Nobody but its own account may call it.'),
    h('div', { className: 'row ends' }, field('Id', id), field('Principal', principal), field('Source’s ARN', source), act('Allow to call', async () => {
      await lambda('POST', `${at(name)}/policy`, { StatementId: id.value.trim(), Action: 'lambda:InvokeFunction', Principal: principal.value.trim(), ...(source.value.trim() ? { SourceArn: source.value.trim() } : {}) });
      await again();
      return 'Allowed.';
    }))),
  sheet('What it acts as', h('p', {}, h('code', {}, config.Role))),
  found ? h('details', { className: 'sheet' }, h('summary', {}, 'The whole document'), h('pre', { tabIndex: 0 }, JSON.stringify(policy, null, 2))) : null);
}
