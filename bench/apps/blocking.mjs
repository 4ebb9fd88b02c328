// hello.mjs, but that one request in a thousand has the event loop for 20 ms.
import http from 'node:http';

let count = 0;

const server = http.createServer((_req, res) => {
  if (++count % 1000 === 0) for (const end = performance.now() + 20; performance.now() < end; );
  res.setHeader('Content-Type', 'text/plain');
  res.end('Hello, World!');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
