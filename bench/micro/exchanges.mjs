// Whole exchanges in one process: the engine between bytes that arrive and bytes that leave, without a kernel and without
// Node's sockets. In: nothing. Out: name → work that resolves when all that it asked for has been answered.
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import http from '../../dist/index.js';
import { browser, post, toBytes } from '../load/requests.mjs';

/** As many connections at a time: what is set up for a turn of the event loop is paid for by all of its requests. */
const connections = 20;

const forever = {
  keepAliveTimeout: 1e8,
  headersTimeout: 0,
  requestTimeout: 0,
  connectionsCheckingInterval: 1e8,
};

/** A connection whose client hears all at once and keeps nothing. */
class Wire extends Duplex {
  heard = 0;
  _read() {}
  _write(chunk, _encoding, done) {
    this.heard += chunk.length;
    done();
  }
}

const hello = (_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end('Hello, World!');
};

function readJson(req, res) {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (piece) => {
    text += piece;
  });
  req.on('end', () => res.end(String(JSON.parse(text).items.length)));
}

const piece = Buffer.alloc(4096, 'premier ');

function write16(_req, res) {
  for (let i = 0; i < 16; i++) res.write(piece);
  res.end();
}

function connect(server) {
  const wire = new Wire();
  server.emit('connection', wire);
  return wire;
}

/** Waits until each of the wires has heard something more than `before`, which were counts in the same order. */
async function answered(wires, before) {
  do await turn();
  while (wires.some(({ heard }, i) => heard === before[i]));
}

/** Each of the connections sends one of the segments, one after the other and begun again, and is answered. */
function keptAlive(handler, segments) {
  const server = http.createServer(forever, handler);
  const wires = Array.from({ length: connections }, () => connect(server));
  let next = 0;
  return async () => {
    const before = wires.map(({ heard }) => heard);
    for (const wire of wires) {
      wire.push(segments[next]);
      next = next + 1 === segments.length ? 0 : next + 1;
    }
    await answered(wires, before);
  };
}

const bytes = (requests) => requests.map((request) => toBytes(request, '127.0.0.1:8080'));
const [least] = bytes([{}]);

export const exchanges = {
  'exchanges: hello': () => keptAlive(hello, [least]),
  'exchanges: browser-like fields': () => keptAlive(hello, bytes(browser().slice(0, 256))),
  'exchanges: 16 pipelined': () => keptAlive(hello, [Buffer.concat(Array(16).fill(least))]),
  'exchanges: POST of 1 kB JSON': () => keptAlive(readJson, bytes(post())),
  'exchanges: 16 writes of 4 kB': () => keptAlive(write16, [least]),
};
