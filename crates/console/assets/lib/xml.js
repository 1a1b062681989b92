// XML, as the query protocol answers: elements and text. The browser's own reader is a sink that the page's policy closes.

const NAMED = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const text = (raw) => raw.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (all, name) => {
  if (name[0] !== '#') return NAMED[name] ?? all;
  const code = name[1] === 'x' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return Number.isFinite(code) && code < 0x110000 ? String.fromCodePoint(code) : all;
});

/** The document's root: { name, text, all(name), one(name) }. */
export function read(source) {
  const root = element('');
  const open = [root];
  for (const [, comment, close, name, , alone, cdata, data] of source.matchAll(
    /(<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>]*>)|<(\/?)([\w:.-]+)((?:\s[^<>]*?)?)(\/?)>|<!\[CDATA\[([\s\S]*?)\]\]>|([^<]+)/g)) {
    if (comment !== undefined) continue;
    const here = open[open.length - 1];
    if (data !== undefined) here.raw += text(data);
    else if (cdata !== undefined) here.raw += cdata;
    else if (close) { if (open.length > 1) open.pop(); }
    else {
      const child = element(name);
      here.children.push(child);
      if (!alone) open.push(child);
    }
  }
  return root.children[0] ?? root;
}

function element(name) {
  const self = { name, children: [], raw: '' };
  self.all = (wanted) => self.children.filter((child) => child.name === wanted);
  self.one = (wanted) => self.children.find((child) => child.name === wanted);
  self.text = (wanted) => (wanted ? self.one(wanted)?.raw.trim() : self.raw.trim());
  self.find = (wanted) => (self.name === wanted ? self : self.children.map((child) => child.find(wanted)).find(Boolean));
  return self;
}
