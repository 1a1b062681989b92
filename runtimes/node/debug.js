'use strict';
// `fika dev --debug`: a debugger may attach to this process. It is not waited for.

/** Opens the inspector, which only this sandbox's init connects to. */
function listen(port) {
  try {
    require('inspector').open(port, '127.0.0.1');
  } catch (error) {
    // Without a wall, another sandbox may have the port.
    console.error(`No debugger can attach: ${error.message}`);
  }
}

module.exports = { listen };
