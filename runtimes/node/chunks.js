'use strict';
// An answer to the Runtime API whose length nobody knows yet: a chunked body on a shared socket.

const END = '0\r\n';
const LINE_END = '\r\n';

class Chunks {
  /** Writes the head; `onEnd` is told whom to call when it has arrived. */
  constructor(socket, head, onEnd) {
    this.socket = socket;
    this.isEnded = false;
    this.onEnd = onEnd;
    socket.write(head, 'latin1');
  }

  /** Writes pieces; calls back when the socket takes more. */
  write(pieces, callback) {
    const { socket } = this;
    let takesMore = true;
    socket.cork();
    for (const piece of pieces) {
      // An empty chunk would be the last one.
      if (piece.length === 0) continue;
      socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
      socket.write(piece);
      takesMore = socket.write(LINE_END, 'latin1');
    }
    socket.uncork();
    if (takesMore && !socket.writableNeedDrain) callback();
    else socket.once('drain', () => callback());
  }

  /** Ends it with these trailers; `then` is called once it has arrived. */
  end(trailers, callback, then) {
    if (this.isEnded) {
      callback();
      return;
    }
    this.isEnded = true;
    if (then !== undefined) this.onEnd(then);
    this.socket.write(END + trailers + LINE_END, 'latin1', () => callback());
  }
}

module.exports = { Chunks };
