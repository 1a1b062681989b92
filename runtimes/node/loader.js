'use strict';
// From `_HANDLER` to a function. `require` is taken wherever it can do the job: it starts a module
// in a fraction of the time of `import()`, ES modules included where Node can require those.

const fs = require('fs');
const path = require('path');
const Module = require('module');
const {
  HandlerNotFound, ImportModuleError, MalformedHandlerName, UserCodeSyntaxError,
} = require('./report.js');

// The name Lambda's own client has: it shows in the require stacks of error messages.
const requireModule = Module.createRequire('/var/runtime/index.mjs');
const requiresEsm = Boolean(process.features.require_module);

/** The handler, or a promise of it where its module can only be loaded asynchronously. */
function load(root, handler) {
  if (handler.includes('..')) {
    throw new MalformedHandlerName(`'${handler}' is not a valid handler name. Use absolute paths ` +
      'when specifying root directories in handler names.');
  }
  const base = path.basename(handler);
  const dot = base.indexOf('.');
  if (dot < 0) throw new MalformedHandlerName('Bad handler');
  const folder = path.resolve(root, handler.slice(0, handler.indexOf(base)));
  const pick = (loaded) => pickExport(loaded, base.slice(dot + 1), handler);
  let loaded;
  try {
    loaded = loadModule(root, folder, base.slice(0, dot));
  } catch (error) {
    throw asFault(error);
  }
  if (!(loaded instanceof Promise)) return pick(loaded);
  return loaded.then(pick, (error) => {
    throw asFault(error);
  });
}

function pickExport(loaded, names, handler) {
  const found = names.split('.').reduce((value, name) => value && value[name], loaded);
  if (!found) throw new HandlerNotFound(`${handler} is undefined or not exported`);
  if (typeof found !== 'function') throw new HandlerNotFound(`${handler} is not a function`);
  return found;
}

function asFault(error) {
  if (error instanceof SyntaxError) {
    // Where it is stands above the first frame of its stack only. Lambda does not say it.
    if (process.env.FIKA_DEV) console.error(String(error.stack).split('\n    at ')[0]);
    return new UserCodeSyntaxError(error);
  }
  sayWhereSdkIs(error);
  if (error && error.code === 'MODULE_NOT_FOUND') return new ImportModuleError(error);
  return error;
}

/** Lambda's own runtimes bring the SDK; these do where somebody asked for it. */
function sayWhereSdkIs(error) {
  if (!/^Cannot find (module|package) '(aws-sdk|@aws-sdk\/)/.test(error && error.message)) return;
  const runtime = String(process.env.AWS_EXECUTION_ENV).replace('AWS_Lambda_', '');
  console.error(`This runtime has no AWS SDK: \`fika runtime add ${runtime} --sdk\` and start the ` +
    'server again, or bring it in the package.');
}

/** The exports of a module, or a promise of them. Tries the file names Lambda tries, in order. */
function loadModule(root, folder, name) {
  const file = path.resolve(folder, name);
  if (fs.existsSync(file)) return requireModule(file);
  if (fs.existsSync(`${file}.js`)) return loadJs(`${file}.js`);
  if (fs.existsSync(`${file}.mjs`)) return loadEsm(`${file}.mjs`);
  if (fs.existsSync(`${file}.cjs`)) return requireModule(`${file}.cjs`);
  return requireModule(requireModule.resolve(name, { paths: [root, folder] }));
}

function loadJs(file) {
  const type = packageType(path.dirname(file));
  if (type === 'module') return loadEsm(file);
  if (type === 'commonjs') return requireModule(file);
  if (requiresEsm) return requireOrImport(file);
  const esm = require('./esm.js');
  return esm.hasEsmSyntax(file) ? esm.load(file) : requireModule(file);
}

function loadEsm(file) {
  return requiresEsm ? requireOrImport(file) : importFile(file);
}

/** A module that awaits at its top level cannot be required; Node says so before it runs. */
function requireOrImport(file) {
  try {
    return requireModule(file);
  } catch (error) {
    if (error && error.code === 'ERR_REQUIRE_ASYNC_MODULE') return importFile(file);
    throw error;
  }
}

function importFile(file) {
  return import(require('url').pathToFileURL(file).href);
}

/** What the nearest package.json says of `.js` files: 'module', 'commonjs' or undefined. */
function packageType(folder) {
  for (;;) {
    if (folder.endsWith('/node_modules')) return undefined;
    const text = readIfThere(path.join(folder, 'package.json'));
    if (text !== undefined) return typeIn(text, folder);
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function typeIn(text, folder) {
  try {
    return (JSON.parse(text) || {}).type;
  } catch (error) {
    console.warn(`${folder}/package.json cannot be read, it will be ignored for ES module ` +
      'detection purposes.', error);
    return undefined;
  }
}

/** Asks first: an error for each folder without the file would take longer than all the rest. */
function readIfThere(file) {
  if (!fs.existsSync(file)) return undefined;
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (_) {
    return undefined;
  }
}

/** Goes the ways of a load before there is anything to load, so that they are compiled and cached. */
function rehearse() {
  // The client itself is loaded already: this finds it, and does not run it again.
  requireModule(process.argv[1]);
  packageType(path.dirname(process.argv[1]));
  new Module('/var/runtime/rehearsal.js')._compile('module.exports = 0;', '/var/runtime/rehearsal.js');
  try {
    load('/var/runtime', 'rehearsal.handler');
  } catch (_) {
    // There is no such module.
  }
}

module.exports = { load, packageType, rehearse };
