'use strict';
// Console lines and errors as JSON objects, for functions whose `LogFormat` is JSON. What is below the
// function's log level is left out. `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` say so.

const util = require('util');

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** The levels that are written: all from the one of this name on. */
function written(least) {
  const from = LEVELS.indexOf(String(least).toUpperCase());
  return new Set(LEVELS.slice(Math.max(from, 0)));
}

/** One line. `about` has the ids of what is running. */
function line(level, args, about) {
  const object = { timestamp: new Date().toISOString(), level, ...about };
  if (args.length === 1) {
    [object.message] = args;
    try {
      return JSON.stringify(object, errorsToo);
    } catch (_) {
      // Something in it cannot be written, a cycle for instance.
      object.message = util.format(object.message);
      return JSON.stringify(object);
    }
  }
  object.message = util.format(...args);
  const error = args.find((arg) => arg instanceof Error);
  return JSON.stringify(error === undefined ? object : Object.assign(object, described(error)));
}

function errorsToo(_, value) {
  return value instanceof Error ? Object.assign({}, value, described(value)) : value;
}

function described(error) {
  return {
    errorType: (error.constructor && error.constructor.name) || 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : [],
  };
}

module.exports = { line, written };
