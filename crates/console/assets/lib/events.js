// Event streams of AWS: frames of a length, headers and a payload.

const decoder = new TextDecoder();

function frame(view) {
  const [total, heads] = [view.getUint32(0), view.getUint32(4)];
  const headers = {};
  for (let at = 12; at < 12 + heads;) {
    const length = view.getUint8(at);
    const name = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at + 1, length));
    at += 1 + length;
    // Kind 7 is text; no other is sent here.
    if (view.getUint8(at) !== 7) break;
    const size = view.getUint16(at + 1);
    headers[name] = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at + 3, size));
    at += 3 + size;
  }
  const payload = new Uint8Array(view.buffer, view.byteOffset + 12 + heads, total - heads - 16);
  return { headers, payload: decoder.decode(payload) };
}

/** The events of an answer, as they come. */
export async function* events(body) {
  const reader = body.getReader();
  let held = new Uint8Array(0);
  try {
    for (;;) {
      while (held.length >= 16) {
        const view = new DataView(held.buffer, held.byteOffset, held.length);
        const total = view.getUint32(0);
        if (total < 16 || total > 1 << 24) throw new Error('The stream cannot be read.');
        if (held.length < total) break;
        const { headers, payload } = frame(view);
        held = held.subarray(total);
        yield { kind: headers[':event-type'] ?? headers[':exception-type'], failed: headers[':message-type'] === 'exception', payload };
      }
      const { done, value } = await reader.read();
      if (done) return;
      const joined = new Uint8Array(held.length + value.length);
      joined.set(held);
      joined.set(value, held.length);
      held = joined;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
