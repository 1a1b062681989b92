// What waits, what ended with nowhere to go, and the queues with their dead letters.

import { h, show, act, sheet, table, badge, note } from '../lib/dom.js';
import { lambda, sqs } from '../lib/api.js';
import { bytes, count, pretty, when } from '../lib/format.js';

export async function page(place, _, signal) {
  const [waiting, ended, queues] = [h('div'), h('div'), h('div')];
  show(place, h('div', { className: 'head' }, h('h1', {}, 'Events'), act('Look again', () => load(), { className: 'push' })), waiting, ended, queues);
  const load = async () => { await Promise.all([events(waiting, ended), listQueues(queues, signal)]); };
  await load();
}

const COLUMNS = [
  ['Target', (one) => h('code', {}, one.target)],
  ['Accepted', (one) => when(one.accepted_ms), 'tight'],
  ['Attempts', (one) => one.attempts, 'number'],
  ['Size', (one) => bytes(one.size), 'number'],
];

async function events(waiting, ended) {
  let lists;
  try {
    lists = await Promise.all(['', '?ended'].map((query) => lambda('GET', `/_fika/events${query}`)));
  } catch (error) {
    show(waiting, sheet('Events', note(error.message)));
    return;
  }
  const again = () => events(waiting, ended);
  const details = (one) => {
    const place = h('div');
    return h('details', { ontoggle: async ({ target }) => {
      if (!target.open || place.firstChild) return;
      try { show(place, h('pre', { tabIndex: 0 }, pretty((await lambda('GET', `/_fika/events/${one.id}`)).payload))); } catch (error) { show(place, note(error.message, 'bad')); }
    } }, h('summary', {}, h('code', {}, one.id.slice(0, 8))), place);
  };
  show(waiting, sheet('Waiting', table('Events that wait', [['Event', details], ...COLUMNS, ['Due', (one) => (one.due_ms ? when(one.due_ms) : 'now'), 'tight']], lists[0].events, 'Nothing waits.')));
  show(ended, sheet('Ended with nowhere to go', table('Events that ended', [['Event', details], ...COLUMNS, ['Why', (one) => [badge(one.condition ?? '', 'bad'), ' ', one.message ?? '']],
    ['', (one) => act('Send again', async () => { await lambda('POST', `/_fika/events/${one.id}/replay`); await again(); return 'It is on its way again.'; }, { className: 'slim' })]], lists[1].events, 'No event was lost.')));
}

async function listQueues(place, signal) {
  let urls;
  try { urls = (await sqs('ListQueues', { MaxResults: 100 })).QueueUrls ?? []; } catch (error) { show(place, sheet('Queues', note(error.message))); return; }
  const queues = await Promise.all(urls.map(async (QueueUrl) => {
    const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }).catch(() => ({ Attributes: {} }));
    return { QueueUrl, name: QueueUrl.split('/').pop(), ...Attributes };
  }));
  if (signal.aborted) return;
  const letters = new Set(queues.map((one) => { try { return JSON.parse(one.RedrivePolicy).deadLetterTargetArn; } catch { return null; } }).filter(Boolean));
  const again = () => listQueues(place, signal);
  const redrive = (one) => (letters.has(one.QueueArn) && Number(one.ApproximateNumberOfMessages) > 0
    ? act('Send letters back', async () => { await sqs('StartMessageMoveTask', { SourceArn: one.QueueArn }); await again(); return 'They are being moved back.'; }, { className: 'slim' }) : '');
  show(place, sheet('Queues', table('Queues', [
    ['Queue', (one) => [h('code', {}, one.name), ' ', letters.has(one.QueueArn) && badge('dead letters', Number(one.ApproximateNumberOfMessages) ? 'bad' : '')]],
    ['Visible', (one) => count(one.ApproximateNumberOfMessages), 'number'], ['In flight', (one) => count(one.ApproximateNumberOfMessagesNotVisible), 'number'],
    ['Delayed', (one) => count(one.ApproximateNumberOfMessagesDelayed), 'number'], ['', redrive]], queues, 'There is no queue.')));
}
