// The machine room: the architecture as it stands, once a second, and the way of single requests through it.

import { h, show, sheet, note, badge, facts } from '../lib/dom.js';
import { session } from '../lib/api.js';
import { count, ms, time } from '../lib/format.js';
import { plan } from '../lib/plan.js';

const STATES = [['s', 'starting'], ['i', 'idle'], ['b', 'busy'], ['f', 'frozen'], ['e', 'ending']];
const REQUESTS = 200;

/** What each step is, and of which service. */
const STEPS = {
  who: ['Who, and what', 'frontend'], count: ['Count', 'counting'], assign: ['Assign', 'assignment'], place: ['… place', 'placement'],
  create: ['… create, init', 'worker'], worker: ['Worker', 'worker'], function: ['… function', 'sandboxes'],
};

export async function page(place, _, signal) {
  const [state, words, pools, told] = [h('span', { className: 'quiet', role: 'status' }, 'Opening…'), h('div'), h('div'), h('div', { className: 'fall', ariaLive: 'polite' })];
  const drawing = plan();
  const list = h('ul', { className: 'requests', ariaLabel: 'Requests' });
  const totals = h('ul', { className: 'legend' });
  const pause = h('button', { type: 'button', ariaPressed: 'false', onclick: () => {
    held = !held;
    pause.ariaPressed = String(held);
    pause.textContent = held ? 'Go on' : 'Hold';
  } }, 'Hold');
  let [held, requests, chosen, source] = [false, [], null, null];

  const choose = (course) => {
    chosen = course.id;
    for (const button of list.querySelectorAll('button')) button.setAttribute('aria-pressed', button.dataset.id === chosen);
    show(told, waterfall(course));
    drawing.light(course.steps.map(([name]) => STEPS[name]?.[1]));
  };
  const row = (course) => {
    const button = h('button', { type: 'button', ariaPressed: String(course.id === chosen), onclick: () => choose(course) },
      h('span', { className: 'quiet' }, time(course.came)), h('span', { className: 'of' }, called(course)),
      h('span', {}, course.failed ? badge('failed', 'bad') : course.cold ? badge('cold', 'warn') : badge('warm')), h('span', { className: 'took' }, ms(course.whole / 1000)));
    button.dataset.id = course.id;
    return h('li', {}, button);
  };
  const take = (now) => {
    if (held) return;
    state.textContent = `at ${time(now.at)}`;
    drawing.draw(now);
    show(totals, STATES.map(([letter, name]) => h('li', {}, h('span', { className: `key ${letter}` }), `${name} ${count(sum(now.pools, name))}`)),
      h('li', {}, `waiting ${count(sum(now.pools, 'waiting'))}`));
    fill(pools, now.pools);
    if (now.courses.length === 0) return;
    requests = [...now.courses.reverse(), ...requests].slice(0, REQUESTS);
    list.prepend(...now.courses.map(row));
    while (list.childElementCount > REQUESTS) list.lastElementChild.remove();
    if (!chosen) choose(requests[0]);
  };
  const close = () => { source?.close(); source = null; };
  const look = () => {
    close();
    if (signal.aborted || document.hidden) return;
    source = new EventSource(`live?region=${encodeURIComponent(session.region)}`);
    source.onmessage = ({ data }) => { show(words); take(JSON.parse(data)); };
    source.onerror = () => {
      state.textContent = 'Not connected';
      if (source?.readyState !== EventSource.CLOSED) return;
      show(words, note('Nothing more is told: log in again, or ask for leave to list functions.', 'bad'));
    };
  };
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', close);
  show(told, h('p', { className: 'quiet' }, 'No request has come yet. While this page is open, some of those that come are followed.'));
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Machine room'), state, h('span', { className: 'push row' }, session.all ? null : badge('your account only'), pause)), words,
    h('div', { className: 'sheet plan-scroll', tabIndex: 0, role: 'region', ariaLabel: 'The services' }, drawing.element),
    sheet('Sandboxes', totals, pools), h('div', { className: 'columns' }, sheet('Requests', list), sheet('The way of one', told)));
  look();
}

/** A function, and its version if it is not the latest. */
const called = ({ name, version }) => (version === '$LATEST' ? name : `${name} ${version}`);

const sum = (pools, name) => pools.reduce((all, pool) => all + pool[name], 0);

/** The pools as lines of cells. Those that are there already are changed, not made anew: nothing flickers. */
function fill(place, pools) {
  if (pools.length === 0) { show(place, h('p', { className: 'quiet' }, 'No sandbox is there. The first call of a function makes one.')); return; }
  const there = new Map([...place.children].map((line) => [line.dataset.key, line]));
  const lines = pools.map((pool) => {
    const key = `${pool.account}/${pool.region}/${pool.name}/${pool.version}`;
    const line = there.get(key) ?? h('div', { className: 'pool' },
      h('a', { className: 'title', href: `#/functions/${encodeURIComponent(pool.name)}` }), h('div', { className: 'cells-of', role: 'img' }), h('div', { className: 'figures' }));
    line.dataset.key = key;
    const [title, cells, figures] = line.children;
    const own = pool.account === session.account;
    title.textContent = `${own ? '' : `${pool.account} `}${called(pool)}`;
    title.title = `${key}, ${pool.memory} MB`;
    if (!own) title.removeAttribute('href');
    const says = STATES.map(([, name]) => [pool[name], name]).filter(([n]) => n).map(([n, name]) => `${n} ${name}`).join(', ');
    cells.setAttribute('aria-label', `${pool.name}: ${says || 'none'}`);
    figures.textContent = `${says}${pool.waiting ? `, ${pool.waiting} wait` : ''}`;
    paint(cells, pool.cells);
    return line;
  });
  if (lines.length !== place.childElementCount || lines.some((line, i) => place.children[i] !== line)) show(place, lines);
}

function paint(place, cells) {
  const known = new Map([...place.children].map((cell) => [cell.dataset.id, cell]));
  cells.sort(([a], [b]) => a - b);
  for (const [id, letter, worker, ahead] of cells) {
    const cell = known.get(String(id)) ?? place.appendChild(h('span'));
    known.delete(String(id));
    cell.dataset.id = id;
    cell.className = `cell ${letter}${ahead ? ' ahead' : ''}`;
    cell.title = `sandbox ${id}, ${STATES.find(([one]) => one === letter)[1]}${worker === null ? '' : `, on worker ${worker}`}${ahead ? ', provisioned' : ''}`;
  }
  for (const cell of known.values()) cell.remove();
}

/** When each service had it, and for how long. */
function waterfall(course) {
  const names = Object.keys(STEPS);
  const order = [...course.steps].sort((a, b) => names.indexOf(a[0]) - names.indexOf(b[0]));
  const answer = Math.max(...order.map(([, from, took]) => from + took), 0);
  const whole = Math.max(course.whole, answer, 1);
  const bars = order.map(([name, from, took]) => {
    const part = h('div', { className: `part ${name === 'place' || name === 'create' ? 'cold' : name === 'function' ? 'code' : ''}` });
    part.style.left = `${(100 * from) / whole}%`;
    part.style.width = `${(100 * took) / whole}%`;
    return h('div', { className: 'step' }, h('span', {}, STEPS[name]?.[0] ?? name), h('div', { className: 'track' }, part), h('span', { className: 'took' }, ms(took / 1000)));
  });
  return [h('p', {}, h('strong', {}, called(course)), ' ', course.cold ? badge('cold', 'warn') : badge('warm'), ' ', course.failed ? badge('failed', 'bad') : null),
    bars, h('br'), facts([['Whole', ms(course.whole / 1000)], ['Came', time(course.came)], ['Request', h('code', {}, course.id)]])];
}
