'use strict';
// Finds what an `import` of an installed package means where `require` finds nothing: packages
// whose package.json offers an `import` condition only.

const fs = require('fs');
const path = require('path');

const CONDITIONS = ['node', 'import', 'module-sync', 'default'];

/** The file of `name` or `name/sub`, sought in the node_modules folders above, or undefined. */
function resolveImport(specifier, folder) {
  const [, name, sub] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) || [];
  if (name === undefined || name.startsWith('.')) return undefined;
  for (let at = folder; ; at = path.dirname(at)) {
    const root = path.join(at, 'node_modules', name);
    if (fs.existsSync(path.join(root, 'package.json'))) return inPackage(root, `.${sub || ''}`);
    if (at === path.dirname(at)) return undefined;
  }
}

function inPackage(root, entry) {
  const { exports } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  if (exports === undefined) return undefined;
  const isMap = exports !== null && typeof exports === 'object' && !Array.isArray(exports) &&
    Object.keys(exports).some((key) => key.startsWith('.'));
  const target = isMap ? inMap(exports, entry) : entry === '.' ? choose(exports) : undefined;
  return target === undefined ? undefined : path.join(root, target);
}

function inMap(exports, entry) {
  if (exports[entry] !== undefined) return choose(exports[entry]);
  for (const key of Object.keys(exports)) {
    const [before, after] = key.split('*');
    if (after === undefined || entry.length < before.length + after.length) continue;
    if (!entry.startsWith(before) || !entry.endsWith(after)) continue;
    const middle = entry.slice(before.length, entry.length - after.length);
    const target = choose(exports[key]);
    return target === undefined ? undefined : target.replace(/\*/g, middle);
  }
  return undefined;
}

/** The first target whose condition holds. */
function choose(target) {
  if (typeof target === 'string') return target;
  if (target === null || typeof target !== 'object') return undefined;
  const inner = Array.isArray(target)
    ? target
    : Object.keys(target).filter((key) => CONDITIONS.includes(key)).map((key) => target[key]);
  return inner.map(choose).find((found) => found !== undefined);
}

module.exports = { resolveImport };
