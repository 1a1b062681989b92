// A line chart: time from left to right, nothing below zero.

import { h, s } from './dom.js';
import { time } from './format.js';

const [WIDE, HIGH, LEFT, FOOT] = [400, 120, 4, 14];

/** lines: [{ name, points: [[seconds, value]] }] */
export function chart({ title, lines, unit, from, until }) {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 0);
  const top = most || 1;
  const x = (t) => LEFT + ((t - from) / (until - from)) * (WIDE - 2 * LEFT);
  const y = (value) => HIGH - FOOT - (value / top) * (HIGH - FOOT - 14);
  const path = (points) => points.map(([t, value], i) => `${i ? 'L' : 'M'}${x(t).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const last = lines.map(({ name, points }) => `${lines.length > 1 ? `${name} ` : ''}${unit(points.at(-1)?.[1] ?? 0)}`).join(', ');
  const one = ({ points }, i) => (points.length === 1
    ? s('circle', { cx: x(points[0][0]), cy: y(points[0][1]), r: 2.5, class: i ? 'point second' : 'point' })
    : s('path', { d: path(points), class: `path ${i ? 'second' : ''}` }));
  return h('figure', { className: 'chart' },
    h('figcaption', {}, h('span', {}, title), h('span', { className: 'quiet' }, last)),
    s('svg', { viewBox: `0 0 ${WIDE} ${HIGH}`, role: 'img', 'aria-label': `${title}: last ${last}, at most ${unit(most)}` },
      s('line', { x1: 0, x2: WIDE, y1: HIGH - FOOT, y2: HIGH - FOOT, class: 'axis' }),
      s('line', { x1: 0, x2: WIDE, y1: 14, y2: 14, class: 'axis', 'stroke-dasharray': '2 4' }),
      lines.map(one),
      s('text', { x: LEFT, y: 10 }, unit(most)), s('text', { x: LEFT, y: HIGH - 2 }, time(from)),
      s('text', { x: WIDE - LEFT, y: HIGH - 2, 'text-anchor': 'end' }, time(until))));
}
