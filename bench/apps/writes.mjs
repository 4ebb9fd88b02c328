// 64 kB in 16 writes of 4 kB, one after the other, and an `end`.
import http from 'node:http';

const piece = Buffer.alloc(4096, 'premier ');

const server = http.createServer((_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  for (let i = 0; i < 16; i++) res.write(piece);
  res.end();
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
