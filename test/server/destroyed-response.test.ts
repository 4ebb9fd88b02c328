// What still arrives of a response that is destroyed, and of those before a request that is refused.
import assert from 'node:assert/strict';
import net from 'node:net';
import process from 'node:process';
import { behaviour, get, type Listener, outcome, type Response } from '../subjects.js';

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

const refusedHeads: [what: string, spoil: (res: Response) => void][] = [
  ['a reason with a line end', (res) => Object.assign(res, { statusMessage: 'a\r\nb' })],
  ['a status that there is not', (res) => Object.assign(res, { statusCode: 99 })],
  ['trailers without chunks', (res) => res.setHeader('Trailer', 'X-T').setHeader('Content-Length', 0)],
  [
    'a reason with a line end, whose bytes are counted',
    (res) => Object.assign(res, { statusMessage: 'a\r\nb', strictContentLength: true }),
  ],
  [
    'a status that there is not, whose bytes are counted',
    (res) => Object.assign(res, { statusCode: 99, strictContentLength: true }),
  ],
];

for (const [what, spoil] of refusedHeads) {
  behaviour(
    `the end of a destroyed response with ${what} ends no process`,
    async ({ serve }) => {
      const { promise, resolve } = outcome<boolean>();
      const { connect } = await serve((_req, res) => {
        spoil(res);
        assert.throws(() => res.write('a'));
        res.destroy();
        res.end();
        resolve(res.headersSent);
      });
      connect().send(get());
      assert.equal(await promise, false);
    },
    { notNode: 'it throws, though nothing can leave', only: 'plain' },
  );
}

behaviour(
  'what a writeHead of its own throws at the end of a destroyed response is the program’s',
  async ({ serve }) => {
    const { promise, resolve } = outcome<string>();
    const { connect } = await serve((_req, res) => {
      res.writeHead = () => {
        throw new Error('mine');
      };
      res.destroy();
      try {
        res.end();
      } catch (error) {
        resolve(`${error}`);
      }
    });
    connect().send(get());
    assert.equal(await promise, 'Error: mine');
  },
  { only: 'plain' },
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

/** What ends a response whose client has reset the connection, of which nobody has heard yet. */
const unsent: [what: string, end: (res: Response, told: (error?: Error | null) => void) => void][] = [
  [
    'is destroyed',
    (res, told) => {
      res.end('x', told);
      res.destroy();
    },
  ],
  [
    'is destroyed for a reason',
    (res, told) => {
      res.end('x', told);
      res.destroy(new Error('mine'));
    },
  ],
  [
    'has no body, and is destroyed',
    (res, told) => {
      res.end(told);
      res.destroy();
    },
  ],
  [
    'has two pieces, and is destroyed',
    (res, told) => {
      res.write('x');
      res.end('y', told);
      res.destroy();
    },
  ],
  [
    'loses its socket',
    (res, told) => {
      res.end('x', told);
      res.socket?.destroy();
    },
  ],
  [
    'is destroyed a tick later',
    (res, told) => {
      res.end('x', told);
      process.nextTick(() => res.destroy());
    },
  ],
  ['goes on', (res, told) => void res.end('x', told)],
];

for (const [what, end] of unsent) {
  behaviour(
    `the end of a response that cannot leave any more and ${what} is told why`,
    async ({ serve }) => {
      const told: string[] = [];
      const { promise, resolve } = outcome<void>();
      let client: net.Socket | undefined;
      const { port } = await serve((req, res) => {
        client?.resetAndDestroy();
        req.on('error', ({ code }: NodeJS.ErrnoException) => void told.push(`request ${code}`));
        res.on('close', () => setImmediate(resolve));
        end(res, (error) => void told.push(`end ${(error as NodeJS.ErrnoException | null)?.code}`));
      });
      client = net.connect(port, '127.0.0.1').on('error', () => {});
      client.write(get());
      await promise;
      assert.deepEqual(told, ['end ECONNRESET', 'request ECONNRESET']);
    },
    { only: 'plain', since: 24 },
  );
}
