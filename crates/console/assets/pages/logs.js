// A log, as it is written. What comes too fast is a sample, and what is shown has a bound.

import { h, show, field, note } from '../lib/dom.js';
import { logs, send, session } from '../lib/api.js';
import { time, count } from '../lib/format.js';
import { events } from '../lib/events.js';

const LINES = 2000;

export async function page(place, [given], signal) {
  const group = h('input', { value: given ?? '', spellcheck: false, placeholder: '/aws/lambda/NAME' });
  const known = h('datalist', { id: 'groups' });
  group.setAttribute('list', 'groups');
  const pattern = h('input', { spellcheck: false, placeholder: 'ERROR' });
  const pause = h('button', { type: 'button', ariaPressed: 'false', onclick: () => {
    paused = !paused;
    pause.ariaPressed = String(paused);
    pause.textContent = paused ? 'Go on' : 'Pause';
    if (!paused) draw();
  } }, 'Pause');
  const state = h('span', { className: 'quiet', role: 'status' });
  const box = h('div', { className: 'log', tabIndex: 0, role: 'log', ariaLive: 'off', ariaLabel: 'Lines of the log' });
  const words = h('div');
  let [paused, held, following, seen, dropped] = [false, [], null, 0, 0];

  const draw = () => {
    if (paused || held.length === 0) return;
    const below = box.scrollTop + box.clientHeight >= box.scrollHeight - 40;
    box.append(...held.map(line));
    held = [];
    while (box.childElementCount > LINES) box.firstElementChild.remove();
    if (below) box.scrollTop = box.scrollHeight;
  };
  const take = (results) => {
    seen += results.length;
    held.push(...results);
    if (held.length > LINES) { dropped += held.length - LINES; held = held.slice(-LINES); }
    draw();
  };
  const tell = (sampled) => {
    const lost = sampled ? '; they come faster than this shows: a sample' : dropped ? `; ${count(dropped)} left out while paused` : '';
    state.textContent = `Following, ${count(seen)} lines${lost}`;
    state.className = sampled ? 'warn' : 'quiet';
  };
  const follow = async () => {
    following?.abort();
    const mine = (following = new AbortController());
    [seen, dropped, held] = [0, 0, []];
    show(box); show(words);
    const name = group.value.trim();
    if (!name) { state.textContent = 'Choose a log group.'; return; }
    state.textContent = 'Opening…';
    try {
      const recent = await logs('FilterLogEvents', { logGroupName: name, startTime: Date.now() - 15 * 60_000, limit: 500, ...(pattern.value ? { filterPattern: pattern.value } : {}) });
      if (mine.signal.aborted) return;
      take(recent.events);
      const arn = `arn:aws:logs:${session.region}:${session.account}:log-group:${name}`;
      const answer = await send('logs', 'POST', '/', { signal: mine.signal, headers: { 'x-amz-target': 'Logs_20140328.StartLiveTail', 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ logGroupIdentifiers: [arn], ...(pattern.value ? { logEventFilterPattern: pattern.value } : {}) }) });
      tell(false);
      for await (const { kind, payload, failed } of events(answer.body)) {
        if (failed) throw new Error(JSON.parse(payload).message);
        if (kind !== 'sessionUpdate') continue;
        const { sessionResults, sessionMetadata } = JSON.parse(payload);
        take(sessionResults);
        tell(sessionMetadata.sampled);
      }
      state.textContent = 'It ended.';
    } catch (error) {
      if (!mine.signal.aborted) { state.textContent = ''; show(words, note(error.message, 'bad')); }
    }
  };
  signal.addEventListener('abort', () => following?.abort());
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Logs'), state),
    h('form', { className: 'row ends', onsubmit: (event) => { event.preventDefault(); follow(); } },
      field('Log group', group), known, field('Filter pattern', pattern), h('button', { className: 'main' }, 'Follow'), pause,
      h('button', { type: 'button', onclick: () => show(box) }, 'Clear')),
    h('p'), words, box);
  logs('DescribeLogGroups', { limit: 50 }).then(({ logGroups }) => show(known, logGroups.map((one) => h('option', { value: one.logGroupName })))).catch(() => {});
  if (given) follow(); else state.textContent = 'Choose a log group.';
}

function line({ timestamp, message }) {
  const text = message.trimEnd();
  const kind = /^(START|END|REPORT|INIT_START|INIT_REPORT|RESTORE)/.test(text) ? 'sys' : /\b(ERROR|Error|Exception|Task timed out)\b/.test(text) ? 'err' : '';
  return h('div', { className: kind }, h('time', {}, time(timestamp)), text);
}
