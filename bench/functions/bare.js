// The floor for a Node function: `http` and the handler, nothing else.
const http = require('http');
const { handler } = require('./index.js');

const server = http.createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', async () => {
    const answer = JSON.stringify(await handler(JSON.parse(body)));
    const length = Buffer.byteLength(answer);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
