// What still arrives of a response that is destroyed, and of those before a request that is refused.
import assert from 'node:assert/strict';
import { behaviour, get, type Listener, outcome } from '../subjects.js';

const cases: [sentence: string, listener: Listener, received: RegExp][] = [
  [
    'a response that was ended',
    (_req, res) => {
      res.end('whole');
      res.destroy();
    },
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*whole$/,
  ],
  [
    'a head that was flushed',
    (_req, res) => {
      res.flushHeaders();
      res.write('lost');
      res.destroy();
    },
    /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/,
  ],
  [
    'nothing that was written in chunks in the same turn',
    (_req, res) => {
      res.write('lost');
      res.destroy();
    },
    /^$/,
  ],
  [
    'nothing that was written of a known length in the same turn',
    (_req, res) => {
      res.writeHead(200, { 'Content-Length': 10 });
      res.write('lost');
      res.destroy();
    },
    /^$/,
  ],
];

for (const [sentence, listener, received] of cases) {
  behaviour(`when a response is destroyed, ${sentence} arrives`, async ({ serve }) => {
    // Over HTTP/2 a connection outlives its response until it has been idle.
    const { connect } = await serve({ keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 }, listener);
    assert.match(await connect().send(get()).rest(), received);
  });
}

behaviour(
  "a 'clientError' listener that cuts the connection loses no answer before it",
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => {
      res.end('answered');
    });
    server.on('clientError', (_error, socket) => {
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
      socket.destroy();
    });
    const received = await connect().send(`${get()}GET /a b HTTP/1.1\r\n\r\n`).rest();
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n[\s\S]*answered/);
  },
);

const toldOf: [what: string, error: Error | undefined, message: RegExp][] = [
  ['was destroyed with an error', new Error('mine'), /^mine$/],
  ['was destroyed without one', undefined, /after a stream was finished$/],
];

for (const [what, error, message] of toldOf) {
  behaviour(
    `who gives 'end' a callback after a response ${what} is told`,
    async ({ serve }) => {
      const { promise, resolve } = outcome<Error | null>();
      const { connect } = await serve((_req, res) => {
        res.on('error', () => {});
        res.on('close', () => setImmediate(() => res.end(resolve as () => void)));
        res.end();
        res.destroy(error);
      });
      connect().send(get());
      assert.match(`${(await promise)?.message}`, message);
    },
    { since: 24, only: 'plain' },
  );
}
