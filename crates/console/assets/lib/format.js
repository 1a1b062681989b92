// Numbers and times, for people.

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat('sv-SE', { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const bytes = (n) => {
  if (n === undefined || n === null) return '';
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 1024 && unit < 4) { n /= 1024; unit += 1; }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
};

export const ms = (n) => {
  if (n === undefined || n === null || Number.isNaN(n)) return '';
  if (n >= 10_000) return `${(n / 1000).toFixed(1)} s`;
  if (n >= 100) return `${Math.round(n)} ms`;
  return n >= 1 ? `${n.toFixed(1)} ms` : `${Math.round(n * 1000)} µs`;
};

export const count = (n) => Number(n ?? 0).toLocaleString('en');

/** A moment of whatever form AWS gives: text, seconds or milliseconds. */
export const moment = (value) => {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number') return new Date(value > 1e11 ? value : value * 1000);
  return new Date(value.replace(/\+0000$/, 'Z'));
};
export const when = (value) => { const at = moment(value); return at ? day.format(at) : ''; };
export const time = (value) => { const at = moment(value); return at ? clock.format(at) : ''; };

export const pretty = (text) => {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
};
