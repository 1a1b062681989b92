// What calls it: its URL, mappings of queues and streams, and who may otherwise.

import { h, show, act, careful, field, select, sheet, table, facts, badge } from '../../lib/dom.js';
import { lambda } from '../../lib/api.js';
import { when } from '../../lib/format.js';

const MAPPINGS = '/2015-03-31/event-source-mappings';
const urlAt = (name) => `/2021-10-31/functions/${encodeURIComponent(name)}/url`;
const configAt = (name) => `/2019-09-25/functions/${encodeURIComponent(name)}/event-invoke-config`;

const orNone = async (asked) => { try { return await asked; } catch (error) { if (error.status === 404) return null; throw error; } };

export async function tab(place, context) {
  const { name } = context;
  const again = () => tab(place, context);
  const [url, mappings, invoke] = await Promise.all([
    orNone(lambda('GET', urlAt(name))),
    lambda('GET', `${MAPPINGS}/?FunctionName=${encodeURIComponent(name)}`),
    orNone(lambda('GET', configAt(name)))]);
  show(place, h('div', { className: 'columns' }, urlSheet(name, url, again), asyncSheet(name, invoke, again)), h('p'),
    mappingSheet(name, mappings.EventSourceMappings, again));
}

function urlSheet(name, url, again) {
  if (url) {
    return sheet('Function URL', facts([['URL', h('a', { href: url.FunctionUrl, rel: 'noopener noreferrer', target: '_blank' }, url.FunctionUrl)],
      ['Who may call', url.AuthType === 'NONE' ? 'everybody whom its policy allows' : 'who signs'], ['Answers', url.InvokeMode === 'RESPONSE_STREAM' ? 'streamed' : 'whole'], ['Made', when(url.CreationTime)]]),
    careful('Delete the URL', 'Nobody can call it there any more.', async () => { await lambda('DELETE', urlAt(name)); await again(); return 'Deleted.'; }));
  }
  const auth = select([['AWS_IAM', 'who signs'], ['NONE', 'everybody']], { value: 'AWS_IAM' });
  const mode = select([['BUFFERED', 'whole'], ['RESPONSE_STREAM', 'streamed']], { value: 'BUFFERED' });
  return sheet('Function URL', h('div', { className: 'row ends' }, field('Who may call', auth), field('Answers', mode), act('Make a URL', async () => {
    await lambda('POST', urlAt(name), { AuthType: auth.value, InvokeMode: mode.value });
    if (auth.value === 'NONE') {
      await lambda('POST', `/2015-03-31/functions/${encodeURIComponent(name)}/policy`, { StatementId: 'console-public-url', Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' }).catch(() => {});
    }
    await again();
    return 'Made.';
  })));
}

function asyncSheet(name, config, again) {
  const retries = h('input', { type: 'number', min: 0, max: 2, value: config?.MaximumRetryAttempts ?? 2 });
  const age = h('input', { type: 'number', min: 60, max: 21600, value: config?.MaximumEventAgeInSeconds ?? 21600 });
  const failure = h('input', { value: config?.DestinationConfig?.OnFailure?.Destination ?? '', spellcheck: false });
  const success = h('input', { value: config?.DestinationConfig?.OnSuccess?.Destination ?? '', spellcheck: false });
  return sheet('Events', h('div', { className: 'row' }, field('Retries', retries), field('Longest age, s', age)),
    field('Where failures go', failure, 'An ARN, or nothing.'), field('Where answers go', success), act('Save', async () => {
      const to = (input) => (input.value.trim() ? { Destination: input.value.trim() } : {});
      await lambda('PUT', configAt(name), { MaximumRetryAttempts: Number(retries.value), MaximumEventAgeInSeconds: Number(age.value), DestinationConfig: { OnFailure: to(failure), OnSuccess: to(success) } });
      await again();
      return 'Saved.';
    }));
}

function mappingSheet(name, mappings, again) {
  const source = h('input', { spellcheck: false });
  const batch = h('input', { type: 'number', min: 1, max: 10000, value: 10 });
  const turn = (mapping) => act(mapping.State === 'Disabled' ? 'Enable' : 'Disable', async () => {
    await lambda('PUT', `${MAPPINGS}/${mapping.UUID}`, { Enabled: mapping.State === 'Disabled' });
    await again();
  }, { className: 'slim' });
  return sheet('Event source mappings',
    table('Event source mappings', [['Source', (m) => h('code', {}, m.EventSourceArn ?? m.SelfManagedEventSource?.Endpoints ?? '')], ['State', (m) => badge(m.State, m.State === 'Enabled' ? 'good' : '')], ['Batch', (m) => m.BatchSize, 'number'], ['Last', (m) => m.LastProcessingResult ?? ''],
      ['', (m) => h('span', { className: 'row' }, turn(m), careful('Delete', 'Delete it?', async () => { await lambda('DELETE', `${MAPPINGS}/${m.UUID}`); await again(); return 'It goes.'; }))]], mappings, 'It reads no queue and no stream.'),
    h('div', { className: 'row ends' }, field('Source’s ARN', source), field('Batch', batch), act('Add', async () => {
      await lambda('POST', MAPPINGS, { FunctionName: name, EventSourceArn: source.value.trim(), BatchSize: Number(batch.value) });
      await again();
      return 'Added.';
    })));
}
