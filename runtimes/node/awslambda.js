'use strict';
// The global `awslambda` that functions find, and with which they say that they stream.
// stream.js is what does it.

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const HTTP_RESPONSE = 'application/vnd.awslambda.http-integration-response';
// What stands between an answer's head and its body.
const HEAD_END_BYTES = 8;

function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (options && options.highWaterMark !== undefined) {
    handler[HIGH_WATER_MARK] = Number(options.highWaterMark);
  }
  return handler;
}

class HttpResponseStream {
  /** The same stream, which begins with the head of an HTTP answer: status, headers, cookies. */
  static from(stream, metadata) {
    stream.setContentType(HTTP_RESPONSE);
    const head = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(head);
      write(new Uint8Array(HEAD_END_BYTES));
    };
    return stream;
  }
}

function isStreaming(handler) {
  return handler[STREAMING] === 'response';
}

function highWaterMark(handler) {
  return handler[HIGH_WATER_MARK];
}

function install() {
  globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
}

module.exports = { highWaterMark, install, isStreaming };
