// One function: a page of tabs, each in a module of its own.

import { h, show, badge } from '../lib/dom.js';
import { lambda, functions } from '../lib/api.js';

const TABS = [
  ['code', 'Code', () => import('./function/code.js')],
  ['test', 'Test', () => import('./function/test.js')],
  ['settings', 'Configuration', () => import('./function/settings.js')],
  ['versions', 'Versions & aliases', () => import('./function/versions.js')],
  ['triggers', 'Triggers', () => import('./function/triggers.js')],
  ['metrics', 'Metrics', () => import('./function/metrics.js')],
  ['concurrency', 'Concurrency', () => import('./function/concurrency.js')],
  ['policy', 'Policy', () => import('./function/policy.js')],
];

/** Where a function is, in paths of the API. */
export const at = (name) => `${functions}/${encodeURIComponent(name)}`;

/** Waits until a change has come through. */
export async function settled(name, signal) {
  for (;;) {
    const config = await lambda('GET', `${at(name)}/configuration`);
    if (signal?.aborted || (config.State !== 'Pending' && config.LastUpdateStatus !== 'InProgress')) return config;
    await new Promise((done) => { setTimeout(done, 1000); });
  }
}

function states(config) {
  const kind = { Active: 'good', Failed: 'bad' }[config.State] ?? 'warn';
  const update = config.LastUpdateStatus === 'Successful' ? null : badge(`update ${config.LastUpdateStatus}`, config.LastUpdateStatus === 'Failed' ? 'bad' : 'warn');
  return [badge(config.State, kind), update, badge(config.Runtime ?? config.PackageType), badge(`${config.MemorySize} MB`)];
}

export async function page(place, [name, tab = 'code'], signal) {
  const config = await lambda('GET', `${at(name)}/configuration`);
  const marks = h('span', { className: 'row', role: 'status' }, states(config));
  const base = `#/functions/${encodeURIComponent(name)}`;
  const tabs = h('nav', { className: 'tabs', ariaLabel: 'Of this function' }, h('ul', {}, TABS.map(([id, text]) =>
    h('li', {}, h('a', { href: `${base}/${id}`, 'aria-current': id === tab ? 'page' : null }, text)))));
  const body = h('div');
  const log = config.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  show(place, h('div', { className: 'head' }, h('h1', {}, name), marks,
    h('a', { className: 'push', href: `#/logs/${encodeURIComponent(log)}` }, 'Follow its log')), tabs, body);
  tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const refresh = async () => { show(marks, states(await settled(name, signal))); };
  if (config.State === 'Pending' || config.LastUpdateStatus === 'InProgress') refresh().catch(() => {});
  const found = TABS.find(([id]) => id === tab) ?? TABS[0];
  await (await found[2]()).tab(body, { name, config, signal, refresh, log });
}
