'use strict';
// In an image the client is one file: this one, the others as entries of `files`, and a call that
// starts `index.js`. Finding and opening each by itself would cost every cold start about 1 ms.

const files = Object.create(null);
const modules = Object.create(null);

function load(name) {
  const file = files[name];
  if (file === undefined) return require(name);
  if (modules[name] === undefined) {
    modules[name] = { exports: {} };
    file(modules[name], load);
  }
  return modules[name].exports;
}

