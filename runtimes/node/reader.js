'use strict';
// Reads HTTP/1.1 responses out of a stream of pieces cut anywhere. Bodies have a Content-Length or
// are chunked; however small the pieces, a body's bytes are copied a fixed number of times.
// It passes positions instead of views, and keeps a head as one string: each object made here is one
// more for the garbage collector with every invocation.

const EMPTY = Buffer.alloc(0);
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/** What `Response.header` finds a header by; takes its name in lower case. */
function headerKey(name) {
  return `${LINE_END}${name}:`;
}

const CONTENT_LENGTH = headerKey('content-length');
const TRANSFER_ENCODING = headerKey('transfer-encoding');

class Response {
  /** Takes a head with the end of its last line. */
  constructor(head) {
    this.head = head;
    // The same length as the head: no character of latin1 grows or shrinks in lower case.
    this.lowered = head.toLowerCase();
    /** Text; set once it is whole. */
    this.body = '';
  }

  get status() {
    return Number(this.head.slice(9, 12));
  }

  /** The value of a header, `undefined` where there is none. */
  header(key) {
    const at = this.lowered.indexOf(key);
    if (at < 0) return undefined;
    const start = at + key.length;
    return this.head.slice(start, this.head.indexOf(LINE_END, start)).trim();
  }
}

class ResponseReader {
  /** `onResponse` gets each `Response`. */
  constructor(onResponse) {
    this.onResponse = onResponse;
    // The start of a head or of a size line whose end is still to come.
    this.rest = EMPTY;
    this.response = null;
    this.chunks = null;
    // A body or a chunk that arrives in several pieces.
    this.partial = null;
    this.filled = 0;
  }

  /** Takes the first `length` bytes of a buffer that the caller will use again. */
  feed(buffer, length) {
    let input = buffer;
    let end = length;
    if (this.rest.length > 0) {
      input = Buffer.concat([this.rest, buffer.subarray(0, length)]);
      end = input.length;
      this.rest = EMPTY;
    }
    let at = 0;
    while (at < end) {
      const next = this.step(input, at, end);
      if (next === at) {
        this.rest = Buffer.from(input.subarray(at, end));
        return;
      }
      at = next;
    }
  }

  /** Reads one part; says where the next one starts, `at` when this one is not whole yet. */
  step(input, at, end) {
    if (this.partial !== null) return this.fill(input, at, end);
    if (this.response === null) return this.readHead(input, at, end);
    return this.readChunk(input, at, end);
  }

  readHead(input, at, end) {
    const start = after(HEAD_END, input, at, end);
    if (start < 0) return at;
    const response = new Response(input.latin1Slice(at, start - LINE_END.length));
    this.response = response;
    const length = response.header(CONTENT_LENGTH);
    if (length === undefined && response.header(TRANSFER_ENCODING) === 'chunked') {
      this.chunks = [];
      return start;
    }
    return this.take(input, start, end, checked(Number(length || 0)));
  }

  readChunk(input, at, end) {
    const start = after(LINE_END, input, at, end);
    if (start < 0) return at;
    const size = checked(parseInt(input.latin1Slice(at, start), 16));
    if (size > 0) return this.take(input, start, end, size + LINE_END.length);
    // After the last chunk come trailers, which nothing here needs, and an empty line.
    const last = after(HEAD_END, input, start - LINE_END.length, end);
    if (last < 0) return at;
    this.finish(Buffer.concat(this.chunks).utf8Slice());
    return last;
  }

  /** Takes a part of known length, now or as it arrives. */
  take(input, at, end, length) {
    if (end - at >= length) {
      this.complete(input, at, at + length);
      return at + length;
    }
    this.partial = Buffer.allocUnsafe(length);
    this.filled = 0;
    return this.fill(input, at, end);
  }

  fill(input, at, end) {
    const { partial } = this;
    const used = input.copy(partial, this.filled, at, end);
    this.filled += used;
    if (this.filled === partial.length) {
      this.partial = null;
      this.complete(partial, 0, partial.length);
    }
    return at + used;
  }

  complete(input, start, end) {
    if (this.chunks === null) this.finish(input.utf8Slice(start, end));
    else this.chunks.push(Buffer.from(input.subarray(start, end - LINE_END.length)));
  }

  finish(body) {
    const { response } = this;
    this.response = null;
    this.chunks = null;
    response.body = body;
    this.onResponse(response);
  }
}

/** The position after a mark, -1 when it is not there. What is behind `end` is of earlier reads. */
function after(mark, input, at, end) {
  const found = input.indexOf(mark, at, 'latin1');
  const next = found + mark.length;
  return found < 0 || next > end ? -1 : next;
}

function checked(length) {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new Error('the Runtime API sent a response without a readable length');
}

module.exports = { ResponseReader, headerKey };
