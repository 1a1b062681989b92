'use strict';
// The Runtime API (2018-06-01) over one raw keep-alive connection. `http` costs several times what
// the few fixed requests of this protocol need, so they are written and read here: an answer and
// the request for the next invocation leave in one write.

const net = require('net');
const { errorDocument } = require('./report.js');
const { ResponseReader } = require('./reader.js');

const READ_BYTES = 64 * 1024;
// Below this, one joined string is cheaper than a gathered write.
const JOIN_BYTES = 16 * 1024;

class RuntimeApi {
  /** Starts connecting to `endpoint`, as in `127.0.0.1:9001`. */
  constructor(endpoint) {
    const colon = endpoint.lastIndexOf(':');
    const base = '/2018-06-01/runtime';
    const tail = `HTTP/1.1\r\nHost: ${endpoint}\r\n`;
    this.nextRequest = `GET ${base}/invocation/next ${tail}\r\n`;
    this.invocationPath = `POST ${base}/invocation/`;
    // Where an error goes that is no invocation's.
    this.startErrorPath = `POST ${base}/init/error`;
    this.restoreErrorPath = `POST ${base}/restore/error`;
    this.restoreNextPath = `${base}/restore/next`;
    this.getTail = ` ${tail}\r\n`;
    this.tail = ` ${tail}Content-Type: application/json\r\n`;
    this.streamTail = ` ${tail}Lambda-Runtime-Function-Response-Mode: streaming\r\n` +
      'Transfer-Encoding: chunked\r\n' +
      'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n';
    /** Called with the response that is an invocation. */
    this.onInvocation = null;
    // One entry for each request on its way: what to do with its response.
    this.expected = [];
    this.invoke = (response) => this.takeInvocation(response);
    this.reader = new ResponseReader((response) => this.expected.shift()(response));
    this.connect(endpoint.slice(0, colon), Number(endpoint.slice(colon + 1)));
  }

  connect(host, port) {
    const reader = this.reader;
    const onread = {
      buffer: Buffer.allocUnsafe(READ_BYTES),
      callback: (length, buffer) => {
        reader.feed(buffer, length);
        return true;
      },
    };
    this.socket = net.connect({ host, port, onread });
    this.socket.setNoDelay(true);
    // The other end owns this process: without it there is nothing left to do.
    this.socket.on('error', () => process.exit(1));
    this.socket.on('end', () => process.exit(1));
  }

  /** Asks for the first invocation. Later ones are asked for together with an answer. */
  next() {
    this.expectInvocation();
    this.socket.write(this.nextRequest, 'latin1');
  }

  /** Asks for something else; `then` gets the body of the answer. */
  get(path, then) {
    this.socket.ref();
    this.expected.push((response) => {
      demandOk(response, path);
      then(response.body);
    });
    this.socket.write(`GET ${path}${this.getTail}`, 'latin1');
  }

  /** Waits until the process is restored from its checkpoint. */
  restoreNext(then) {
    this.get(this.restoreNextPath, (body) => {
      this.startErrorPath = this.restoreErrorPath;
      then(body);
    });
  }

  /** Answers with a JSON text, and asks for the next invocation. */
  succeed(id, json) {
    this.send(`${this.invocationPath}${id}/response${this.tail}`, json, ignore);
  }

  /** Begins an answer that is written in pieces. The next invocation is asked for apart. */
  stream(id, contentType) {
    const type = String(contentType).replace(/[^\t\x20-\x7e]/g, '');
    const head = `${this.invocationPath}${id}/response${this.streamTail}Content-Type: ${type}\r\n\r\n`;
    let then = ignore;
    this.expected.push((response) => then(response));
    const { Chunks } = require('./chunks.js');
    return new Chunks(this.socket, head, (callback) => {
      this.socket.ref();
      then = callback;
    });
  }

  /** Answers with an error, and asks for the next invocation. */
  fail(id, error) {
    this.sendError(`${this.invocationPath}${id}/error`, error, ignore);
  }

  /** Answers with an error and ends the process once that has arrived. */
  failAndExit(id, error, code) {
    this.sendError(`${this.invocationPath}${id}/error`, error, () => process.exit(code));
  }

  /** Reports that there will be no invocation, and ends the process once that has arrived. */
  failStart(error, code, type) {
    this.sendError(this.startErrorPath, error, () => process.exit(code), type);
  }

  sendError(path, error, then, errorType) {
    const document = errorDocument(error);
    // The name of an error is the function's own text: it must not write headers.
    const type = String(errorType || document.errorType).replace(/[^\w.$-]/g, '').slice(0, 256) || 'Error';
    const head = `${path}${this.tail}Lambda-Runtime-Function-Error-Type: ${type}\r\n`;
    this.send(head, JSON.stringify(document), then);
  }

  send(start, body, then) {
    const bytes = Buffer.byteLength(body);
    const head = `${start}Content-Length: ${bytes}\r\n\r\n`;
    this.expected.push(then);
    let after = '';
    if (then === ignore) {
      this.expectInvocation();
      after = this.nextRequest;
    } else {
      this.socket.ref();
    }
    // All characters one byte long means all ASCII, which latin1 writes without transcoding.
    const encoding = bytes === body.length ? 'latin1' : 'utf8';
    if (bytes <= JOIN_BYTES) {
      this.socket.write(head + body + after, encoding);
      return;
    }
    this.socket.cork();
    this.socket.write(head, 'latin1');
    this.socket.write(body, encoding);
    if (after !== '') this.socket.write(after, 'latin1');
    this.socket.uncork();
  }

  expectInvocation() {
    this.socket.ref();
    this.expected.push(this.invoke);
  }

  takeInvocation(response) {
    demandOk(response, 'next');
    // Within an invocation only the function's own work keeps the event loop alive.
    this.socket.unref();
    this.onInvocation(response);
  }
}

function demandOk(response, path) {
  if (response.status === 200) return;
  process.stderr.write(`fika: the Runtime API answered ${response.status} to ${path}\n`);
  process.exit(1);
}

/** A refused answer (too large, too late) is the server's to report; the next one may be fine. */
function ignore() {}

module.exports = { RuntimeApi };
