// 64 kB in 16 pieces of 4 kB: `/` writes them from a `for await`, `/pipeline` pipes them.
import http from 'node:http';
import { pipeline, Readable } from 'node:stream';

const piece = Buffer.alloc(4096, 'premier ');
const pieces = Array(16).fill(piece);

const server = http.createServer(async (req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  const source = Readable.from(pieces, { objectMode: false });
  if (req.url === '/pipeline') {
    // A client that leaves in the middle, as the load generator does at its end, is no error here.
    return pipeline(source, res, () => {});
  }
  for await (const chunk of source) {
    if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve));
  }
  res.end();
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
