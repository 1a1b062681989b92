// Calling it: saved events, the answer, how long it took, and the log of that call.

import { h, show, act, field, select, badge, note, facts, sheet } from '../../lib/dom.js';
import { lambda, send, logs } from '../../lib/api.js';
import { ms, pretty } from '../../lib/format.js';
import { unbase64 } from '../../lib/zip.js';
import { at } from '../function.js';
import { events as frames } from '../../lib/events.js';

const EXAMPLES = {
  'Hello': { name: 'Ada' },
  'HTTP request (URL)': { version: '2.0', rawPath: '/', rawQueryString: '', headers: { accept: '*/*' }, requestContext: { http: { method: 'GET', path: '/', sourceIp: '127.0.0.1' } }, isBase64Encoded: false },
  'SQS': { Records: [{ messageId: '1', body: 'hello', eventSource: 'aws:sqs', attributes: {}, messageAttributes: {} }] },
  'S3': { Records: [{ eventName: 'ObjectCreated:Put', eventSource: 'aws:s3', s3: { bucket: { name: 'bucket' }, object: { key: 'key', size: 1 } } }] },
  'Schedule': { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} },
};

/** Events that were saved, in this browser, for one function. */
const store = (name) => ({
  key: `events:${name}`,
  all() { try { return JSON.parse(localStorage.getItem(this.key)) ?? {}; } catch { return {}; } },
  put(title, text) { localStorage.setItem(this.key, JSON.stringify({ ...this.all(), [title]: text })); },
  remove(title) { const all = this.all(); delete all[title]; localStorage.setItem(this.key, JSON.stringify(all)); },
});

/** What a REPORT line says. */
function report(text) {
  const line = text.split('\n').findLast((one) => one.startsWith('REPORT') || one.includes('"platform.report"')) ?? '';
  const found = (name) => { const is = line.match(new RegExp(`(?:^|\\t)${name}: ([\\d.]+)`)); return is ? Number(is[1]) : undefined; };
  return { duration: found('Duration'), init: found('Init Duration') ?? found('Restore Duration'), memory: found('Max Memory Used') };
}

export async function tab(place, { name, log }) {
  const saved = store(name);
  const area = h('textarea', { rows: 10, spellcheck: false, value: localStorage.getItem(`event:${name}`) ?? '{\n  "name": "Ada"\n}' });
  const which = h('select', { onchange: () => {
    const [kind, title] = [which.value[0], which.value.slice(2)];
    const text = kind === 's' ? saved.all()[title] : kind === 'e' ? JSON.stringify(EXAMPLES[title], null, 2) : null;
    if (text) area.value = text;
    titled.value = kind === 's' ? title : '';
  } });
  const list = () => show(which, h('option', { value: '' }, 'Choose…'),
    h('optgroup', { label: 'Saved in this browser' }, Object.keys(saved.all()).map((title) => h('option', { value: `s:${title}` }, title))),
    h('optgroup', { label: 'Examples' }, Object.keys(EXAMPLES).map((title) => h('option', { value: `e:${title}` }, title))));
  const titled = h('input', { placeholder: 'name of this event', spellcheck: false });
  const qualifiers = await targets(name);
  const target = select(qualifiers, { value: '$LATEST' });
  const mode = select([['RequestResponse', 'Wait for the answer'], ['Stream', 'Read the answer as it is streamed'], ['Event', 'Only send it']], {});
  const answer = h('div', { ariaLive: 'polite' });
  const run = act('Test', async () => {
    localStorage.setItem(`event:${name}`, area.value);
    show(answer, h('p', { className: 'quiet' }, 'Running…'));
    try { await invoke(answer, { name, log, qualifier: target.value, mode: mode.value, event: area.value }); }
    catch (error) { show(answer, note(error.message, 'bad')); }
  }, { className: 'main' });
  list();
  show(place, h('div', { className: 'columns' },
    sheet('Event', field('Begin with', which), field('Event, JSON', area), h('div', { className: 'row ends' }, field('Of', target), field('How', mode), run),
      h('details', {}, h('summary', {}, 'Save this event'), h('div', { className: 'row ends' }, field('Name', titled),
        act('Save', async () => { if (!titled.value.trim()) return 'Give it a name.'; saved.put(titled.value.trim(), area.value); list(); return 'Saved in this browser.'; }),
        act('Forget', async () => { saved.remove(titled.value.trim()); list(); return 'Forgotten.'; })))),
    sheet('Answer', answer)));
  show(answer, h('p', { className: 'quiet' }, 'Nothing was called yet.'));
}

async function targets(name) {
  const [versions, aliases] = await Promise.all([lambda('GET', `${at(name)}/versions`), lambda('GET', `${at(name)}/aliases`)]);
  return [...aliases.Aliases.map((alias) => [alias.Name, `alias ${alias.Name}`]), ...versions.Versions.map(({ Version }) => [Version, Version === '$LATEST' ? Version : `version ${Version}`])];
}

async function invoke(answer, { name, log, qualifier, mode, event }) {
  const path = mode === 'Stream' ? `/2021-11-15/functions/${encodeURIComponent(name)}/response-streaming-invocations` : `${at(name)}/invocations`;
  const began = performance.now();
  const headers = { 'content-type': 'application/json', 'x-amz-log-type': 'Tail', ...(mode === 'Stream' ? {} : { 'x-amz-invocation-type': mode }) };
  const reply = await send('lambda', 'POST', `${path}?Qualifier=${encodeURIComponent(qualifier)}`, { body: event, headers });
  const id = reply.headers.get('x-amzn-requestid');
  let failed = reply.headers.get('x-amz-function-error');
  let tail = reply.headers.get('x-amz-log-result');
  const output = h('pre', { tabIndex: 0, id: 'answer' });
  if (mode === 'Stream') {
    show(answer, output);
    for await (const { kind, payload } of frames(reply.body)) {
      if (kind === 'PayloadChunk') output.textContent += payload;
      if (kind !== 'InvokeComplete') continue;
      const end = JSON.parse(payload);
      [failed, tail] = [end.ErrorCode, end.LogResult];
      if (failed) output.textContent += `\n${end.ErrorDetails}`;
    }
  } else {
    output.textContent = pretty(await reply.text()) || (mode === 'Event' ? 'It was taken, and runs in its turn.' : '(nothing)');
  }
  const whole = performance.now() - began;
  const text = tail ? unbase64(tail) : '';
  const { duration, init, memory } = report(text);
  const lines = h('pre', { tabIndex: 0, id: 'log' }, text || 'No log came with the answer.');
  show(answer,
    h('p', { className: 'row' }, badge(failed ? 'Failed' : mode === 'Event' ? 'Accepted' : 'Succeeded', failed ? 'bad' : 'good'),
      mode === 'Event' ? null : badge(init === undefined ? 'warm' : 'cold', init === undefined ? '' : 'warn')),
    facts([['Duration', ms(duration)], ['Init', ms(init)], ['There and back', ms(whole)], ['Memory', memory && `${memory} MB`],
      ['Version', reply.headers.get('x-amz-executed-version')], ['Request', h('code', {}, id)]]),
    h('h3', {}, 'Answer'), output,
    h('h3', {}, 'Log of this call'), lines,
    act('Load all of its log', async () => {
      const { events } = await logs('FilterLogEvents', { logGroupName: log, startTime: Date.now() - Math.ceil(whole) - 60_000, filterPattern: `"${id}"`, limit: 1000 });
      const stream = events[0]?.logStreamName;
      if (!stream) { lines.textContent = 'Nothing was written yet.'; return; }
      const all = await logs('FilterLogEvents', { logGroupName: log, logStreamNames: [stream], startTime: events[0].timestamp, endTime: events[events.length - 1].timestamp, limit: 10_000 });
      lines.textContent = all.events.map((one) => one.message.trimEnd()).join('\n');
    }, { className: 'slim' }));
}
