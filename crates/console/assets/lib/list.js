// A list of any length, of which only the lines are there that are seen.

import { h, show } from './dom.js';

const LINE = 36;
const AROUND = 8;

export class List {
  constructor({ label, columns, key, text, seen }) {
    Object.assign(this, { columns, key, text, seen, all: [], shown: [], wanted: '', by: columns[0][0], down: false, drawn: '' });
    this.window = h('div', { className: 'window', tabIndex: 0, role: 'table', ariaLabel: label });
    this.room = h('div', { className: 'room', role: 'rowgroup' });
    this.titles = columns.map(([name, title, , kind]) => h('button', { type: 'button', className: kind ?? '', onclick: () => this.sort(name) }, title));
    this.window.append(this.room);
    this.element = h('div', { className: 'list' },
      h('div', { className: 'titles cells', role: 'group', ariaLabel: 'Sort by' }, this.titles), this.window);
    this.window.addEventListener('scroll', () => this.draw());
    this.mark();
  }

  /** Follows the size of the window until the page is left. */
  start(signal) {
    const seen = new ResizeObserver(() => this.draw());
    seen.observe(this.window);
    signal.addEventListener('abort', () => seen.disconnect());
  }

  add(items) {
    for (const item of items) this.all.push({ item, text: this.text(item) });
    // Sorting anew for each page would take longer than loading it.
    this.due ??= setTimeout(() => { this.due = null; this.arrange(); }, this.all.length > 500 ? 250 : 0);
    this.shown = this.all.filter((one) => one.text.includes(this.wanted));
  }

  search(text) {
    this.wanted = text.trim().toLowerCase();
    this.window.scrollTop = 0;
    this.arrange();
  }

  sort(name) {
    this.down = this.by === name ? !this.down : false;
    this.by = name;
    this.mark();
    this.arrange();
  }

  mark() {
    this.columns.forEach(([name, title], i) => {
      const is = name === this.by;
      this.titles[i].textContent = is ? `${title} ${this.down ? '↓' : '↑'}` : title;
      this.titles[i].setAttribute('aria-pressed', is);
    });
  }

  arrange() {
    const [by, way] = [this.by, this.down ? -1 : 1];
    const value = ({ item }) => item[by] ?? '';
    this.shown = this.all.filter((one) => one.text.includes(this.wanted));
    this.shown.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return way * (x < y ? -1 : x > y ? 1 : this.key(a.item) < this.key(b.item) ? -1 : 1);
    });
    this.drawn = '';
    this.draw();
  }

  draw(anew = false) {
    const first = Math.max(0, Math.floor(this.window.scrollTop / LINE) - AROUND);
    const last = Math.min(this.shown.length, Math.ceil((this.window.scrollTop + this.window.clientHeight) / LINE) + AROUND);
    const state = `${first}-${last}-${this.shown.length}`;
    if (state === this.drawn && !anew) return;
    this.drawn = state;
    this.room.style.height = `${this.shown.length * LINE}px`;
    this.window.setAttribute('aria-rowcount', this.shown.length);
    const focused = document.activeElement?.closest?.('.line')?.dataset.key;
    show(this.room, this.shown.slice(first, last).map(({ item }, i) => {
      const line = h('div', { className: 'line cells', role: 'row', 'aria-rowindex': first + i + 1 },
        this.columns.map(([, , of, kind]) => h('div', { role: 'cell', className: kind ?? '' }, of(item))));
      line.style.top = `${(first + i) * LINE}px`;
      line.dataset.key = this.key(item);
      return line;
    }));
    clearTimeout(this.rest);
    if (!anew) this.rest = setTimeout(() => this.seen?.(this.shown.slice(first, last).map(({ item }) => item)), 200);
    if (focused) this.room.querySelector(`[data-key="${CSS.escape(focused)}"] a`)?.focus({ preventScroll: true });
  }
}
