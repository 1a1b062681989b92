// Published versions, and the aliases that name them.

import { h, show, act, careful, field, select, sheet, table } from '../../lib/dom.js';
import { lambda, pages } from '../../lib/api.js';
import { bytes, when } from '../../lib/format.js';
import { at } from '../function.js';

async function all(path, member) {
  const found = [];
  await pages((token) => lambda('GET', `${path}?MaxItems=50${token ? `&Marker=${encodeURIComponent(token)}` : ''}`), (answer) => { found.push(...answer[member]); return answer.NextMarker; });
  return found;
}

export async function tab(place, context) {
  const { name } = context;
  const again = () => tab(place, context);
  const [versions, aliases] = await Promise.all([all(`${at(name)}/versions`, 'Versions'), all(`${at(name)}/aliases`, 'Aliases')]);
  const numbers = versions.map(({ Version }) => Version).reverse();
  show(place, sheet('Aliases',
    table('Aliases', [['Name', (a) => h('code', {}, a.Name)], ['Version', (a) => weights(a)], ['Description', (a) => a.Description ?? ''],
      ['', (a) => careful('Delete', 'Delete the alias?', async () => { await lambda('DELETE', `${at(name)}/aliases/${encodeURIComponent(a.Name)}`); await again(); return 'Deleted.'; })]], aliases, 'There is no alias.'),
    aliasForm(name, numbers, aliases, again)),
  sheet('Versions',
    table('Versions', [['Version', (v) => h('code', {}, v.Version)], ['Description', (v) => v.Description ?? ''], ['Code', (v) => bytes(v.CodeSize), 'number'], ['Made', (v) => when(v.LastModified), 'tight'],
      ['', (v) => (v.Version === '$LATEST' ? '' : careful('Delete', 'Delete the version?', async () => { await lambda('DELETE', `${at(name)}?Qualifier=${v.Version}`); await again(); return 'Deleted.'; }))]], [...versions].reverse()),
    publishForm(name, again)));
}

const weights = (alias) => {
  const others = Object.entries(alias.RoutingConfig?.AdditionalVersionWeights ?? {});
  return [alias.FunctionVersion, ...others.map(([version, weight]) => `${version} (${Math.round(weight * 100)} %)`)].join(', ');
};

function publishForm(name, again) {
  const description = h('input', { maxLength: 256 });
  return h('div', { className: 'row ends' }, field('Description', description), act('Publish a version', async () => {
    const made = await lambda('POST', `${at(name)}/versions`, { Description: description.value });
    await again();
    return `Version ${made.Version} is published.`;
  }));
}

function aliasForm(name, numbers, aliases, again) {
  const title = h('input', { spellcheck: false });
  const version = select(numbers, { value: numbers[0] });
  const second = select([['', 'none'], ...numbers.filter((n) => n !== '$LATEST').map((n) => [n, n])], {});
  const weight = h('input', { type: 'number', min: 0, max: 100, value: 10 });
  return h('div', { className: 'row ends' }, field('Alias', title), field('Version', version), field('And of some calls', second), field('Percent', weight), act('Set alias', async () => {
    const routing = { AdditionalVersionWeights: second.value ? { [second.value]: Number(weight.value) / 100 } : {} };
    const known = aliases.some((alias) => alias.Name === title.value.trim());
    const body = { FunctionVersion: version.value, RoutingConfig: routing };
    if (known) await lambda('PUT', `${at(name)}/aliases/${encodeURIComponent(title.value.trim())}`, body);
    else await lambda('POST', `${at(name)}/aliases`, { Name: title.value.trim(), ...(second.value ? body : { FunctionVersion: version.value }) });
    await again();
    return 'The alias is set.';
  }));
}
