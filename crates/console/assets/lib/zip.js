// Zip files, read and written here: the browser deflates and inflates.

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

const crc32 = (bytes) => {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 255];
  return (sum ^ 0xffffffff) >>> 0;
};

/** The largest file that is unpacked here, bytes: larger packages are for other tools. */
const MOST = 64 << 20;

async function through(stream, bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
    length += next.value.length;
    if (length > MOST) throw new Error('The package is too large to be unpacked here.');
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) { all.set(piece, at); at += piece.length; }
  return all;
}

/** The files of a zip: [{ name, mode, data }]. */
export async function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Error('That is no zip file.');
  const files = [];
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('The zip file is broken.');
    const [method, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [names, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const [mode, local] = [view.getUint32(at + 38, true) >>> 16, view.getUint32(at + 42, true)];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + names));
    at += 46 + names + extra + comment;
    if (name.endsWith('/')) continue;
    total += size;
    if (total > MOST) throw new Error('The package is too large to be unpacked here.');
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const raw = bytes.subarray(from, from + packed);
    if (method !== 0 && method !== 8) throw new Error(`${name} is packed in a way that is not known here.`);
    const data = method === 0 ? raw : await through(new DecompressionStream('deflate-raw'), raw);
    files.push({ name, mode, data });
  }
  return files;
}

/** A zip of these files. */
export async function pack(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, mode, data } of files) {
    const title = new TextEncoder().encode(name);
    const packed = await through(new CompressionStream('deflate-raw'), data);
    const common = new DataView(new ArrayBuffer(26));
    const words = [20, 0x0800, 8, 0, 0x2821];
    words.forEach((word, i) => common.setUint16(2 * i, word, true));
    [crc32(data), packed.length, data.length].forEach((word, i) => common.setUint32(10 + 4 * i, word, true));
    common.setUint16(22, title.length, true);
    const head = new Uint8Array(common.buffer);
    const local = concat(Uint8Array.of(0x50, 0x4b, 3, 4), head, title, packed);
    const rest = new DataView(new ArrayBuffer(14));
    rest.setUint32(6, ((mode || 0o100644) << 16) >>> 0, true);
    rest.setUint32(10, offset, true);
    directory.push(concat(Uint8Array.of(0x50, 0x4b, 1, 2, 20, 3), head, new Uint8Array(rest.buffer), title));
    parts.push(local);
    offset += local.length;
  }
  const central = concat(...directory);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, central.length, true);
  end.setUint32(16, offset, true);
  return concat(...parts, central, new Uint8Array(end.buffer));
}

function concat(...arrays) {
  const all = new Uint8Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) { all.set(array, at); at += array.length; }
  return all;
}

/** Bytes as base64, as AWS takes them. */
export function base64(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

/** Text of base64. */
export const unbase64 = (text) => new TextDecoder().decode(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
