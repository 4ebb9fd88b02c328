// Time: how long a client may take for a head, a request, and between requests. That a limit strikes is waited for; that
// it doesn't is shown by a witness, a connection which the same limit ends later. The clocks alone are in clocks.test.ts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import { behaviour, get, outcome, type Response, until } from '../subjects.js';
import { idleEnded, swept } from './witnesses.js';

const quick = { connectionsCheckingInterval: 20 };
/** For connections that end when they fall idle: those of HTTP/2, where a limit ends a request alone. */
const brief = { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 };

/** Resolves after the server's sweep has come round so many times: timers of one length strike in the order they were set. */
const sweeps = (count: number) =>
  new Promise<void>((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      if (--left > 0) return;
      clearInterval(timer);
      resolve();
    }, quick.connectionsCheckingInterval);
  });

describe('time', { concurrency: 4 }, () => {
  const slow: [sentence: string, options: object, bytes: string][] = [
    ['a head that does not end, by headersTimeout', { headersTimeout: 60 }, 'GET / HTTP/1.1\r\nHost: a\r\n'],
    ['a head that does not end, by requestTimeout', { requestTimeout: 60, headersTimeout: 0 }, 'GET / HT'],
  ];
  for (const [sentence, options, bytes] of slow) {
    behaviour(`${sentence}, is answered with 408`, async ({ serve }) => {
      const { connect } = await serve({ ...quick, ...options }, () => assert.fail('request was emitted'));
      const client = connect().send(bytes);
      const response = await client.response();
      assert.equal(response.status, 408);
      assert.equal(response.field('connection'), 'close');
      await client.nothingMore();
    });
  }

  behaviour('a body that does not end, by requestTimeout, is answered with 408', async ({ serve }) => {
    const code = outcome();
    const { server, connect } = await serve({ ...quick, ...brief }, (req) => {
      req.resume().on('error', (error: NodeJS.ErrnoException) => code.resolve(error.code));
      server.headersTimeout = server.requestTimeout = 1;
    });
    const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab');
    assert.equal((await client.response()).status, 408);
    await client.nothingMore();
    assert.equal(await code.promise, 'ECONNRESET');
  });

  behaviour("a timeout is a 'clientError' with ERR_HTTP_REQUEST_TIMEOUT", async ({ serve }) => {
    const { server, connect } = await serve({ ...quick, headersTimeout: 60 }, () => {});
    const failed = once(server, 'clientError');
    connect().send('GET / HTTP/1.1\r\n');
    const [error, socket] = await failed;
    assert.equal(error.code, 'ERR_HTTP_REQUEST_TIMEOUT');
    assert.equal(error.message, 'Request timeout');
    socket.destroy();
  });

  behaviour(
    'a client that drips bytes does not get more time',
    async ({ serve }) => {
      const { connect } = await serve({ ...quick, headersTimeout: 150, requestTimeout: 150 }, () => {});
      const client = connect().send('GET / HTTP/1.1\r\n');
      const drip = setInterval(() => client.send('X: y\r\n'), 20);
      try {
        assert.equal((await client.response()).status, 408);
      } finally {
        clearInterval(drip);
      }
    },
    { notNode: 'it resets a connection on which bytes still come, and its answer may be lost' },
  );

  behaviour('the handler may take longer than any of these limits', async ({ serve }) => {
    const held = outcome<Response>();
    const served = await serve({ ...quick, ...brief }, (_req, res: Response) => held.resolve(res));
    const client = served.connect().send(get());
    const res = await held.promise;
    await swept(served);
    res.end('late');
    assert.equal((await client.response()).body, 'late');
  });

  behaviour('a limit begins anew with each request on a connection', async ({ serve }) => {
    const served = await serve(quick, (_req, res) => res.end('ok'));
    const client = served.connect();
    for (let round = 0; round < 3; round++) {
      assert.equal((await client.send(get()).response()).body, 'ok');
      await swept(served);
    }
  });

  behaviour('limits set to 0 are off', async ({ serve }) => {
    const options = { ...quick, headersTimeout: 0, requestTimeout: 0 };
    const { server, connect } = await serve(options, (_req, res) => res.end('ok'));
    const accepted = once(server, 'connection');
    const client = connect().send('GET / HTTP/1.1\r\n');
    await accepted;
    await sweeps(3);
    assert.equal((await client.send('Host: a\r\n\r\n').response()).body, 'ok');
  });

  behaviour('limits may be changed on the server', async ({ serve }) => {
    const { server, connect } = await serve(quick, () => {});
    server.headersTimeout = 60;
    assert.equal((await connect().send('GET / HTTP/1.1\r\n').response()).status, 408);
  });

  behaviour('an idle connection is ended after keepAliveTimeout', async ({ serve }) => {
    const { connect } = await serve({ keepAliveTimeout: 50, keepAliveTimeoutBuffer: 0 }, (_req, res) =>
      res.end('ok'),
    );
    const client = connect().send(get());
    assert.equal((await client.response()).body, 'ok');
    await client.nothingMore();
  });

  for (const [rest, sent, framing] of [
    ['ends after its answer', 'cde', 'Content-Length: 5'],
    ['ends after its answer, with trailers', 'cde\r\n0\r\nA: b\r\n\r\n', 'Transfer-Encoding: chunked'],
    ['stops after its answer', '', 'Content-Length: 5'],
    ['goes on after its answer, and stops', 'c', 'Content-Length: 5'],
  ] as const)
    behaviour(
      `a connection on which a request ${rest} is ended after keepAliveTimeout`,
      async ({ serve }) => {
        const { connect } = await serve({ keepAliveTimeout: 100, keepAliveTimeoutBuffer: 0 }, (_req, res) =>
          res.end('early'),
        );
        const begin = framing === 'Content-Length: 5' ? 'ab' : '5\r\nab';
        const client = connect().send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${begin}`);
        const response = await client.response();
        assert.deepEqual([response.body, response.field('connection')], ['early', 'keep-alive']);
        await client.send(sent).nothingMore();
      },
      { only: 'plain' },
    );

  behaviour('keepAliveTimeout of 0 keeps an idle connection', async ({ serve }) => {
    const options = { keepAliveTimeout: 0, keepAliveTimeoutBuffer: 0 };
    const served = await serve(options, (_req, res) => res.end('ok'));
    const client = served.connect();
    assert.equal((await client.send(get()).response()).body, 'ok');
    served.server.keepAliveTimeout = 1;
    await idleEnded(served, get());
    assert.equal((await client.send(get()).response()).body, 'ok');
  });

  behaviour(
    'keepAliveTimeout does not count while a request is answered',
    async ({ serve }) => {
      let held: Response | undefined;
      const served = await serve({ keepAliveTimeout: 300, keepAliveTimeoutBuffer: 0 }, (req, res) => {
        if (req.url === '/slow') held = res;
        else res.end('quick');
      });
      let client = served.connect();
      while (held === undefined) {
        // A client that the machine made too late for its second request tries again.
        client = served.connect();
        assert.equal((await client.send(get()).response()).body, 'quick');
        client.send(get('/slow'));
        await until(() => held !== undefined || client.ended, 'the second request');
      }
      await idleEnded(served, get());
      held.end('slow');
      assert.equal((await client.response()).body, 'slow');
    },
    { since: 24 },
  );

  behaviour("the server's timeout ends a connection that is silent", async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    server.timeout = 50;
    await connect().send(get()).nothingMore();
  });

  behaviour("'timeout' of the server gets the socket and keeps it open", async ({ serve }) => {
    const socket = outcome<Socket>();
    let own: Socket | undefined;
    const { server, ask } = await serve(async (req, res) => {
      own = req.socket;
      res.write('half, ');
      await socket.promise;
      res.end('and the rest');
    });
    assert.equal(server.setTimeout(50, socket.resolve), server);
    assert.equal(server.timeout, 50);
    assert.equal((await ask(get())).body, 'half, and the rest');
    assert.equal(await socket.promise, own);
  });

  behaviour('a limit that a handler sets is none of the time after its answer', async ({ serve }) => {
    const { connect } = await serve({ keepAliveTimeout: 60_000 }, (req, res) => {
      res.setTimeout(60);
      if (req.url === '/') res.end('ok');
    });
    const client = connect();
    assert.equal((await client.send(get()).response()).body, 'ok');
    // Its limit was set later, and ends it.
    await connect().send(get('/unanswered')).nothingMore();
    assert.equal((await client.send(get()).response()).body, 'ok');
  });

  behaviour("'timeout' of an answer comes first, and keeps the connection open", async ({ serve }) => {
    const events: string[] = [];
    const { ask } = await serve((_req, res) => {
      assert.equal(
        res.setTimeout(50, () => {
          events.push('response');
          res.end('timed out');
        }),
        res,
      );
    });
    assert.equal((await ask(get())).body, 'timed out');
    assert.deepEqual(events, ['response']);
  });
});
