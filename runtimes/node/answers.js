'use strict';
// Where custom resources answer their stack. On AWS such an address begins with `https`, and many handlers know it no
// other way: they send to port 443 of its host, whatever the address says. fika's are reached inside the sandbox,
// where nobody could read along, so a connection that is meant for one is made as its address says. What is elsewhere
// is never diverted: an event may come from anybody.

const PATH = '/_fika/cloudformation/answers/';
const HERE = ['127.0.0.1', 'localhost'];

let at = null;

/** Takes note of the address that an event names. Nothing else of the process changes. */
function expect(address) {
  if (typeof address !== 'string' || !address.startsWith('http://')) return;
  let url;
  try {
    url = new URL(address);
  } catch (_) {
    return;
  }
  if (!HERE.includes(url.hostname) || !url.pathname.startsWith(PATH)) return;
  const isFirst = at === null;
  at = { host: url.hostname, port: Number(url.port || 80) };
  if (isFirst) divert();
}

function divert() {
  const net = require('net');
  const tls = require('tls');
  const connect = tls.connect;
  tls.connect = function connectOrDivert(...given) {
    const [options] = given;
    return isThere(options) ? net.connect(at) : connect.apply(this, given);
  };
}

function isThere(options) {
  if (options === null || typeof options !== 'object' || options.host !== at.host) return false;
  const port = Number(options.port || 443);
  return port === 443 || port === at.port;
}

module.exports = { expect };
