'use strict';
// SnapStart: the process stops after its init, and its memory is restored as often as needed.
//
//   init · before-checkpoint hooks · GET /fika/checkpoint, "the clock is in the far future" · new seeds
//   GET restore/next, "you are restored, these variables are new" · after-restore hooks · next
//
// A function takes part with hooks. They may be async; each is waited for.
//
//   process.on('fika:beforeCheckpoint', fn)   the last one registered is called first
//   process.on('fika:afterRestore', fn)       the first one registered is called first

const random = require('./random.js');

// What AWS's own client for Python says and exits with.
const BEFORE = { type: 'Runtime.BeforeSnapshotError', code: 64 };
const AFTER = { type: 'Runtime.AfterRestoreError', code: 65 };

/** Settles in each restored process; `fail` gets an error of a hook, and what to call it. */
async function checkpoint(api, fail) {
  const before = process.listeners('fika:beforeCheckpoint').reverse();
  await run(before, (error) => fail(error, BEFORE));
  await new Promise((resolve) => api.get('/fika/checkpoint', resolve));
  random.beforeCheckpoint();
  const body = await new Promise((resolve) => api.restoreNext(resolve));
  if (body !== '') Object.assign(process.env, JSON.parse(body).environment);
  random.afterRestore();
  await run(process.listeners('fika:afterRestore'), (error) => fail(error, AFTER));
}

/** Ends with the first hook that throws: there is no way on from there. */
async function run(hooks, fail) {
  try {
    for (const hook of hooks) await hook.call(process);
  } catch (error) {
    fail(error);
    await new Promise(() => {});
  }
}

module.exports = { checkpoint };
