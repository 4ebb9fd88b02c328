// Large bodies in one `end`: `/buffer` is 1 MB of bytes, `/string` 100 kB of text.
import http from 'node:http';

const bodies = { '/buffer': Buffer.alloc(1024 * 1024, 'premier '), '/string': 'premier '.repeat(12_500) };

const server = http.createServer((req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end(bodies[req.url] ?? '');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
