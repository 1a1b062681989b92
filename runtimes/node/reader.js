'use strict';
// Reads HTTP/1.1 responses out of a stream of pieces cut anywhere. Bodies have a Content-Length or
// are chunked; however small the pieces, a body's bytes are copied a fixed number of times.

const EMPTY = Buffer.alloc(0);
const HEAD_END = '\r\n\r\n';
const LINE_END = '\r\n';

class ResponseReader {
  /** `onResponse` gets `{ status, headers, body }`, header names in lower case. */
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
    let input = buffer.subarray(0, length);
    if (this.rest.length > 0) input = Buffer.concat([this.rest, input]);
    this.rest = EMPTY;
    while (input.length > 0) {
      const used = this.step(input);
      if (used === 0) {
        this.rest = Buffer.from(input);
        return;
      }
      input = input.subarray(used);
    }
  }

  /** Reads one part; says how many bytes that took, 0 when it is not whole yet. */
  step(input) {
    if (this.partial !== null) return this.fill(input);
    if (this.response === null) return this.readHead(input);
    return this.readChunk(input);
  }

  readHead(input) {
    const end = input.indexOf(HEAD_END);
    if (end < 0) return 0;
    const lines = input.latin1Slice(0, end).split(LINE_END);
    const headers = Object.create(null);
    for (let i = 1; i < lines.length; i++) {
      const colon = lines[i].indexOf(':');
      headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
    }
    this.response = { status: Number(lines[0].slice(9, 12)), headers, body: EMPTY };
    const start = end + HEAD_END.length;
    if (headers['transfer-encoding'] === 'chunked') {
      this.chunks = [];
      return start;
    }
    return this.take(input, start, checked(Number(headers['content-length'] || 0)));
  }

  readChunk(input) {
    const end = input.indexOf(LINE_END);
    if (end < 0) return 0;
    const size = checked(parseInt(input.latin1Slice(0, end), 16));
    const start = end + LINE_END.length;
    return size === 0 ? this.endChunks(input, start) : this.take(input, start, size + 2);
  }

  /** After the last chunk come trailers, which nothing here needs, and an empty line. */
  endChunks(input, start) {
    const end = input.indexOf(HEAD_END, start - LINE_END.length);
    if (end < 0) return 0;
    this.finish(Buffer.concat(this.chunks));
    return end + HEAD_END.length;
  }

  /** Takes a part of known length, now or as it arrives. */
  take(input, start, length) {
    const end = start + length;
    if (input.length >= end) {
      this.complete(input.subarray(start, end), false);
      return end;
    }
    this.partial = Buffer.allocUnsafe(length);
    this.filled = 0;
    return start + this.fill(input.subarray(start));
  }

  fill(input) {
    const used = input.copy(this.partial, this.filled);
    this.filled += used;
    if (this.filled === this.partial.length) {
      const whole = this.partial;
      this.partial = null;
      this.complete(whole, true);
    }
    return used;
  }

  complete(bytes, owned) {
    if (this.chunks === null) {
      this.finish(bytes);
      return;
    }
    const chunk = bytes.subarray(0, bytes.length - LINE_END.length);
    this.chunks.push(owned ? chunk : Buffer.from(chunk));
  }

  finish(body) {
    const response = this.response;
    this.response = null;
    this.chunks = null;
    response.body = body;
    this.onResponse(response);
  }
}

function checked(length) {
  if (Number.isSafeInteger(length) && length >= 0) return length;
  throw new Error('the Runtime API sent a response without a readable length');
}

module.exports = { ResponseReader };
