// idle.mjs over TLS.
import { readFileSync } from 'node:fs';
import https from 'node:https';

const key = readFileSync(new URL('../../test/server/keys/localhost-key.pem', import.meta.url));
const cert = readFileSync(new URL('../../test/server/keys/localhost-cert.pem', import.meta.url));

const server = https.createServer({ key, cert, keepAliveTimeout: 600_000 }, (_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end('Hello, World!');
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
