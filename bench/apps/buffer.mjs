import http from 'node:http';

const megabyte = Buffer.alloc(1024 * 1024, 'premier ');

const server = http.createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end(megabyte);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
