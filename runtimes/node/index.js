'use strict';
// fika's runtime client for Node 14 and later: loads the handler, then serves invocations from
// the Runtime API until the connection ends.
//
//   api.js         the Runtime API over one raw, pipelined connection
//   reader.js      HTTP responses out of what arrives there
//   invocation.js  one invocation: the context object, and answering exactly once
//   answers.js     where custom resources answer their stack
//   awslambda.js   the global `awslambda`, by which handlers say that they stream
//   stream.js      an invocation whose handler writes a stream; chunks.js is what that is sent as
//   loader.js      from `_HANDLER` to a function
//   esm.js         ES modules in a plain `index.js`, on Node versions that cannot tell by themselves
//   report.js      console lines and error documents, in Lambda's shapes
//   json_log.js    the same lines as JSON objects
//   parked.js      started before the function is known, for a cold start out of stock
//   snapstart.js   SnapStart: stopped after init, restored many times
//   random.js      what must differ between the restored ones
//   debug.js       a debugger, for `fika dev --debug`
//   bundle.js      what makes one file of them all in an image

const awslambda = require('./awslambda.js');
const { RuntimeApi } = require('./api.js');
const { Invocation, readEnvironment } = require('./invocation.js');
const { headerKey } = require('./reader.js');
const {
  UnhandledPromiseRejection, log, patchConsole, readLogFormat, setRequestId,
} = require('./report.js');

const REQUEST_ID = headerKey('lambda-runtime-aws-request-id');
const TRACE_ID = headerKey('lambda-runtime-trace-id');
const TENANT_ID = headerKey('lambda-runtime-aws-tenant-id');
// Exit codes of AWS's own client.
const UNHANDLED_REJECTION = 128;
const UNCAUGHT_EXCEPTION = 129;

const env = process.env;
// Connecting goes on in the background while the handler is loaded.
const api = new RuntimeApi(env.AWS_LAMBDA_RUNTIME_API);
let current = null;
let initialised = false;
let exiting = false;

awslambda.install();
patchConsole();
showTrace();

/** Reports an error nobody caught, where somebody waits for it, and ends the process. */
function die(title, error, code) {
  log('ERROR', title, error);
  if (exiting) return;
  exiting = true;
  if (!initialised) api.failStart(error, code);
  else if (current === null || !current.failAndExit(error, code)) process.exit(code);
}

function dieUncaught(error) {
  die('Uncaught Exception', error, UNCAUGHT_EXCEPTION);
}

process.on('uncaughtException', dieUncaught);
process.on('unhandledRejection', (reason) =>
  die('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason), UNHANDLED_REJECTION));
// The socket keeps the event loop alive only between invocations, so that an empty loop within
// one shows here.
process.on('beforeExit', () => {
  if (current !== null && !exiting) current.loopIsEmpty();
});

let trace;

/**
 * Shows the trace id of the running invocation as a variable. Setting the real one for each
 * invocation would eat the function's memory: the C library keeps every value that a variable
 * ever had. Reading finds this below the real ones; the function may set one of its own.
 */
function showTrace() {
  const variable = { enumerable: true, get: () => trace };
  const below = Object.create(Object.getPrototypeOf(env), { _X_AMZN_TRACE_ID: variable });
  Object.setPrototypeOf(env, below);
}

function serve(handler) {
  initialised = true;
  readEnvironment();
  const Kind = awslambda.isStreaming(handler) ? require('./stream.js').StreamingInvocation : Invocation;
  api.onInvocation = (response) => {
    const id = response.header(REQUEST_ID);
    const tenant = response.header(TENANT_ID);
    setRequestId(id, tenant);
    trace = response.header(TRACE_ID);
    current = new Kind(api, id, handler, tenant);
    current.run(response);
  };
  api.next();
}

function start() {
  readLogFormat();
  const snapStart = env.AWS_LAMBDA_INITIALIZATION_TYPE === 'snap-start';
  if (snapStart) require('./random.js').replaceMathRandom();
  if (env.FIKA_DEBUG_PORT) require('./debug.js').listen(Number(env.FIKA_DEBUG_PORT));
  const { load } = require('./loader.js');
  const root = env.LAMBDA_TASK_ROOT || process.cwd();
  const loaded = load(root, env._HANDLER || '');
  const ready = snapStart ? checkpointed : serve;
  // Waiting for a promise that is not there would cost a turn of the loop on every cold start.
  if (typeof loaded === 'function') ready(loaded);
  else loaded.then(ready).catch(dieUncaught);
}

async function checkpointed(handler) {
  await require('./snapstart.js').checkpoint(api, (error, { type, code }) => {
    log('ERROR', 'Hook Error', error);
    exiting = true;
    api.failStart(error, code, type);
  });
  serve(handler);
}

function begin() {
  try {
    start();
  } catch (error) {
    dieUncaught(error);
  }
}

if (env.FIKA_PARKED === '1') require('./parked.js').park(api, begin);
else begin();
