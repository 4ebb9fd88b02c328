// A server and the client named by the argument, in one process; prints what the client got, as JSON, and ends.
import { once } from 'node:events';
import { createServer } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

let connections = 0;
let failures = 0;
const left = [];
const routes = {
  '/json': (_request, response) => response.setHeader('Content-Type', 'application/json').end('{"un":1}'),
  '/echo': async (request, response) => {
    const { method, headers } = request;
    const framing = headers['content-length'] ? 'length' : (headers['transfer-encoding'] ?? 'none');
    const type = headers['content-type']?.split(';')[0];
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method, framing, type, body: await text(request) }));
  },
  '/size': async (request, response) => {
    let size = 0;
    for await (const chunk of request) size += chunk.length;
    response.end(String(size));
  },
  '/gzip': (_request, response) => response.setHeader('Content-Encoding', 'gzip').end(gzipSync('packed')),
  '/moved': (_request, response) => response.writeHead(302, { Location: '/json' }).end(),
  '/kept': (_request, response) => response.writeHead(307, { Location: '/echo' }).end(),
  '/missing': (_request, response) => response.writeHead(404, 'Nowhere').end('nothing here'),
  '/busy': (_request, response) => {
    response.statusCode = failures++ % 2 === 0 ? 503 : 200;
    response.setHeader('Retry-After', '0').end('busy or not');
  },
  '/large': (_request, response) => {
    for (let chunk = 0; chunk < 20; chunk++) response.write('x'.repeat(50_000));
    response.end();
  },
  '/trailers': (_request, response) => {
    response.writeHead(200, { Trailer: 'X-Sum' }).write('body');
    response.addTrailers({ 'X-Sum': '4' });
    response.end();
  },
  '/never': (_request, response) => left.push(once(response, 'close')),
  '/half': (_request, response) => {
    response.writeHead(200, { 'Content-Length': '100' }).write('half');
    setImmediate(() => response.destroy());
  },
};
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (searchParams.has('wait')) setTimeout(() => response.end(pathname), Number(searchParams.get('wait')));
  else routes[pathname](request, response);
});
server.on('connection', () => {
  connections++;
});
server.on('checkContinue', (request, response) => {
  if (request.headers['x-refuse']) return response.writeHead(413).end('too much');
  response.writeContinue();
  server.emit('request', request, response);
});

await once(server.listen(0, '127.0.0.1'), 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;
const { talk } = await import(`./client-${process.argv[2]}.mjs`);
/** How work that has to fail failed: the error's name, and its code where that is a word. */
const failure = async (work) => {
  try {
    await work;
    return 'it succeeded';
  } catch ({ name, code }) {
    return typeof code === 'string' ? `${name} ${code}` : name;
  }
};
const result = await talk(origin, failure);
server.close();
server.closeIdleConnections();
await Promise.all([...left, once(server, 'close')]);
console.log(JSON.stringify({ ...result, connections, left: left.length }));
