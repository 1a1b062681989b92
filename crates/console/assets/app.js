// Which page is shown, and the bar above it.

import { h, show, say } from './lib/dom.js';
import { own, onEnd, session } from './lib/api.js';
import { login } from './pages/login.js';

const main = document.getElementById('main');
const bar = document.getElementById('bar');

/** Each page: its address, its title, and the module that makes it. */
const PAGES = [
  [/^functions$/, 'Functions', () => import('./pages/functions.js')],
  [/^create$/, 'Create a function', () => import('./pages/create.js')],
  [/^functions\/([^/]+)(?:\/([a-z]+))?$/, '', () => import('./pages/function.js')],
  [/^logs(?:\/(.+))?$/, 'Logs', () => import('./pages/logs.js')],
  [/^events$/, 'Events', () => import('./pages/events.js')],
  [/^schedules$/, 'Schedules', () => import('./pages/schedules.js')],
  [/^stacks(?:\/([^/]+))?$/, 'Stacks', () => import('./pages/stacks.js')],
  [/^room$/, 'Machine room', () => import('./pages/room.js')],
];
const NAV = [['functions', 'Functions'], ['logs', 'Logs'], ['events', 'Events'], ['schedules', 'Schedules'], ['stacks', 'Stacks'], ['room', 'Machine room']];

const look = () => {
  const wanted = localStorage.getItem('look');
  const dark = wanted ? wanted === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.look = dark ? 'dark' : 'light';
  return dark;
};
look();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', look);

let leave = null;
let turn = 0;

async function route() {
  const here = location.hash.replace(/^#\/?/, '') || 'functions';
  const mine = (turn += 1);
  leave?.abort();
  leave = new AbortController();
  const found = PAGES.find(([pattern]) => pattern.test(here));
  if (!found) { location.hash = '#/functions'; return; }
  const [pattern, title, load] = found;
  const words = here.match(pattern).slice(1).map((word) => word && decodeURIComponent(word));
  document.title = `${title || words[0]} – fika`;
  mark(here.split('/')[0]);
  const place = h('div');
  try {
    const page = await load();
    if (mine !== turn) return;
    show(main, place);
    await page.page(place, words, leave.signal);
  } catch (error) {
    if (mine === turn && error.name !== 'AbortError') show(main, h('div', { className: 'note bad', role: 'alert' }, error.message));
  }
  if (mine === turn && document.activeElement === document.body) main.focus({ preventScroll: true });
}

function mark(first) {
  for (const link of bar.querySelectorAll('nav a')) {
    const is = link.hash === `#/${first === 'create' ? 'functions' : first}`;
    if (!is) { link.removeAttribute('aria-current'); continue; }
    link.setAttribute('aria-current', 'page');
    link.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}

function dress() {
  const switched = h('button', { type: 'button', className: 'slim', id: 'look', onclick: () => {
    localStorage.setItem('look', look() ? 'light' : 'dark');
    switched.textContent = look() ? 'Light' : 'Dark';
  } }, look() ? 'Light' : 'Dark');
  const region = h('input', { value: session.region, ariaLabel: 'Region', spellcheck: false, onchange: () => {
    const wanted = region.value.trim().toLowerCase();
    if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(wanted)) { region.value = session.region; say('That is no region.'); return; }
    session.region = wanted;
    localStorage.setItem('region', wanted);
    route();
  } });
  const out = h('button', { type: 'button', className: 'slim', onclick: async () => { await own('logout', {}); nobody(); } }, 'Log out');
  show(bar,
    h('a', { className: 'brand', href: '#/functions' }, 'fika'),
    h('nav', { ariaLabel: 'Main' }, h('ul', {}, NAV.map(([to, text]) => h('li', {}, h('a', { href: `#/${to}` }, text))))),
    h('div', { className: 'who' }, h('span', { className: 'quiet arn', title: session.arn }, session.arn.replace(/^arn:aws:iam::/, '')), region, switched, out));
  bar.hidden = false;
}

function nobody() {
  turn += 1;
  leave?.abort();
  bar.hidden = true;
  document.title = 'Log in – fika';
  login(main, start);
}

async function start() {
  const answer = await own('session');
  if (!answer.ok) { nobody(); return; }
  Object.assign(session, await answer.json());
  session.region = localStorage.getItem('region') ?? session.region;
  dress();
  await route();
}

document.querySelector('.skip').addEventListener('click', (event) => { event.preventDefault(); main.focus(); });
window.addEventListener('hashchange', () => { if (!bar.hidden) route(); });
onEnd(() => { if (!bar.hidden) { nobody(); say('You are not logged in any more.'); } });
start().catch((error) => { nobody(); say(error.message); });
