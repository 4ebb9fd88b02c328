// The server of the rows of HTTP/2: node:http2 with its compatibility API, or, under premier/register, an http server that
// speaks HTTP/2 as well.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';

const underPremier = Object.hasOwn(http, Symbol.for('premier.registered'));
const pem = (name) => readFileSync(new URL(`../../test/server/keys/localhost-${name}.pem`, import.meta.url));

/** Serves the handler, and prints the port. */
export function serve(handler, { secure = false } = {}) {
  const pair = secure ? { key: pem('key'), cert: pem('cert') } : {};
  const server = underPremier ? premier(handler, pair, secure) : node(handler, pair, secure);
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
}

function premier(handler, pair, secure) {
  return secure
    ? https.createServer({ ...pair, http2: true }, handler)
    : http.createServer({ http2: 'prior-knowledge' }, handler);
}

function node(handler, pair, secure) {
  return secure ? http2.createSecureServer(pair, handler) : http2.createServer(handler);
}
