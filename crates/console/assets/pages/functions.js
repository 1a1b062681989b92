// All functions of the account. They come in pages, and are searched and sorted here: 20,000 are as quick as ten.

import { h, show, note } from '../lib/dom.js';
import { lambda, functions, pages } from '../lib/api.js';
import { bytes, when, count } from '../lib/format.js';
import { List } from '../lib/list.js';

const COLUMNS = [
  ['FunctionName', 'Name', (f) => h('a', { href: `#/functions/${encodeURIComponent(f.FunctionName)}` }, f.FunctionName)],
  ['Runtime', 'Runtime', (f) => f.Runtime ?? 'image'],
  ['MemorySize', 'Memory', (f) => `${f.MemorySize} MB`, 'number'],
  ['CodeSize', 'Code', (f) => bytes(f.CodeSize), 'number'],
  ['LastModified', 'Changed', (f) => when(f.LastModified)],
  ['State', 'State', (f) => h('span', { className: f.State === 'Failed' ? 'bad' : f.State === 'Active' ? '' : 'warn' }, f.State ?? '…')],
];

export async function page(place, _, signal) {
  const search = h('input', { type: 'search', placeholder: 'name or runtime', ariaLabel: 'Search functions', spellcheck: false });
  const told = h('span', { className: 'quiet', role: 'status' }, 'Loading…');
  const list = new List({ label: 'Functions', columns: COLUMNS, key: (f) => f.FunctionName, text: (f) => `${f.FunctionName} ${f.Runtime}`.toLowerCase(), seen: (shown) => ask(shown, list, signal) });
  const empty = h('div', { hidden: true }, note('There is no function in this region yet.'));
  let loading = true;
  const tell = () => {
    const [shown, all] = [list.shown.length, list.all.length];
    told.textContent = `${shown === all ? count(all) : `${count(shown)} of ${count(all)}`}${loading ? ', loading…' : ''}`;
    empty.hidden = loading || all > 0;
  };
  search.addEventListener('input', () => { list.search(search.value); tell(); });
  show(place,
    h('div', { className: 'head' }, h('h1', {}, 'Functions'), told,
      h('div', { className: 'row push' }, search, h('a', { className: 'button main', href: '#/create' }, 'Create'))),
    empty, list.element);
  list.start(signal);
  await pages((token) => lambda('GET', `${functions}?MaxItems=50${token ? `&Marker=${encodeURIComponent(token)}` : ''}`), (answer) => {
    if (signal.aborted) return null;
    list.add(answer.Functions);
    tell();
    return answer.NextMarker;
  });
  loading = false;
  if (!signal.aborted) tell();
}

/** Lists do not say what state a function is in: those that are seen are asked about, once. */
async function ask(shown, list, signal) {
  const unknown = shown.filter((one) => !one.State && !one.asked);
  for (const one of unknown) one.asked = true;
  const answers = unknown.map(async (one) => {
    const config = await lambda('GET', `${functions}/${encodeURIComponent(one.FunctionName)}/configuration`).catch(() => ({ State: '?' }));
    one.State = config.State;
  });
  await Promise.all(answers);
  if (unknown.length && !signal.aborted) list.draw(true);
}
