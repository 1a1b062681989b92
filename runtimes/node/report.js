'use strict';
// What a function says, in the shapes Lambda gives it: console lines
// `TIME \t REQUEST-ID \t LEVEL \t MESSAGE`, and error documents.

const fs = require('fs');
const util = require('util');

const STDOUT = 1;
let requestId;
let tenantId;
// What writes JSON, and the levels that are written; none where the log is text.
let json = null;
let written = null;

function setRequestId(id, tenant) {
  requestId = id;
  tenantId = tenant;
}

/** Reads how the log is to be written. */
function readLogFormat() {
  if (process.env.AWS_LAMBDA_LOG_FORMAT !== 'JSON') return;
  json = require('./json_log.js');
  written = json.written(process.env.AWS_LAMBDA_LOG_LEVEL || 'INFO');
}

/** Writes everything before it returns, so that nothing is lost when the process ends. */
function writeAll(text) {
  let bytes = Buffer.from(text, 'utf8');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(STDOUT, bytes));
    } catch (error) {
      if (error.code !== 'EAGAIN') return;
      // The function made the pipe non-blocking and it is full: wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function print(level, args) {
  if (json !== null) {
    if (written.has(level)) writeAll(`${json.line(level, args, { requestId, tenantId })}\n`);
    return;
  }
  const text = `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...args)}`;
  writeAll((text.includes('\n') ? text.replace(/\n/g, '\r') : text) + '\n');
}

function patchConsole() {
  console.trace = (...args) => print('TRACE', args);
  console.debug = (...args) => print('DEBUG', args);
  console.info = (...args) => print('INFO', args);
  console.log = console.info;
  console.warn = (...args) => print('WARN', args);
  console.error = (...args) => print('ERROR', args);
  console.fatal = (...args) => print('FATAL', args);
}

/** A line about an error of the function's: a title, a tab and the error as JSON. */
function log(level, title, error) {
  if (json !== null) {
    print(level, [error]);
    return;
  }
  print(level, [title, `\t${errorJson(error instanceof Error ? error : new Error(error))}`]);
}

function errorJson(error) {
  try {
    return JSON.stringify(error, (_, value) => (value instanceof Error ? plain(value) : value));
  } catch (_) {
    // Something in it cannot be written, a cycle for instance.
    return JSON.stringify(errorDocument(error));
  }
}

/** Name, message and stack are not enumerable, so JSON would leave them out. */
function plain(error) {
  const head = { errorType: error.name, errorMessage: error.message, code: error.code };
  const all = Object.assign(head, error);
  if (typeof error.stack === 'string') all.stack = error.stack.split('\n');
  return all;
}

function looksLikeError(value) {
  return util.types.isNativeError(value) || (Boolean(value) && typeof value.name === 'string' &&
    typeof value.message === 'string' && typeof value.stack === 'string');
}

/** The document the Runtime API takes: `errorType`, `errorMessage`, `trace`. */
function errorDocument(error) {
  try {
    if (!looksLikeError(error)) {
      return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
    }
    const trace = error.stack.split('\n');
    return { errorType: `${error.name}`, errorMessage: `${error.message}`, trace };
  } catch (_) {
    const errorMessage = 'callback called with Error argument, but there was a problem while ' +
      'retrieving one or more of its message, name, and stack';
    return { errorType: 'handled', errorMessage };
  }
}

/** An error class whose name is `Runtime.NAME`, as in Lambda's error documents. */
function fault(name) {
  const type = { [name]: class extends Error {} }[name];
  Object.defineProperty(type.prototype, 'name', { value: `Runtime.${name}` });
  return type;
}

class UnhandledPromiseRejection extends fault('UnhandledPromiseRejection') {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

module.exports = {
  HandlerNotFound: fault('HandlerNotFound'),
  ImportModuleError: fault('ImportModuleError'),
  MalformedHandlerName: fault('MalformedHandlerName'),
  NodeJsExit: fault('NodeJsExit'),
  UnhandledPromiseRejection,
  UserCodeSyntaxError: fault('UserCodeSyntaxError'),
  errorDocument,
  fault,
  log,
  patchConsole,
  readLogFormat,
  setRequestId,
};
