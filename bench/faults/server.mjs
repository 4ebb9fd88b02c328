// The server under attack: answers, reads bodies, streams, throws, or never answers, by path. Prints its port, and tells
// whoever asks over its channel what it holds. The module to serve with is its argument: premier or node:http.
import { readdirSync } from 'node:fs';
import process from 'node:process';

const { default: http } = await import(
  process.argv[2] === 'premier' ? '../../dist/index.js' : process.argv[2]
);
const large = Buffer.alloc(256 * 1024, 'x');

const handlers = {
  '/body': (req, res) => req.resume().on('end', () => res.end('read')),
  '/large': (_req, res) => res.end(large),
  '/stream': (_req, res) => {
    for (let count = 0; count < 20; count++) res.write(large.subarray(0, 4096));
    setTimeout(() => res.end(), 5);
  },
  '/throw': () => {
    throw new Error('the handler failed');
  },
  '/never': () => {},
};

const server = http.createServer({ keepAliveTimeout: 600_000 }, (req, res) => {
  const handler = handlers[req.url];
  if (handler) handler(req, res);
  else res.end('Hello, World!');
});

process.on('uncaughtException', () => {});
process.on('message', () => {
  globalThis.gc?.();
  setTimeout(() => {
    globalThis.gc?.();
    server.getConnections((_error, connections) => {
      const { rss, heapUsed } = process.memoryUsage();
      const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      process.send({
        rss,
        heapUsed,
        connections,
        timers,
        descriptors: readdirSync('/proc/self/fd').length,
      });
    });
  }, 100);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
