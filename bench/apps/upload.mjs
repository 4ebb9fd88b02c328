import http from 'node:http';
import { Writable } from 'node:stream';

const server = http.createServer((req, res) => {
  let bytes = 0;
  const nowhere = new Writable({
    write(chunk, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  req.pipe(nowhere).on('finish', () => res.end(String(bytes)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
