// A request beyond its body: socket, time limit, signal, destruction, and what an abort looks like from inside.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { behaviour, get, outcome, type RawClient, type Request, turns, until } from '../subjects.js';

const partial = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf';

behaviour('socket, connection and client are the connection', async ({ serve, subject }) => {
  const { ask } = await serve(function (this: unknown, req, res) {
    const { socket } = req;
    assert.equal(req.connection, socket);
    assert.equal((req as unknown as { client: Socket }).client, socket);
    assert.equal(socket.remoteAddress, '127.0.0.1');
    assert.equal(typeof socket.remotePort, 'number');
    assert.equal(Boolean((socket as { encrypted?: boolean }).encrypted), subject.secure);
    assert.equal((socket as unknown as { server: unknown }).server, this);
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

behaviour('the same socket carries the next request', async ({ serve }) => {
  const sockets = new Set<unknown>();
  const { connect } = await serve((req, res) => {
    sockets.add(req.socket);
    res.end();
  });
  const client = connect();
  await client.send(get()).response();
  await client.send(get()).response();
  assert.equal(sockets.size, 1);
});

behaviour('a request begins as Node documents', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    assert.equal(req.complete, false);
    assert.equal(req.aborted, false);
    assert.equal(req.destroyed, false);
    assert.equal(req.readable, true);
    assert.equal(req.readableEnded, false);
    assert.equal(req.readableFlowing, null);
    assert.equal(req.readableHighWaterMark, req.socket.readableHighWaterMark);
    assert.equal(req.statusCode, null);
    assert.equal(req.statusMessage, null);
    assert.ok(!(req as unknown as { upgrade: unknown }).upgrade);
    res.end('ok');
  });
  assert.equal((await ask(partial.replace('10', '4'))).body, 'ok');
});

/** Runs until the client cuts the connection in the middle of a body, and tells the request's events. */
const aborted: [sentence: string, prepare: (req: Request) => void, events: string[]][] = [
  ['read', (req) => req.resume(), ['aborted', 'error ECONNRESET', 'close']],
  ['unread', () => {}, ['aborted', 'error ECONNRESET', 'close']],
  ['paused', (req) => req.resume().pause(), ['aborted', 'error ECONNRESET', 'close']],
];
for (const [sentence, prepare, expected] of aborted) {
  behaviour(`a ${sentence} request whose client goes away is aborted with ECONNRESET`, async ({ serve }) => {
    const events: string[] = [];
    const closed = outcome<void>();
    const { connect } = await serve((req) => {
      prepare(req);
      req.on('aborted', () => events.push('aborted'));
      req.on('end', () => events.push('end'));
      req.on('error', (error: NodeJS.ErrnoException) => events.push(`error ${error.code}`));
      req.on('close', () => {
        events.push('close');
        assert.deepEqual(
          [req.aborted, req.complete, req.destroyed, req.readableAborted],
          [true, false, true, true],
        );
        closed.resolve();
      });
      client.socket.destroy();
    });
    const client: RawClient = connect().send(partial);
    await closed.promise;
    await turns();
    assert.deepEqual(events, expected);
  });
}

behaviour("an abort without an 'error' listener harms nobody", async ({ serve }) => {
  const closed = outcome<void>();
  const { connect, ask } = await serve((req, res) => {
    if (req.method === 'GET') return res.end('alive');
    req.on('close', () => closed.resolve());
    client.socket.destroy();
  });
  const client: RawClient = connect().send(partial);
  await closed.promise;
  assert.equal((await ask(get())).body, 'alive');
});

behaviour('a half-closed connection in the middle of a body is an error', async ({ serve }) => {
  const events: string[] = [];
  const { server, connect } = await serve((req) => {
    req.on('error', (error: NodeJS.ErrnoException) => events.push(`request ${error.code}`));
    req.on('end', () => events.push('end'));
    req.resume();
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    events.push(`client ${error.code}`);
    socket.destroy();
  });
  await connect().send(partial).finish().rest();
  await until(() => events.length >= 2, 'both errors');
  await turns(5);
  assert.deepEqual(events, ['client HPE_INVALID_EOF_STATE', 'request ECONNRESET']);
});

behaviour('reading by for await throws what aborted the request', async ({ serve }) => {
  const code = outcome();
  const { connect } = await serve(async (req) => {
    try {
      for await (const _ of req) client.socket.destroy();
      code.resolve('read to the end');
    } catch (error) {
      code.resolve((error as NodeJS.ErrnoException).code);
    }
  });
  const client: RawClient = connect().send(partial);
  assert.equal(await code.promise, 'ECONNRESET');
});

behaviour('destroy of a request cuts the connection', async ({ serve }) => {
  const events: string[] = [];
  const { connect } = await serve((req, res) => {
    req.on('close', () => events.push(`request ${req.destroyed} ${req.aborted}`));
    req.on('error', (error) => events.push(error.message));
    res.on('close', () => events.push('response'));
    assert.equal(req.destroy(new Error('mine')), req);
  });
  await connect().send(partial).rest();
  await until(() => events.length >= 3, "the error and 'close' of both");
  await turns(5);
  assert.deepEqual(events.sort(), ['mine', 'request true true', 'response']);
});

behaviour('a whole request destroyed leaves the connection alone', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    req.resume().on('end', () => {
      setImmediate(() => {
        req.destroy();
        res.end('ok');
      });
    });
  });
  const client = connect();
  assert.equal((await client.send(get()).response()).body, 'ok');
  assert.equal((await client.send(get()).response()).body, 'ok');
});

behaviour('setTimeout of a request emits timeout on it, and nothing else happens', async ({ serve }) => {
  const events: string[] = [];
  const { ask } = await serve((req, res) => {
    const returned = req.setTimeout(20, () => {
      events.push('callback');
      res.end('late');
    });
    assert.equal(returned, req);
  });
  assert.equal((await ask(partial)).body, 'late');
  assert.deepEqual(events, ['callback']);
});

const signalOf = (req: Request) => (req as unknown as { signal: AbortSignal }).signal;

const lostRequests: [what: string, text: string, read: (req: Request) => Promise<unknown> | undefined][] = [
  ['has no body', get(), () => undefined],
  ['nobody reads', partial, () => undefined],
  [
    'was read to its end',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab',
    (req) => once(req.resume(), 'close'),
  ],
];

for (const [what, text, read] of lostRequests) {
  behaviour(
    `signal of a request that ${what} is aborted when the client goes away before the answer`,
    async ({ serve }) => {
      const reason = outcome<string>();
      const { connect } = await serve(async (req) => {
        const signal = signalOf(req);
        assert.equal(signal, signalOf(req));
        await read(req);
        assert.equal(signal.aborted, false);
        signal.addEventListener('abort', () => reason.resolve(signal.reason.name));
        client.socket.destroy();
      });
      const client: RawClient = connect().send(text);
      assert.equal(await reason.promise, 'AbortError');
    },
    { since: 24 },
  );

  behaviour(
    `signal of a request that ${what}, and is asked for once its client has gone, is aborted`,
    async ({ serve }) => {
      const aborted = outcome<boolean>();
      const { connect } = await serve(async (req, res) => {
        await read(req);
        res.on('close', () => aborted.resolve(signalOf(req).aborted));
        client.socket.destroy();
      });
      const client: RawClient = connect().send(text);
      assert.equal(await aborted.promise, true);
    },
    { since: 24 },
  );

  behaviour(
    `signal of a request that ${what} is aborted where the program has destroyed the socket`,
    async ({ serve }) => {
      const aborted = outcome<boolean>();
      const { connect } = await serve(async (req) => {
        await read(req);
        req.socket.destroy();
        aborted.resolve(signalOf(req).aborted);
      });
      connect().send(text);
      assert.equal(await aborted.promise, true);
    },
    { since: 24 },
  );
}

behaviour(
  "signal of a request that is destroyed while its 'end' is on its way, and is asked for after that, is aborted",
  async ({ serve, subject }) => {
    const aborted = outcome<boolean>();
    const { connect } = await serve((req) => {
      req.on('close', () => aborted.resolve(signalOf(req).aborted));
      req.resume().destroy();
    });
    connect().send(get());
    // Node tells nobody of it once it was destroyed.
    assert.equal(await aborted.promise, !subject.oracle);
  },
  { since: 24 },
);

for (const [copied, copyOf] of [
  ['derived from a request', (req: Request): Request => Object.create(req)],
  [
    'copied from a request',
    (req: Request): Request => Object.assign(Object.create(Object.getPrototypeOf(req)), req),
  ],
] as const) {
  behaviour(
    `signal of what a program has ${copied} is aborted when the client goes away, and not by an answer`,
    async ({ serve, subject }) => {
      const signals: AbortSignal[] = [];
      const { connect } = await serve((req, res) => {
        signals.push(signalOf(copyOf(req)));
        if (signals.length === 1) res.end('ok');
        else client.socket.destroy();
      });
      const client: RawClient = connect().send(get());
      await client.response();
      client.send(get());
      await until(() => signals[1]?.aborted, 'the abort');
      // There a copy hears of the end of the connection, whatever was answered.
      assert.equal(signals[0].aborted, subject.oracle);
    },
    { since: 24, only: 'plain' },
  );

  behaviour(
    `signal of what a program has ${copied} that it made itself is aborted when the socket closes`,
    async ({ http }) => {
      const socket = new Socket();
      const signal = signalOf(copyOf(new http.IncomingMessage(socket)));
      assert.equal(signal.aborted, false);
      socket.destroy();
      await once(socket, 'close');
      assert.equal(signal.aborted, true);
    },
    { since: 24, only: 'plain' },
  );
}

behaviour(
  'signal of a pipelined request that was read to its end is aborted with the connection',
  async ({ serve }) => {
    const signals: AbortSignal[] = [];
    const { connect } = await serve(async (req) => {
      await once(req.resume(), 'close');
      signals.push(signalOf(req));
      if (signals.length === 2) client.socket.destroy();
    });
    const client: RawClient = connect().send(get('/1') + get('/2'));
    await until(() => signals.length === 2 && signals.every(({ aborted }) => aborted), 'both aborts');
  },
  { since: 24, only: 'plain' },
);

behaviour(
  'signal is not aborted by an answer',
  async ({ serve }) => {
    let signal: AbortSignal | undefined;
    let closed = false;
    const { connect } = await serve((req, res) => {
      req.on('close', () => {
        closed = true;
      });
      signal = signalOf(req);
      res.end('ok');
    });
    const client = connect();
    await client.send(get('/', 'Connection: close')).response();
    await client.rest();
    await until(() => closed, "'close' of the request");
    await turns(5);
    assert.equal(signal?.aborted, false);
  },
  { since: 24 },
);

behaviour(
  'signal that is asked for once the answer has left, and the connection is gone, is not aborted',
  async ({ serve }) => {
    let request: Request | undefined;
    let closed = false;
    const { connect } = await serve((req, res) => {
      request = req;
      req.socket.on('close', () => {
        closed = true;
      });
      res.end('ok');
    });
    const client = connect();
    await client.send(get('/', 'Connection: close')).response();
    await client.rest();
    client.socket.destroy();
    await until(() => closed, "'close' of the socket");
    assert.equal(signalOf(request as Request).aborted, false);
  },
  { since: 24 },
);

behaviour('setEncoding of the socket throws', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    assert.throws(() => req.socket.setEncoding('utf8'), { code: 'ERR_HTTP_SOCKET_ENCODING' });
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

for (const method of ['PUT', 'GET']) {
  behaviour(
    `a ${method} whose response has left goes on until its body has come`,
    async ({ serve }) => {
      const events: string[] = [];
      let seen: Request | undefined;
      const { connect } = await serve((req, res) => {
        if (req.url === '/1') seen = req;
        res.end('whole');
      });
      const client = connect().send(`${method} /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab`);
      assert.equal((await client.response()).body, 'whole');
      const req = seen as Request;
      const { destroyed, closed, readableEnded, complete } = req;
      assert.deepEqual([destroyed, closed, readableEnded, complete], [false, false, false, false]);
      req.on('data', () => events.push('data'));
      req.on('end', () => events.push('end'));
      req.on('close', () => events.push('close'));
      client.send(`cde${get('/2')}`);
      assert.equal((await client.response()).body, 'whole');
      await until(() => events.includes('close'), 'close');
      assert.deepEqual(events, ['end', 'close']);
    },
    { only: 'plain' },
  );
}

for (const add of ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'] as const) {
  for (const event of ['end', 'close'] as const) {
    for (const when of ['before', 'after'] as const) {
      behaviour(`${add} '${event}', ${when} the answer, hears of it`, async ({ serve }) => {
        const { promise, resolve } = outcome();
        const { ask } = await serve((req, res) => {
          if (when === 'after') res.end();
          req[add](event, resolve as () => void);
          if (when === 'before') res.end();
        });
        await ask(get());
        await promise;
      });
    }
  }
}
