// An editor of one text: numbers of lines, indents, and Tab that can be left with Escape.

import { h } from './dom.js';

/** Whether bytes are text a person would edit. */
export function isText(data) {
  if (data.length > 1 << 20) return false;
  try {
    return !new TextDecoder('utf-8', { fatal: true }).decode(data).includes('\0');
  } catch { return false; }
}

export function editor({ label, onchange, onsave }) {
  const numbers = h('div', { className: 'numbers', ariaHidden: 'true' });
  const hint = h('span', { className: 'visually-hidden', id: 'editor-hint' }, 'Tab indents. Press Escape, then Tab, to leave.');
  const area = h('textarea', { ariaLabel: label, spellcheck: false, autocapitalize: 'off', autocomplete: 'off', wrap: 'off', 'aria-describedby': 'editor-hint' });
  const element = h('div', { className: 'typing' }, numbers, area, hint);
  let leaves = false;
  let lines = 0;
  const count = () => {
    const now = area.value.split('\n').length;
    if (now === lines) return;
    lines = now;
    numbers.textContent = Array.from({ length: now }, (_, i) => i + 1).join('\n');
  };
  const insert = (text) => {
    // The one way that the browser's own undo knows of.
    if (!document.execCommand('insertText', false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
      area.dispatchEvent(new Event('input'));
    }
  };
  const lineStart = () => area.value.lastIndexOf('\n', area.selectionStart - 1) + 1;
  area.addEventListener('input', () => { count(); onchange(area.value); });
  area.addEventListener('scroll', () => { numbers.scrollTop = area.scrollTop; });
  area.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') { event.preventDefault(); onsave?.(); return; }
    if (event.key === 'Escape') { leaves = true; return; }
    if (event.key === 'Tab' && !leaves && !area.readOnly) {
      event.preventDefault();
      if (!event.shiftKey) { insert('  '); return; }
      const start = lineStart();
      const spaces = area.value.slice(start).match(/^ {1,2}|^\t/)?.[0].length ?? 0;
      if (spaces) { area.setRangeText('', start, start + spaces, 'preserve'); area.dispatchEvent(new Event('input')); }
      return;
    }
    if (event.key === 'Enter' && !event.isComposing && !area.readOnly) {
      const line = area.value.slice(lineStart(), area.selectionStart);
      event.preventDefault();
      insert(`\n${line.match(/^[ \t]*/)[0]}${/[{([:]\s*$/.test(line) ? '  ' : ''}`);
    }
    leaves = false;
  });
  return {
    element,
    focus: () => area.focus(),
    /** Shows a text; none for what is no text. */
    open(text) {
      area.readOnly = text === null;
      area.value = text ?? 'This file is no text, or too long to be edited here. It stays as it is.';
      area.scrollTop = 0;
      area.setSelectionRange(0, 0);
      count();
    },
  };
}
