import { h, show, note } from '../lib/dom.js';
export async function page(place) { show(place, h('h1', {}, 'Machine room'), note('…')); }
