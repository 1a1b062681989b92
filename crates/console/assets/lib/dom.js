// Elements, without a framework. Text goes in as text: nothing here reads markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== 'list' && name !== 'form' && element.namespaceURI !== SVG) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An element: h('a', { href }, 'text', other). */
export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

/** The same of a drawing. */
export const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

/** Shows these instead of what is there. */
export const show = (place, ...children) => {
  place.replaceChildren(...children.flat(9).filter(Boolean));
  return place;
};

let number = 0;
/** An id nothing else has. */
export const fresh = (stem) => `${stem}-${(number += 1)}`;

/** A control with its label and a hint. */
export function field(label, control, hint) {
  control.id ||= fresh('field');
  const described = hint && h('span', { className: 'hint', id: `${control.id}-hint` }, hint);
  if (described) control.setAttribute('aria-describedby', described.id);
  return h('div', { className: 'field' }, h('label', { htmlFor: control.id }, label), control, described);
}

/** A box to tick, with its label. */
export function check(label, properties) {
  const box = h('input', { type: 'checkbox', id: fresh('check'), ...properties });
  return [box, h('div', { className: 'check' }, box, h('label', { htmlFor: box.id }, label))];
}

export const select = (options, properties) =>
  h('select', properties, options.map((option) => {
    const [value, text] = Array.isArray(option) ? option : [option, option];
    return h('option', { value, selected: value === properties?.value }, text);
  }));

/** A part of a page, with a heading. */
export function sheet(title, ...children) {
  const heading = h('h2', { id: fresh('part') }, title);
  return h('section', { className: 'sheet', 'aria-labelledby': heading.id }, heading, ...children);
}

/** A table. Columns: [title, (row) => content, class]; one without a title is of buttons. On a phone each row is a card, so the roles are said. */
export function table(caption, columns, rows, empty = 'There are none.') {
  if (rows.length === 0) return h('p', { className: 'quiet' }, empty);
  const kindOf = (title, kind = '') => (title ? kind : 'does');
  const head = h('tr', { role: 'row' }, columns.map(([title, , kind]) => h('th', { scope: 'col', role: 'columnheader', className: kindOf(title, kind) }, title || h('span', { className: 'visually-hidden' }, 'Actions'))));
  const cell = (row, [title, of, kind]) => h('td', { role: 'cell', className: kindOf(title, kind), 'data-title': title }, h('div', {}, of(row)));
  const body = rows.map((row) => h('tr', { role: 'row' }, columns.map((column) => cell(row, column))));
  return h('div', { className: 'wide', tabIndex: 0, role: 'region', ariaLabel: caption },
    h('table', { role: 'table' }, h('caption', { className: 'visually-hidden' }, caption), h('thead', { role: 'rowgroup' }, head), h('tbody', { role: 'rowgroup' }, body)));
}

/** Names and values. */
export const facts = (pairs) => h('dl', { className: 'facts' },
  pairs.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

export const badge = (text, kind = '') => h('span', { className: `badge ${kind}` }, text);

export const note = (text, kind = '') => h('div', { className: `note ${kind}`, role: kind === 'bad' ? 'alert' : null }, text);

/** Says something, to those who look and to those who listen. */
export function say(text) {
  const place = document.getElementById('said');
  const line = h('div', {}, text);
  show(place, line);
  setTimeout(() => line.remove(), 6000);
}

/** A button that does something that takes a while, and says what came of it. */
export function act(text, work, properties = {}) {
  const button = h('button', { type: 'button', ...properties, onclick: async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const done = await work(event);
      if (typeof done === 'string') say(done);
    } catch (error) {
      say(error.message);
    } finally {
      button.disabled = false;
    }
  } }, text);
  return button;
}

/** Asks twice before something goes for good. */
export function careful(text, question, work) {
  const place = h('span', { className: 'row' });
  const first = h('button', { type: 'button', className: 'danger', onclick: () => {
    const back = () => { show(place, first); first.focus(); };
    const no = h('button', { type: 'button', onclick: back }, 'Keep');
    const yes = act(text, async () => { const said = await work(); back(); return said; }, { className: 'danger' });
    show(place, h('span', {}, question), yes, no);
    no.focus();
  } }, text);
  return show(place, first);
}
