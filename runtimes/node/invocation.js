'use strict';
// One invocation: calls the handler, and answers exactly once whichever way the handler says so:
// a promise, the callback, `context.done`, or by having nothing left to do.

const { expect } = require('./answers.js');
const { headerKey } = require('./reader.js');
const { NodeJsExit, log } = require('./report.js');

const FUNCTION_ARN = headerKey('lambda-runtime-invoked-function-arn');
const DEADLINE = headerKey('lambda-runtime-deadline-ms');
const CLIENT_CONTEXT = headerKey('lambda-runtime-client-context');
const IDENTITY = headerKey('lambda-runtime-cognito-identity');

// Each reading of a variable asks the C library; these stay what they are once there are invocations.
let functionVersion;
let functionName;
let memoryLimitInMB;
let logGroupName;
let logStreamName;

function readEnvironment() {
  ({
    AWS_LAMBDA_FUNCTION_VERSION: functionVersion,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB,
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
  } = process.env);
}

class Invocation {
  constructor(api, id, handler, tenant) {
    this.api = api;
    this.id = id;
    this.handler = handler;
    this.tenant = tenant;
    this.context = null;
    this.settled = false;
    this.answered = false;
    this.later = null;
  }

  run(response) {
    try {
      this.context = contextOf(this, response);
      const event = JSON.parse(response.body);
      if (event !== null && event.ResponseURL !== undefined) expect(event.ResponseURL);
      const result = this.handler(event, this.context, (error, value) =>
        this.callback(error, value));
      if (result && typeof result.then === 'function') {
        result.then((value) => this.done(null, value), (error) => this.done(orHandled(error)));
      }
    } catch (error) {
      this.done(orHandled(error));
    }
  }

  /** The first of callback, promise and `context.done` counts. */
  settle() {
    if (this.settled) return false;
    this.settled = true;
    return true;
  }

  callback(error, value) {
    if (!this.settle()) return;
    if (isError(error)) this.fail(error);
    else if (this.context.callbackWaitsForEmptyEventLoop) this.later = () => this.succeed(value);
    else this.succeed(value);
  }

  done(error, value) {
    if (!this.settle()) return;
    if (isError(error)) this.fail(error);
    else this.succeed(value);
  }

  /** Whether the answer is still to be given; the caller gives it. */
  take() {
    if (this.answered) return false;
    this.answered = true;
    return true;
  }

  /** Tells of an error nobody caught and ends the process; false: it was answered before. */
  failAndExit(error, code) {
    if (!this.take()) return false;
    this.api.failAndExit(this.id, error, code);
    return true;
  }

  succeed(value) {
    let json;
    try {
      json = JSON.stringify(value);
    } catch (_) {
      this.fail(new Error('Unable to stringify response body'));
      return;
    }
    if (this.take()) this.api.succeed(this.id, json === undefined ? 'null' : json);
  }

  fail(error) {
    if (!this.take()) return;
    log('ERROR', 'Invoke Error', error);
    this.api.fail(this.id, error);
  }

  /** Nothing is left that could still answer, so what is known now is the answer. */
  loopIsEmpty() {
    if (this.answered) return;
    if (this.later !== null) this.later();
    else if (isAsync(this.handler)) this.fail(new NodeJsExit(NEVER_SETTLED));
    else this.succeed(null);
  }
}

/**
 * What a handler gets as `context`: a plain object without accessors, since functions copy and
 * print it. It is also several times quicker to make.
 */
function contextOf(invocation, response) {
  const deadline = Number(response.header(DEADLINE));
  return {
    callbackWaitsForEmptyEventLoop: true,
    done: (error, value) => invocation.done(error, value),
    succeed: (value) => invocation.done(null, value),
    fail: (error) => invocation.done(orHandled(error)),
    functionVersion,
    functionName,
    memoryLimitInMB,
    logGroupName,
    logStreamName,
    clientContext: parse(response.header(CLIENT_CONTEXT), 'ClientContext'),
    identity: parse(response.header(IDENTITY), 'CognitoIdentity'),
    invokedFunctionArn: response.header(FUNCTION_ARN),
    awsRequestId: invocation.id,
    tenantId: invocation.tenant,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

const NEVER_SETTLED = 'The Lambda runtime client detected an unexpected Node.js exit code. This ' +
  'is most commonly caused by a Promise that was never settled. For more information, see ' +
  'https://nodejs.org/docs/latest/api/process.html#exit-codes';

function isError(error) {
  return error !== undefined && error !== null;
}

/** A rejection with nothing in it is an error all the same. */
function orHandled(error) {
  return isError(error) ? error : 'handled';
}

function isAsync(handler) {
  return Boolean(handler.constructor) && handler.constructor.name === 'AsyncFunction';
}

/** Headers are read as latin1; what is JSON in them is UTF-8. */
function parse(header, name) {
  if (header === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(header, 'latin1').toString('utf8'));
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { Invocation, NEVER_SETTLED, contextOf, readEnvironment };
