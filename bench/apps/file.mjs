// The first 64 kB of a file that is always there, by a pipeline.
import { createReadStream } from 'node:fs';
import http from 'node:http';
import process from 'node:process';
import { pipeline } from 'node:stream';

const server = http.createServer((_req, res) => {
  res.setHeader('Content-Type', 'application/octet-stream');
  // A client that leaves in the middle, as the load generator does at its end, is no error here.
  pipeline(createReadStream(process.execPath, { end: 65_535 }), res, () => {});
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
