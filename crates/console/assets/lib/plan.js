// The architecture as a drawing: boxes of services, and the lines between them.

import { s } from './dom.js';
import { count } from './format.js';

const HIGH = 78;
/** id, title, x, y, width */
const BOXES = [
  ['clients', 'Clients', 10, 100, 110], ['frontend', 'Frontend', 175, 100, 160], ['counting', 'Counting', 400, 8, 160], ['assignment', 'Assignment', 400, 100, 160],
  ['placement', 'Placement', 625, 8, 180], ['worker', 'Worker', 625, 100, 180], ['sandboxes', 'Sandboxes', 870, 100, 160], ['events', 'Events', 175, 192, 160], ['queues', 'Queues', 400, 192, 160],
];
const WIRES = [
  ['clients', 'frontend', 'M120 139H175'], ['frontend', 'counting', 'M335 125H367V47H400'], ['frontend', 'assignment', 'M335 139H400'],
  ['assignment', 'placement', 'M560 125H592V47H625'], ['assignment', 'worker', 'M560 139H625'], ['worker', 'sandboxes', 'M805 139H870'],
  ['events', 'frontend', 'M255 192V178'], ['queues', 'events', 'M400 231H335'],
];

export function plan() {
  const figures = {};
  const boxes = {};
  const wires = WIRES.map(([from, to, d]) => [from, to, s('path', { d, class: 'wire' })]);
  const bar = s('rect', { class: 'bar-full', x: 637, y: 68, width: 0, height: 6, rx: 3 });
  const box = ([id, title, x, y, width]) => {
    figures[id] = [s('text', { class: 'figure', x: x + 12, y: y + 42 }), s('text', { class: 'says', x: x + 12, y: y + 60 })];
    boxes[id] = s('g', {}, s('rect', { x, y, width, height: HIGH, rx: 6 }), s('text', { class: 'name', x: x + 12, y: y + 22 }, title), figures[id]);
    return boxes[id];
  };
  const title = s('title', {});
  const element = s('svg', { class: 'plan', viewBox: '0 0 1040 278', role: 'img', 'aria-label': 'The services, and what each is doing' }, title,
    wires.map(([, , wire]) => wire), BOXES.map(box), s('rect', { class: 'bar-back', x: 637, y: 68, width: 156, height: 6, rx: 3 }), bar);
  const say = (id, first, second = '') => {
    figures[id][0].textContent = first;
    figures[id][1].textContent = second;
  };
  const flows = (ids) => {
    for (const [from, to, wire] of wires) wire.classList.toggle('flows', ids(from, to));
  };

  return {
    element,
    /** The boxes that a request went through. */
    light(ids) {
      const on = new Set(['clients', 'frontend', ...ids]);
      for (const [id, group] of Object.entries(boxes)) group.classList.toggle('lit', on.has(id));
    },
    draw(now) {
      const all = (name) => now.pools.reduce((sum, pool) => sum + pool[name], 0);
      const sum = (list, name) => list.reduce((total, one) => total + one[name], 0);
      const [running, busy, starting, waiting] = [sum(now.accounts, 'running'), all('busy'), all('starting'), all('waiting')];
      say('clients', '', 'signed HTTP');
      say('frontend', now.lanes ? `${count(now.lanes)} lanes` : '', running ? `${count(running)} under way` : 'nothing under way');
      say('counting', `${count(running)} run`, now.accounts.length === 1 ? `of ${count(now.accounts[0].limit)} at once` : `in ${count(now.accounts.length)} accounts`);
      say('assignment', `${count(now.pools.length)} pools`, waiting ? `${count(waiting)} wait` : 'nobody waits');
      const [capacity, reserved] = [sum(now.workers ?? [], 'capacity_mb'), sum(now.workers ?? [], 'reserved_mb')];
      say('placement', now.workers ? `${count(reserved)} of ${count(capacity)} MB` : '', '');
      bar.setAttribute('width', capacity ? Math.min(156, (156 * reserved) / capacity) : 0);
      const stock = now.stock;
      say('worker', `${count((now.workers ?? [1]).length)} worker, ${count(starting)} being made`, stock ? `stock: ${count(stock.hits)} hit, ${count(stock.misses + stock.exhausted)} not` : '');
      say('sandboxes', `${count(busy)} busy, ${count(all('idle') + all('frozen'))} idle`, `${count(all('frozen'))} of them frozen`);
      say('events', `${count(sum(now.events, 'waiting'))} wait`, `${count(sum(now.events, 'running'))} under way`);
      say('queues', `${count(now.queues.length)} queues`, `${count(sum(now.queues, 'ready'))} ready, ${count(sum(now.queues, 'in_flight'))} in flight`);
      flows((from, to) => (to === 'placement' ? starting > 0 : from === 'events' ? sum(now.events, 'running') > 0 : from === 'queues' ? sum(now.queues, 'in_flight') > 0 : running > 0 || now.courses.length > 0));
      title.textContent = `${running} requests under way, ${busy} sandboxes busy, ${waiting} wait`;
    },
  };
}
