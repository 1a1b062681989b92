'use strict';
// One invocation whose handler writes its answer into a stream. The answer is a chunked request on the
// connection everything else uses; an error behind its first byte is told in trailers.

const { Writable } = require('stream');
const { NEVER_SETTLED, contextOf } = require('./invocation.js');
const { highWaterMark } = require('./awslambda.js');
const { NodeJsExit, errorDocument, fault, log } = require('./report.js');

const InvalidStreamingOperation = fault('InvalidStreamingOperation');
// All trailers together have to stay below 16 KB.
const ERROR_BYTES = 8 * 1024;

/** What the handler writes to. What it writes is on its way once the socket has taken it. */
class ResponseStream extends Writable {
  constructor(open, options) {
    super(options);
    this.open = open;
    this.chunks = null;
    this.contentType = 'application/octet-stream';
    this.isBegun = false;
    // `HttpResponseStream.from` puts one here.
    this._onBeforeFirstWrite = undefined;
    // Whoever wants to know listens, too; without anybody it would end the process.
    this.on('error', () => {});
  }

  setContentType(contentType) {
    if (this.isBegun) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    this.contentType = contentType;
  }

  write(chunk, encoding, callback) {
    this.begin();
    return super.write(bytesOf(chunk), encoding, callback);
  }

  end(chunk, encoding, callback) {
    if (typeof chunk === 'function') return this.end(undefined, undefined, chunk);
    if (typeof encoding === 'function') return this.end(chunk, undefined, encoding);
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    else if (!this.writableEnded) this.begin();
    return super.end(callback);
  }

  begin() {
    if (this.isBegun) return;
    this.isBegun = true;
    const before = this._onBeforeFirstWrite;
    if (typeof before === 'function') before((chunk) => super.write(chunk));
  }

  _write(chunk, _, callback) {
    this.sink().write([chunk], callback);
  }

  _writev(entries, callback) {
    this.sink().write(entries.map((entry) => entry.chunk), callback);
  }

  _final(callback) {
    this.sink().end('', callback);
  }

  sink() {
    if (this.chunks === null) this.chunks = this.open(this.contentType);
    return this.chunks;
  }
}

/** What is neither text nor bytes is written as JSON. */
function bytesOf(chunk) {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  return JSON.stringify(chunk);
}

/** Trailers that tell of an error. */
function trailers(error) {
  const document = errorDocument(error);
  const type = String(document.errorType).replace(/[^\w.$-]/g, '').slice(0, 256) || 'Error';
  const body = Buffer.from(shortened(document)).toString('base64');
  return `Lambda-Runtime-Function-Error-Type: ${type}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`;
}

function shortened(document) {
  const { errorType, errorMessage } = document;
  const head = { errorType: errorType.slice(0, 256), errorMessage: errorMessage.slice(0, 1024), trace: [] };
  const tries = [document, { ...document, trace: [] }, head];
  return tries.map((one) => JSON.stringify(one)).find((json) => Buffer.byteLength(json) <= ERROR_BYTES) ||
    '{"errorType":"Error"}';
}

class StreamingInvocation {
  constructor(api, id, handler, tenant) {
    this.api = api;
    this.id = id;
    this.handler = handler;
    this.tenant = tenant;
    this.context = null;
    this.hasReturned = false;
    this.broken = null;
    // The invocation is over for its handler; the next one may still wait for an empty loop.
    this.isOver = false;
    this.isNextAsked = false;
    const open = (contentType) => api.stream(id, contentType);
    const mark = highWaterMark(handler);
    this.stream = new ResponseStream(open, mark > 0 ? { highWaterMark: mark } : {});
    this.stream.on('finish', () => this.proceed());
    this.stream.on('error', (error) => {
      this.broken = error;
      this.proceed();
    });
  }

  run(response) {
    let result;
    try {
      const { done, succeed, fail, ...context } = contextOf(this, response);
      this.context = context;
      result = this.handler(JSON.parse(response.body), this.stream, context);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (result && typeof result.then === 'function') {
      result.then((value) => this.returned(value), (error) => this.fail(error));
    } else {
      this.fail('Streaming does not support non-async handlers.');
    }
  }

  returned(value) {
    if (value !== undefined) console.warn('Streaming handlers ignore return values.');
    this.hasReturned = true;
    this.proceed();
  }

  /** Goes on once the handler has returned and its stream has ended. */
  proceed() {
    if (!this.hasReturned || this.isOver) return;
    if (this.broken !== null) this.fail(this.broken);
    else if (this.stream.writableFinished) this.isOver = true;
    if (this.isOver) this.next();
  }

  fail(error) {
    if (this.isOver) return;
    this.isOver = true;
    log('ERROR', 'Invoke Error', error);
    const { chunks } = this.stream;
    if (chunks === null) {
      // Nothing has left yet, so that all of the answer can be an error.
      this.isNextAsked = true;
      this.api.fail(this.id, error);
    } else {
      chunks.end(trailers(error), () => {});
    }
    this.stream.destroy();
    this.next();
  }

  /** What the handler has left behind runs to its end first, unless it wants otherwise. */
  next() {
    if (this.context === null || !this.context.callbackWaitsForEmptyEventLoop) this.askNext();
  }

  askNext() {
    if (this.isNextAsked) return;
    this.isNextAsked = true;
    this.api.next();
  }

  loopIsEmpty() {
    if (this.isOver) this.askNext();
    else if (this.hasReturned) this.fail('Response stream is not finished.');
    else this.fail(new NodeJsExit(NEVER_SETTLED));
  }

  /** Tells of an error nobody caught and ends the process; false: it was answered before. */
  failAndExit(error, code) {
    const { chunks } = this.stream;
    if (this.isOver || (chunks !== null && chunks.isEnded)) return false;
    this.isOver = true;
    if (chunks === null) this.api.failAndExit(this.id, error, code);
    else chunks.end(trailers(error), () => {}, () => process.exit(code));
    return true;
  }
}

module.exports = { StreamingInvocation };
