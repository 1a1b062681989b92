'use strict';
// A parked runtime: started with `FIKA_PARKED=1` before its function is known. It warms what it can,
// asks `GET /fika/function` on the connection it will use later, and becomes a runtime like one
// that was started for the function.
//
// What Node or a library reads at its start only cannot be made up for. A function may have a
// parked runtime when each of these variables is in its environment what it was in the parked
// one's (in most functions: not there, or the default):
//   NODE_* but NODE_PATH and NODE_ENV, LANG, LC_*, SSL_CERT_DIR, SSL_CERT_FILE, OPENSSL_*, ICU_DATA,
//   UV_* but UV_THREADPOOL_SIZE, LD_*, MALLOC_*, GLIBC_TUNABLES, GCONV_PATH, LOCPATH,
//   AWS_LAMBDA_EXEC_WRAPPER
// The thread pool is not used before the function is there, so its size can still be chosen. The
// directories in LD_LIBRARY_PATH have to exist at the start: the dynamic loader remembers the
// missing ones as missing.

const Module = require('module');
const { Invocation } = require('./invocation.js');
const { rehearse } = require('./loader.js');
const { ResponseReader } = require('./reader.js');
const { errorDocument } = require('./report.js');

const REHEARSAL = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');

/** Warms up, waits for the function, and calls `start` once this is its runtime. */
function park(api, start) {
  warm().then(() => api.get('/fika/function', (body) => {
    become(JSON.parse(body));
    start();
  }));
}

/** Rehearses a start and an invocation: each way is slow when it is gone for the first time. */
async function warm() {
  become({ environment: { ...process.env }, directory: process.cwd(), restored: false });
  rehearse();
  const reader = new ResponseReader((response) => {
    new Invocation({ succeed() {} }, 'rehearsal', async () => 0).run(response);
  });
  reader.feed(REHEARSAL, REHEARSAL.length);
  errorDocument(new Error('rehearsal'));
  // The first ES module brings the loader of all others along.
  await import('data:text/javascript,export default 0');
}

/** Changes only what differs: setting the time zone, for one, is slow. */
function become({ environment, directory, restored = true }) {
  const { env } = process;
  for (const name of Object.keys(env)) if (!(name in environment)) delete env[name];
  for (const [name, value] of Object.entries(environment)) if (env[name] !== value) env[name] = value;
  process.chdir(directory);
  // Reads NODE_PATH and HOME again.
  Module._initPaths();
  // Unless told otherwise, others woke from the same memory as this one.
  if (restored) {
    require('./random.js').replaceMathRandom();
    moveTimeOrigin();
  }
}

/** The clock went back since the start: `performance.timeOrigin + performance.now()` is the time. */
function moveTimeOrigin() {
  const { performance } = globalThis;
  // Node 14 has no such global.
  if (performance === undefined) return;
  const value = Date.now() - performance.now();
  Object.defineProperty(performance, 'timeOrigin', { value, configurable: true, enumerable: true });
}

module.exports = { park };
