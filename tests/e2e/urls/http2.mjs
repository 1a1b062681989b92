// Asks by HTTP/2 for a stream whose function writes a piece only once the one before was acknowledged, and
// for something else over the same connection meanwhile.
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { createServer } from 'node:net';

const [, , host, authority] = process.argv;
const [servername, port] = host.split(':');
const session = connect(`https://127.0.0.1:${port}`, { ca: readFileSync(authority), servername });
session.on('error', (error) => { throw error; });

function ask(headers) {
  const stream = session.request({ ':authority': host, ...headers });
  stream.setEncoding('utf8');
  return stream;
}

async function whole(stream) {
  let text = '';
  for await (const piece of stream) text += piece;
  return text;
}

const ears = createServer();
await new Promise((resolve) => ears.listen(0, '127.0.0.1', resolve));
const heard = new Promise((resolve) => ears.once('connection', resolve));
const slow = ask({ ':path': `/slow?port=${ears.address().port}` });
const head = await new Promise((resolve) => slow.once('response', resolve));
console.log(head[':status'], head['content-type'], head['set-cookie'].join());

let text = '';
for (let n = 0; n < 3; n += 1) {
  while (!text.endsWith(`piece ${n};`)) {
    text += await new Promise((resolve) => slow.once('data', resolve));
  }
  if (n === 1) {
    const event = JSON.parse(await whole(ask({ ':path': '/quick?a=b', cookie: ['a=1', 'b=2'] })));
    console.log(event.rawPath, event.headers.host === host, event.cookies.join('; '),
      event.headers['x-forwarded-proto']);
  }
  (await heard).write('!');
}
console.log(text + await whole(slow));

// A client that goes away in the middle of one answer has its connection all the same.
const left = ask({ ':path': '/quick' });
left.close();
console.log(JSON.parse(await whole(ask({ ':path': '/again' }))).rawPath);
session.close();
ears.close();
