'use strict';
// Randomness of a process whose memory is restored many times: everything that was drawn before
// the checkpoint and kept for later would come out of each of them.
//
// - `Math.random` of V8 is a generator whose state nobody can set. It is replaced before the
//   function is loaded by one that draws from `crypto`, in blocks; a restore drops the block.
// - `crypto.randomUUID` and `crypto.randomInt` keep blocks too; a restore uses them up.
// - OpenSSL's generators notice a fork, but no restore. They do draw from the kernel again when the
//   time is before that of their last seed. So at the checkpoint the clock stands in the far
//   future, and they seed themselves then: the main one because an hour has passed; those of
//   this thread and of others because they follow the main one. After the restore the clock is
//   right, so that the first use draws anew.
//
// Not in reach: contexts of `vm` that were made before (their own `Math.random`), what libraries keep
// (pools of ids), and copies of OpenSSL inside of native modules.

const BLOCK = 512;
// Of the two halves of 32 bits, 26 and 27 make the 53 of a number in [0, 1).
const HIGH = 2 ** -26;
const LOW = 2 ** -53;
const KEPT_UUIDS = 128;
const KEPT_INTEGERS = 1024;

const halves = new Uint32Array(2 * BLOCK);
let used = halves.length;

function replaceMathRandom() {
  const { randomFillSync } = require('crypto');
  const random = () => {
    if (used === halves.length) {
      randomFillSync(halves);
      used = 0;
    }
    const high = halves[used] >>> 6;
    const low = halves[used + 1] >>> 5;
    used += 2;
    return high * HIGH + low * LOW;
  };
  const { configurable, enumerable, writable } = Object.getOwnPropertyDescriptor(Math, 'random');
  Object.defineProperty(Math, 'random', { value: random, configurable, enumerable, writable });
}

/** Seeds OpenSSL's generators by the clock of the checkpoint. */
function beforeCheckpoint() {
  require('crypto').randomBytes(1);
}

/** Gets rid of all that was drawn before the checkpoint. */
function afterRestore() {
  const { randomInt, randomUUID } = require('crypto');
  used = halves.length;
  // Node 14 before 14.17 and 14.10 have neither.
  for (let n = 0; randomUUID !== undefined && n < KEPT_UUIDS; n += 1) randomUUID();
  for (let n = 0; randomInt !== undefined && n < KEPT_INTEGERS; n += 1) randomInt(2);
}

module.exports = { afterRestore, beforeCheckpoint, replaceMathRandom };
