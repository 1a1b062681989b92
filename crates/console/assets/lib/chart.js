// A line chart: time from left to right, nothing below zero.

import { h, s } from './dom.js';
import { when } from './format.js';

const [WIDE, HIGH, EDGE] = [400, 100, 4];

/** Points that follow each other, period by period. */
const runs = (points, period) => points.reduce((all, point) => {
  const run = all.at(-1);
  if (run && point[0] - run.at(-1)[0] <= period) run.push(point); else all.push([point]);
  return all;
}, []);

/** lines: [{ name, points: [[seconds, value]] }], a point each period in which there was something */
export function chart({ title, lines, unit, from, until, period }) {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 0);
  const x = (t) => EDGE + ((t - from) / (until - from)) * (WIDE - 2 * EDGE);
  const y = (value) => HIGH - EDGE - (value / (most || 1)) * (HIGH - 2 * EDGE);
  // Where nothing happened there is no line; a point alone is a line of no length, whose round ends are seen.
  const path = (run) => run.map(([t, value], i) => `${i ? 'L' : 'M'}${x(t).toFixed(1)} ${y(value).toFixed(1)}`).join('') + (run.length === 1 ? 'h0' : '');
  const draw = ({ points }, i) => runs(points, period).map((run) => s('path', { d: path(run), class: `path ${run.length === 1 ? 'point' : ''} ${i ? 'second' : ''}` }));
  const lasts = lines.map(({ name, points }) => `${lines.length > 1 ? `${name} ` : ''}${unit(points.at(-1)?.[1] ?? 0)}`);
  const last = lasts.join(', ');
  const level = (value) => s('line', { x1: 0, x2: WIDE, y1: y(value), y2: y(value), class: `axis ${value ? 'top' : ''}` });
  const minute = (t) => h('span', {}, when(t).slice(0, 16));
  return h('figure', { className: 'chart' },
    h('figcaption', {}, h('span', {}, title), h('span', { className: 'lasts quiet' }, lasts.map((text) => h('span', {}, text)))),
    h('div', { className: 'scale' }, unit(most)),
    s('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: last ${last}, at most ${unit(most)}` },
      level(0), most > 0 && level(most), lines.map(draw)),
    h('div', { className: 'scale' }, minute(from), minute(until)));
}
