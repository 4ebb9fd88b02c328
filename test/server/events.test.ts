// The events of the server: which, in what order, with what arguments and what `this`.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { closesReadAtOnce } from '../../dist/node/line-habits.js';
import { behaviour, get, outcome, type Request, type Response, turns } from '../subjects.js';

behaviour('connection comes before request, with the socket', async ({ serve, subject }) => {
  const events: string[] = [];
  const { server, connect } = await serve((req, res) => {
    events.push(`request ${req.socket === socket}`);
    res.end();
  });
  let socket: unknown;
  server.on(subject.secure ? 'secureConnection' : 'connection', (connected: Socket) => {
    socket = connected;
    events.push(`connection ${connected instanceof net.Socket}`);
  });
  const client = connect();
  await client.send(get()).response();
  await client.send(get()).response();
  assert.deepEqual(events, ['connection true', 'request true', 'request true']);
});

behaviour("'request' gets request and response, and the server as this", async ({ serve }) => {
  const { server, ask } = await serve(function (this: unknown, ...args) {
    assert.equal(this, server);
    assert.equal(args.length, 2);
    args[1].end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

behaviour("several 'request' listeners are all called, in order", async ({ serve }) => {
  const { server, ask } = await serve((_req, res) => {
    res.write('1');
  });
  server.on('request', (_req: Request, res: Response) => res.write('2'));
  server.prependListener('request', (_req: Request, res: Response) => res.write('0'));
  server.once('request', (_req: Request, res: Response) => res.end());
  assert.equal((await ask(get())).body, '012');
});

behaviour(
  "'request' listeners are called before data is read, in the same turn for one packet",
  async ({ serve }) => {
    const events: string[] = [];
    const { ask } = await serve((req, res) => {
      events.push('request');
      req.on('data', () => events.push('data'));
      req.on('end', () => {
        events.push('end');
        res.end();
      });
      process.nextTick(() => events.push('tick'));
    });
    await ask('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab');
    assert.equal(events[0], 'request');
    assert.deepEqual([...events].sort(), ['data', 'end', 'request', 'tick']);
  },
);

behaviour("'request' passes through the emit of the server's prototype", async ({ serve, subject }) => {
  const { server, ask } = await serve((_req, res) => res.end('ok'));
  const prototype = Object.getPrototypeOf(server);
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const original = prototype.emit;
  const seen: string[] = [];
  prototype.emit = function (this: unknown, event: string, ...args: unknown[]) {
    if (event === 'request') seen.push(`${(args[0] as Request).url} ${args.length}`);
    return Reflect.apply(original, this, [event, ...args]);
  };
  try {
    assert.equal((await ask(get('/seen'))).body, 'ok');
  } finally {
    if (own) Object.defineProperty(prototype, 'emit', own);
    else delete prototype.emit;
  }
  assert.ok(subject.createServer({}));
  assert.deepEqual(seen, ['/seen 2']);
});

behaviour("an emit of the server's own sees every event of a connection", async ({ serve, subject }) => {
  const { server, connect } = await serve((_req, res) => res.end('ok'));
  const { emit } = server;
  const seen: string[] = [];
  server.emit = function (this: unknown, event: string, ...args: unknown[]) {
    seen.push(event);
    return Reflect.apply(emit, this, [event, ...args]);
  } as never;
  const client = connect();
  await client.send(get()).response();
  const expected = subject.secure ? ['connection', 'secureConnection', 'request'] : ['connection', 'request'];
  assert.deepEqual(seen, expected);
});

behaviour("a 'request' emitted by hand reaches the listener", async ({ serve, http }) => {
  const { server } = await serve((req, res) => {
    res.setHeader('X-Url', req.url as string);
    res.end('ok');
  });
  const req = Object.assign(new http.IncomingMessage(new net.Socket()), { method: 'GET', url: '/by-hand' });
  const res = new http.ServerResponse(req);
  server.emit('request', req, res);
  assert.equal(res.getHeader('x-url'), '/by-hand');
  assert.equal(res.writableEnded, true);
});

behaviour(
  "a 'connection' may be any duplex stream",
  async ({ serve }) => {
    const { server } = await serve((req, res) => {
      req.pipe(res);
    });
    let answer = '';
    const duplex = new Duplex({
      read() {},
      write(chunk, _encoding, callback) {
        answer += chunk.toString('latin1');
        callback();
      },
    });
    server.emit('connection', duplex);
    duplex.push('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbo');
    await turns();
    duplex.push('dy');
    await once(duplex, 'finish');
    assert.match(
      answer,
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n4\r\nbody\r\n0\r\n\r\n$|2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n$/,
    );
  },
  { only: 'plain' },
);

behaviour(
  "a 'connection' emitted by hand is served",
  async ({ serve, connectPair }) => {
    const { server } = await serve((_req, res) => res.end('by hand'));
    const { near, far } = await connectPair();
    server.emit('connection', far);
    near.send(get());
    assert.equal((await near.response()).body, 'by hand');
  },
  { only: 'plain' },
);

behaviour("the 'close' of the server comes after its connections are gone", async ({ serve }) => {
  const events: string[] = [];
  const { server, connect } = await serve((_req, res) => {
    res.on('close', () => events.push('response'));
    res.end();
  });
  const client = connect();
  await client.send(get('/', 'Connection: close')).response();
  server.close();
  await once(server, 'close');
  events.push('server');
  assert.deepEqual(events, ['response', 'server']);
});

behaviour("'dropRequest' gets request and socket of a request too many", async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => res.end('ok'));
  server.maxRequestsPerSocket = 1;
  const dropped = outcome<[Request, Socket]>();
  server.on('dropRequest', (req, socket) => dropped.resolve([req, socket as Socket]));
  const client = connect().send(get('/1') + get('/2'));
  assert.equal((await client.response()).body, 'ok');
  const [req, socket] = await dropped.promise;
  assert.equal(req.url, '/2');
  assert.equal(req.socket, socket);
});

behaviour("'drop' is emitted for a connection above maxConnections", async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => res.end('ok'));
  server.maxConnections = 1;
  await connect().send(get()).response();
  const dropped = once(server, 'drop');
  connect();
  const [{ remoteAddress }] = await dropped;
  assert.equal(remoteAddress, '127.0.0.1');
});

behaviour(
  'a rejected listener is answered with 500 when captureRejections is on',
  async ({ http, listen }) => {
    const { EventEmitter } = await import('node:events');
    EventEmitter.captureRejections = true;
    const server = http.createServer(async (_req, res) => {
      res.setHeader('X-Secret', 'a');
      throw new Error('mine');
    });
    EventEmitter.captureRejections = false;
    const response = await (await listen(server)).ask(get());
    assert.equal(response.status, 500);
    assert.equal(response.field('x-secret'), undefined);
    assert.equal(response.body, 'Internal Server Error');
  },
  { only: 'plain' },
);

behaviour('without a request listener nothing breaks', async ({ subject, listen }) => {
  const served = await listen(subject.createServer({}));
  const requested = once(served.server, 'request');
  const answer = served.ask(get('/late'));
  const [req, res] = await requested;
  res.end(req.url);
  assert.equal((await answer).body, '/late');
});

behaviour(
  "'close' of a response comes before that of its lost connection, where node:http tells the program's listener first",
  async ({ serve, subject }) => {
    const order: string[] = [];
    const both = outcome();
    const tell = (what: string) => {
      if (order.push(what) === 2) both.resolve(null);
    };
    const { server, connect } = await serve((_req, res) => {
      res.on('close', () => tell('response'));
      client.socket.destroy();
    });
    server.on(subject.secure ? 'secureConnection' : 'connection', (socket: Socket) => {
      socket.on('close', () => tell('socket'));
    });
    const client = connect().send(get());
    await both.promise;
    assert.deepEqual(order, subject.oracle ? ['socket', 'response'] : ['response', 'socket']);
  },
);

/** What happens to a request and its response, by what the handler does; and on Node lines that close a read request at once. */
const endings: [
  what: string,
  sent: string[],
  handle: (req: Request, res: Response) => void,
  string,
  string,
][] = [
  [
    'an answer at once, to a request that nobody reads',
    [get()],
    (_req, res) => res.end(),
    'finish, response, end, request',
    'finish, end, response, request',
  ],
  [
    'an answer at the end of a request without a body',
    [get()],
    (req, res) => void req.resume().on('end', () => res.end()),
    'end, finish, response, request',
    'end, finish, request, response',
  ],
  [
    'an answer at the end of a body',
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo', 'dy'],
    (req, res) => void req.resume().on('end', () => res.end()),
    'end, finish, response, request',
    'end, finish, request, response',
  ],
  [
    'a late answer to a request that was read',
    [get()],
    (req, res) => void req.resume().on('end', () => setImmediate(() => setImmediate(() => res.end()))),
    'end, request, finish, response',
    'end, request, finish, response',
  ],
];

for (const [what, sent, handle, before, since] of endings) {
  behaviour(
    `the order of 'end', 'finish' and 'close' of ${what}`,
    async ({ serve }) => {
      const order: string[] = [];
      const closed = outcome();
      const tell = (name: string) => {
        if (order.push(name) === 4) closed.resolve(null);
      };
      const { connect } = await serve((req, res) => {
        req.on('end', () => tell('end')).on('close', () => tell('request'));
        res.on('finish', () => tell('finish')).on('close', () => tell('response'));
        handle(req, res);
      });
      const client = connect();
      for (const bytes of sent) {
        client.send(bytes);
        await turns(10);
      }
      await client.response();
      await closed.promise;
      assert.equal(order.join(', '), closesReadAtOnce ? since : before);
    },
    { only: 'plain' },
  );
}
