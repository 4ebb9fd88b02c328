// Upgrade and CONNECT: the socket is handed over, with what had come after the request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { readsBodyOfUpgrade } from '../../dist/node/line-habits.js';
import {
  behaviour,
  get,
  type Http,
  type Options,
  outcome,
  type RawClient,
  type Request,
  type Response,
  turns,
  uncaught,
  until,
} from '../subjects.js';
import { idleEnded, swept } from './witnesses.js';

const upgrade = get('/chat', 'Connection: Upgrade', 'Upgrade: echo');
const connectRequest = 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n';

/** Answers 101 or 200 and sends everything back. */
function tunnel(socket: Duplex, head: Buffer, status: string): void {
  socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
  socket.write(head);
  socket.pipe(socket);
}

behaviour("'upgrade' hands over the socket and the bytes after the request", async ({ serve }) => {
  const { server, connect } = await serve(() => assert.fail('request was emitted'));
  server.on('upgrade', (req, socket, head) => {
    assert.equal(req.method, 'GET');
    assert.equal(req.url, '/chat');
    assert.equal(req.headers.upgrade, 'echo');
    assert.equal((req as unknown as { upgrade: boolean }).upgrade, true);
    assert.equal(req.socket, socket);
    assert.ok(Buffer.isBuffer(head));
    tunnel(socket, head, '101 Switching Protocols');
  });
  const client = connect().send(`${upgrade}head `);
  assert.equal((await client.response()).status, 101);
  await client.sees('head ');
  client.send('later\r\n\r\n\x00');
  await client.sees('head later\r\n\r\n\x00');
});

behaviour('an upgrade after other requests on the connection works', async ({ serve }) => {
  const { server, connect } = await serve((_req, res) => res.end('plain'));
  server.on('upgrade', (_req, socket, head) => tunnel(socket, head, '101 Switching Protocols'));
  const client = connect().send(get());
  assert.equal((await client.response()).body, 'plain');
  client.send(upgrade);
  assert.equal((await client.response()).status, 101);
  client.send('echo me');
  await client.sees('echo me');
});

behaviour("without an 'upgrade' listener the request is a plain one", async ({ serve }) => {
  const { connect } = await serve((req, res) => res.end(req.headers.upgrade));
  const client = connect().send(upgrade);
  assert.equal((await client.response()).body, 'echo');
  assert.equal((await client.send(get()).response()).status, 200);
});

behaviour('Upgrade without Connection: upgrade is a plain request', async ({ serve }) => {
  const { server, ask } = await serve((_req, res) => res.end('plain'));
  server.on('upgrade', () => assert.fail('upgrade was emitted'));
  assert.equal((await ask(get('/', 'Upgrade: echo'))).body, 'plain');
});

behaviour(
  'shouldUpgradeCallback decides for each request',
  async ({ serve }) => {
    const { server, connect, ask } = await serve(
      { shouldUpgradeCallback: (req: Request) => req.url === '/chat' },
      (_req, res) => res.end('plain'),
    );
    server.on('upgrade', (_req, socket, head) => tunnel(socket, head, '101 Switching Protocols'));
    assert.equal((await ask(get('/other', 'Connection: Upgrade', 'Upgrade: echo'))).body, 'plain');
    const client = connect().send(upgrade);
    assert.equal((await client.response()).status, 101);
  },
  { since: 24 },
);

const failing = () => {
  throw new Error('mine');
};

for (const [what, options, since] of [
  ['shouldUpgradeCallback', () => ({ shouldUpgradeCallback: failing }), 24],
  [
    'the constructor of a request',
    (http: Http) => ({
      IncomingMessage: class extends http.IncomingMessage {
        override url = failing();
      },
    }),
    20,
  ],
  [
    'the constructor of a response',
    (http: Http) => ({
      ServerResponse: class extends http.ServerResponse<Request> {
        override statusCode = failing();
      },
    }),
    20,
  ],
] as [string, (http: Http) => Options, number][])
  behaviour(
    `what ${what} throws is what the program hears of`,
    async ({ serve, http, context }) => {
      const told = uncaught(context);
      const { server, connect } = await serve(options(http), () => {});
      if (since === 24) server.on('upgrade', () => assert.fail('upgrade was emitted'));
      connect().send(since === 24 ? upgrade : get('/'));
      assert.equal((await told).message, 'mine');
    },
    { since },
  );

behaviour("'connect' hands over the socket", async ({ serve }) => {
  const { server, connect } = await serve(() => assert.fail('request was emitted'));
  server.on('connect', (req, socket, head) => {
    assert.equal(req.url, 'example.com:443');
    assert.equal(req.method, 'CONNECT');
    tunnel(socket, head, '200 Connection Established');
  });
  const client = connect().send(connectRequest);
  assert.equal((await client.response('CONNECT')).status, 200);
  client.send('through');
  await client.sees('through');
});

for (const target of [
  '/',
  'a',
  'a:',
  ':80',
  '[::1]',
  'a:80:90',
  'user@a:443',
  'http://a:80/b',
  'a:443?b',
  '*',
]) {
  behaviour(`'connect' gets the target ${target} as it was sent`, async ({ serve }) => {
    const { server, connect } = await serve(() => assert.fail('request was emitted'));
    server.on('connect', (req, socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${req.url}`));
    const answer = await connect().send(`CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).rest();
    assert.equal(answer.split('\r\n\r\n')[1], target);
  });
}

for (const target of ['a#b:80', 'a\t:80', 'a\x7f:80']) {
  behaviour(`CONNECT to ${JSON.stringify(target)} is refused`, async ({ serve }) => {
    const { server, connect } = await serve(() => assert.fail('request was emitted'));
    server.on('connect', () => assert.fail('connect was emitted'));
    const answer = await connect().send(`CONNECT ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).rest();
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  });
}

behaviour("CONNECT without a 'connect' listener ends the connection", async ({ serve }) => {
  const { connect } = await serve(() => assert.fail('request was emitted'));
  const client = connect().send(connectRequest);
  await client.nothingMore();
});

behaviour('a socket handed over is free of the server', async ({ serve }) => {
  let handed: Duplex | undefined;
  const options = { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0, connectionsCheckingInterval: 10 };
  const served = await serve(options, (_req, res) => res.end());
  const { server, connect } = served;
  server.on('upgrade', (_req, socket) => {
    handed = socket;
  });
  server.on('clientError', (_error, socket) => {
    assert.notEqual(socket, handed);
    socket.destroy();
  });
  const client = connect().send(upgrade);
  await until(() => handed !== undefined, "'upgrade'");
  assert.ok(handed);
  for (const event of ['data', 'drain', 'timeout']) assert.equal(handed.listenerCount(event), 0, event);
  assert.equal(handed.readableFlowing, null);
  server.closeIdleConnections();
  await idleEnded(served, get());
  await swept(served);
  assert.equal(handed.destroyed, false);
  handed.end('bye');
  assert.equal(await client.rest(), 'bye');
});

for (const event of ['data', 'readable'] as const) {
  behaviour(
    `what comes after an upgrade waits for its reader, who listens for '${event}'`,
    async ({ serve }) => {
      const answered = outcome();
      const received = outcome<string>();
      const { server, connect } = await serve((_req, res) => void setTimeout(() => res.end('answer'), 5));
      server.on('upgrade', async (_req, socket, head) => {
        let text = `${head}`;
        await answered.promise;
        socket.on(event, (data?: Buffer) => {
          text += data ?? socket.read() ?? '';
          if (text.endsWith('end')) received.resolve(text);
        });
      });
      const client = connect().send(`${get().repeat(70)}${upgrade}head `);
      for (let count = 0; count < 70; count++) assert.equal((await client.response()).body, 'answer');
      client.send('more ');
      await turns(50);
      answered.resolve(null);
      client.send('end');
      assert.equal(await received.promise, 'head more end');
    },
  );
}

behaviour("an error of a socket handed over is its owner's", async ({ serve }) => {
  const { server, connect } = await serve(() => {});
  const code = new Promise((resolve) => {
    server.on('upgrade', (_req, socket) => {
      socket.on('error', (error) => resolve(error.message));
      socket.destroy(new Error('mine'));
    });
  });
  connect().send(upgrade);
  assert.equal(await code, 'mine');
});

behaviour(
  'a socket handed over can be given back',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => res.end('served'));
    server.on('connect', (_req, socket) => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      server.emit('connection', socket);
    });
    const client = connect().send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n');
    await client.response('CONNECT');
    assert.equal((await client.send(get()).response()).body, 'served');
  },
  { only: 'plain' },
);

behaviour(
  'a socket handed over can be given to another server',
  async ({ serve }) => {
    const inner = await serve((req, res) => res.end(`inner ${req.url}`));
    const { server, connect } = await serve((_req, res) => res.end('outer'));
    let handedOver = 0;
    server.on('connect', (_req, socket) => {
      handedOver++;
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      inner.server.emit('connection', socket);
    });
    const client = connect().send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n');
    await client.response('CONNECT');
    assert.equal((await client.send(get('/1')).response()).body, 'inner /1');
    assert.equal((await client.send(get('/2')).response()).body, 'inner /2');
    assert.equal(handedOver, 1);
  },
  { only: 'plain' },
);

const held: [sentence: string, hold: (socket: Socket) => void][] = [
  ['paused', (socket) => void socket.pause()],
  ['read by nobody', () => {}],
  ['piped into itself', (socket) => void socket.pipe(socket)],
];

for (const [sentence, hold] of held) {
  behaviour(
    `a socket that left HTTP and is ${sentence} hears of a reset`,
    async ({ serve }) => {
      const { server, connect } = await serve(() => {});
      const left = new Promise<Socket>((resolve) => {
        server.on('upgrade', (_req, socket: Socket) => {
          socket.on('error', () => {});
          hold(socket);
          socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
          resolve(socket);
        });
      });
      const client = connect().send(get('/', 'Connection: Upgrade', 'Upgrade: other'));
      const socket = await left;
      await client.sees('101');
      client.socket.resetAndDestroy();
      await until(() => socket.destroyed, "the socket's end");
    },
    { only: 'plain' },
  );
}

for (const [sentence, nudge] of [
  ['resume()', (socket) => void socket.resume()],
  ['read(0)', (socket) => void socket.read(0)],
  ['isPaused()', (socket) => void socket.isPaused()],
] as [sentence: string, nudge: (socket: Socket) => void][]) {
  behaviour(
    `a socket that left HTTP and is full reads on when something was taken from it, not because of ${sentence}`,
    async ({ serve }) => {
      const { server, connect } = await serve({ highWaterMark: 1 }, () => {});
      const upgraded = once(server, 'upgrade');
      const client = connect().send(get('/', 'Connection: Upgrade', 'Upgrade: other'));
      const [, socket] = (await upgraded) as [unknown, Socket];
      socket.on('error', () => {});
      let events = 0;
      socket.on('readable', () => events++);
      client.send('ab');
      await until(() => events === 1, 'what came');
      nudge(socket);
      client.socket.end();
      await turns(20);
      assert.equal(events, 1);
      assert.equal(`${socket.read()}`, 'ab');
      await until(() => events === 2, 'the end');
      socket.destroy();
    },
    { only: 'plain' },
  );
}

behaviour('a socket that left HTTP lists no methods that it had not before', async ({ serve }) => {
  const { server, connect } = await serve(() => {});
  const keys = new Promise<string[]>((resolve) => {
    server.on('upgrade', (_req, socket: Socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      resolve(Object.keys(socket));
    });
  });
  connect().send(get('/', 'Connection: Upgrade', 'Upgrade: other'));
  for (const name of ['pause', 'resume', 'read', 'write']) assert.ok(!(await keys).includes(name), name);
});

behaviour(
  'a socket that left HTTP has the methods of its class, be they not those of Socket',
  async ({ serve }) => {
    const calls: string[] = [];
    const counted = Object.fromEntries(
      (['push', 'write', 'end', 'setTimeout'] as const).map((name) => [
        name,
        function (this: Socket, ...args: unknown[]) {
          calls.push(name);
          return Reflect.apply(net.Socket.prototype[name], this, args);
        },
      ]),
    );
    const prototype = Object.assign(Object.create(net.Socket.prototype), counted);
    const { server, connect } = await serve(() => {});
    server.prependListener('connection', (socket) => Object.setPrototypeOf(socket, prototype));
    server.on('upgrade', (_req, socket: Socket) => {
      calls.length = 0;
      socket.setTimeout(0);
      socket.push('a');
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      socket.end();
    });
    await connect().send(upgrade).rest();
    assert.deepEqual(calls, ['setTimeout', 'push', 'write', 'end']);
  },
  { only: 'plain' },
);

for (const [sentence, bytes, event] of [
  ['an upgrade', get('/', 'Connection: Upgrade', 'Upgrade: other'), 'upgrade'],
  ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', 'connect'],
] as const) {
  behaviour(`the request of ${sentence} is complete, and can be read to its end`, async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const read = new Promise<[boolean, number]>((resolve) => {
      server.on(event, async (req: Request, socket: Socket) => {
        const { complete } = req;
        let pieces = 0;
        for await (const _piece of req) pieces++;
        socket.destroy();
        resolve([complete, pieces]);
      });
    });
    connect().send(bytes);
    assert.deepEqual(await read, [true, 0]);
  });
}

behaviour(
  'a socket that left HTTP takes an encoding',
  async ({ serve }) => {
    const text = outcome<unknown>();
    const { server, connect } = await serve(() => {});
    const client = connect();
    server.on('upgrade', (_req, socket) => {
      (socket as Socket).setEncoding('hex');
      socket.on('data', text.resolve);
      client.send('a');
    });
    client.send(upgrade);
    assert.equal(await text.promise, '61');
  },
  { notNode: 'it throws there' },
);

const optimized: [event: string, sent: string, closes: boolean][] = [
  ['connect', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', true],
  ['upgrade', upgrade, true],
  ['request', get(), false],
];

for (const [event, sent, closes] of optimized) {
  behaviour(
    `with optimizeEmptyRequests, the request of '${event}' ${closes ? 'closes' : 'is closed already, without a word,'} when its client leaves`,
    async ({ serve }) => {
      const { server, connect } = await serve({ optimizeEmptyRequests: true });
      const requested = outcome<Request>();
      server.on(event, (req: Request) => requested.resolve(req));
      const client = connect().send(sent);
      const req = await requested.promise;
      let told = false;
      req.on('close', () => {
        told = true;
      });
      const gone = once(req.socket, 'close');
      client.socket.destroy();
      req.socket.destroy();
      await gone;
      if (event !== 'request') req.resume();
      await turns(5);
      assert.equal(req.destroyed, true);
      assert.equal(told, closes);
    },
    { since: 24 },
  );
}

const underWay: [what: string, act: (res: Response) => unknown][] = [
  ['that has not begun', () => {}],
  ['that is being written', (res) => res.write('x')],
  ['that was ended', (res) => res.end()],
];

for (const [what, act] of underWay) {
  behaviour(`an answer ${what} when a later request upgrades closes with the socket`, async ({ serve }) => {
    const closed = outcome();
    const { server, connect } = await serve((req, res) => {
      res.on('close', closed.resolve);
      act(res);
      setImmediate(() => req.socket.destroy());
    });
    server.on('upgrade', () => {});
    connect().send(get() + upgrade);
    await closed.promise;
  });
}

const asksForEcho = 'POST /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n';
const withLength = `${asksForEcho}Content-Length: 4\r\n\r\n`;
const inChunks = `${asksForEcho}Transfer-Encoding: chunked\r\n\r\n`;
/** Whether the body of a request with Upgrade is the request's, or the beginning of what follows its head. */
const isRead = readsBodyOfUpgrade();

const bodies: [what: string, sent: string[], trailers?: string[]][] = [
  ['with a length', [`${withLength}bodytunnel`]],
  ['with a length, and nothing after it yet', [`${withLength}body`, 'tunnel']],
  ['with a length, cut', [`${withLength}bo`, 'dytun', 'nel']],
  ['with a length, after its head', [withLength, 'body', 'tunnel']],
  ['in chunks', [`${inChunks}4\r\nbody\r\n0\r\n\r\ntunnel`]],
  ['in chunks, cut', [`${inChunks}4\r\nbo`, 'dy\r\n0\r\n', '\r\ntun', 'nel']],
  ['in chunks, with trailers', [`${inChunks}4\r\nbody\r\n0\r\nT: u\r\n\r\ntunnel`], ['T', 'u']],
  ['of no bytes', [`${asksForEcho}Content-Length: 0\r\n\r\ntunnel`]],
];

for (const [what, sent, trailers = []] of bodies) {
  const body = what === 'of no bytes' ? '' : 'body';
  const raw = sent.join('').slice(sent.join('').indexOf('\r\n\r\n') + 4);
  behaviour(
    `the body ${what} of a request that is upgraded ${isRead ? 'is its body' : 'comes through the socket'}`,
    async ({ serve, subject }) => {
      const read = outcome<[string, string[]]>();
      const tunnelled = outcome<string>();
      const { server, connect } = await serve(() => assert.fail('request was emitted'));
      server.on('upgrade', (req, socket, head) => {
        let text = '';
        req.setEncoding('latin1').on('data', (data: string) => {
          text += data;
        });
        req.on('end', () => read.resolve([text, req.rawTrailers]));
        let tunnel = `${head}`;
        const take = (data: unknown) => {
          tunnel += data;
          if (tunnel.endsWith('tunnel')) tunnelled.resolve(tunnel);
        };
        socket.on('data', take);
        take('');
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      });
      const client = connect();
      for (const part of sent) {
        client.send(part);
        await turns(subject.secure ? 20 : 5);
      }
      assert.equal(await tunnelled.promise, isRead ? 'tunnel' : raw);
      assert.deepEqual(await read.promise, isRead ? [body, trailers] : ['', []]);
      assert.equal((await client.response()).status, 101);
      client.socket.destroy();
    },
  );
}

behaviour(
  'the body of a request that is upgraded does not keep what comes after it where nobody reads it',
  async ({ serve }) => {
    const tunnelled = outcome<string>();
    const { server, connect } = await serve(() => assert.fail('request was emitted'));
    server.on('upgrade', (_req, socket, head) => {
      let tunnel = `${head}`;
      socket.on('data', (data: Buffer) => {
        tunnel += data;
        if (tunnel.endsWith('tunnel')) tunnelled.resolve(tunnel.slice(-6));
      });
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    });
    const client = connect().send(`${asksForEcho}Content-Length: 300000\r\n\r\n${'b'.repeat(1000)}`);
    assert.equal((await client.response()).status, 101);
    client.send(`${'b'.repeat(299_000)}tunnel`);
    assert.equal(await tunnelled.promise, 'tunnel');
    client.socket.destroy();
  },
);

if (isRead) {
  const fails: [what: string, head: string, leave: (client: RawClient) => void][] = [
    ['is malformed', `${inChunks}4\r\nbody\r\n`, (client) => client.send('zz\r\n')],
    ['ends before its end', `${withLength}bo`, (client) => client.socket.end()],
    ['is given up', `${withLength}bo`, (client) => client.socket.destroy()],
  ];
  for (const [what, head, leave] of fails) {
    behaviour(
      `the body of a request that is upgraded ${what}: request and socket close`,
      async ({ serve }) => {
        const begun = outcome();
        const over = outcome<unknown>();
        const { server, connect } = await serve(() => assert.fail('request was emitted'));
        server.on('clientError', (_error, socket) => socket.destroy());
        server.on('upgrade', (req, socket) => {
          const closed = [req, socket].map((stream) => new Promise((close) => stream.once('close', close)));
          req.on('error', () => {}).resume();
          socket.on('error', () => {}).resume();
          Promise.all(closed).then(over.resolve);
          begun.resolve(null);
        });
        const client = connect().send(head);
        await begun.promise;
        leave(client);
        await over.promise;
        client.socket.destroy();
      },
      { notNode: 'the request never ends, and neither does the connection where its body is malformed' },
    );
  }

  behaviour(
    'the body of a request that is upgraded is refused before anybody is told where it is malformed at once',
    async ({ serve }) => {
      const { server, connect } = await serve(() => assert.fail('request was emitted'));
      server.on('upgrade', () => assert.fail('upgrade was emitted'));
      assert.match(await connect().send(`${inChunks}zz\r\n`).rest(), /^HTTP\/1\.1 400 /);
    },
    { notNode: 'it waits for more' },
  );
}
