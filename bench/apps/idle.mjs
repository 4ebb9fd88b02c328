// Keeps idle connections for ten minutes, so that none closes while they are counted and weighed.
import http from 'node:http';

const server = http.createServer({ keepAliveTimeout: 600_000 }, (_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end('Hello, World!');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
