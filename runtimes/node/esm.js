'use strict';
// ES modules in plain `.js` files, for Node versions that cannot tell by themselves (before 20.19
// and 22.12). Each module of such a graph is compiled through `vm`; CommonJS, builtin and installed
// modules stay Node's own. Needs `--experimental-vm-modules`.

const fs = require('fs');
const path = require('path');
const vm = require('vm');
const { builtinModules, createRequire } = require('module');
const { fileURLToPath, pathToFileURL } = require('url');
const { packageType } = require('./loader.js');
const { resolveImport } = require('./exports.js');

const MAYBE_ESM = /^\s*(?:import|export)\b|\bimport\.meta\b|^\s*(?:await|(?:const|let|var)\b.*\bawait)\b/m;
const COMMONJS_NAMES = ['exports', 'require', 'module', '__filename', '__dirname'];
const modules = new Map();

/** Whether a file is an ES module by its syntax: it is no CommonJS, and looks like one. */
function hasEsmSyntax(file) {
  const source = fs.readFileSync(file, 'utf8');
  if (!MAYBE_ESM.test(source)) return false;
  try {
    vm.compileFunction(source, COMMONJS_NAMES);
    return false;
  } catch (_) {
    return true;
  }
}

/** A promise of the namespace of an ES module. */
async function load(file) {
  const module = quietly(() => moduleOf(file));
  await module.link(link);
  await module.evaluate();
  return module.namespace;
}

/** Node warns that `vm` modules are an experiment; that is ours to know, not the function's. */
function quietly(work) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function moduleOf(file) {
  let module = modules.get(file);
  if (module === undefined) {
    module = new vm.SourceTextModule(fs.readFileSync(file, 'utf8'), {
      identifier: file,
      initializeImportMeta: (meta) => {
        meta.url = pathToFileURL(file).href;
        meta.filename = file;
        meta.dirname = path.dirname(file);
      },
      importModuleDynamically: importFrom,
    });
    modules.set(file, module);
  }
  return module;
}

async function importFrom(specifier, referrer) {
  const module = await link(specifier, referrer);
  if (module.status === 'unlinked') await module.link(link);
  if (module.status === 'linked') await module.evaluate();
  return module;
}

async function link(specifier, referrer) {
  const from = referrer.identifier;
  if (isBuiltin(specifier)) return synthetic(specifier, () => builtin(specifier));
  const file = resolve(specifier, from);
  if (isOurs(file)) return moduleOf(file);
  if (isNodesEsm(file)) {
    const namespace = await import(pathToFileURL(file).href);
    return synthetic(file, () => namespace, true);
  }
  return synthetic(file, () => createRequire(from)(file));
}

function isBuiltin(specifier) {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

/** `node:` names can be required from 14.18 and 16 on; the bare names always. */
function builtin(specifier) {
  const bare = specifier.replace(/^node:/, '');
  return require(builtinModules.includes(bare) ? bare : specifier);
}

function resolve(specifier, from) {
  if (specifier.startsWith('file:')) return fileURLToPath(specifier);
  try {
    return createRequire(from).resolve(specifier);
  } catch (error) {
    const file = resolveImport(specifier, path.dirname(from));
    if (file === undefined) throw error;
    return file;
  }
}

/** ES modules of the function itself may import plain `.js` ones in turn. */
function isOurs(file) {
  if (file.includes('/node_modules/')) return false;
  if (file.endsWith('.mjs')) return true;
  if (!file.endsWith('.js')) return false;
  const type = packageType(path.dirname(file));
  return type === 'module' || (type === undefined && hasEsmSyntax(file));
}

function isNodesEsm(file) {
  if (file.endsWith('.mjs')) return true;
  return file.endsWith('.js') && packageType(path.dirname(file)) === 'module';
}

/** A module that stands for another: its exports, and CommonJS as the default one. */
async function synthetic(identifier, get, isNamespace = false) {
  const known = modules.get(identifier);
  if (known !== undefined) return known;
  const value = get();
  const named = value !== null && /^(object|function)$/.test(typeof value) ? Object.keys(value) : [];
  const names = isNamespace ? named : ['default', ...named.filter((name) => name !== 'default')];
  const module = quietly(() => new vm.SyntheticModule(names, function setExports() {
    for (const name of names) {
      this.setExport(name, !isNamespace && name === 'default' ? value : value[name]);
    }
  }, { identifier }));
  modules.set(identifier, module);
  return module;
}

module.exports = { hasEsmSyntax, load };
