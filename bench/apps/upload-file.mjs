// Pipes what is uploaded to a file without a name, which is gone when it is closed.
import { createWriteStream, unlinkSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const path = join(tmpdir(), `premier-bench-${process.pid}`);

const server = http.createServer((req, res) => {
  const file = createWriteStream(path);
  file.on('open', () => unlinkSync(path));
  req.pipe(file).on('finish', () => res.end(String(file.bytesWritten)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
