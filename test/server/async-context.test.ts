// Each request runs in an async context of its own: nothing set for one is ever seen by another.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { behaviour, get, outcome, RawClient, type Response, type Stage, turns, until } from '../subjects.js';

const leaks = { notNode: 'it leaks enterWith() into later requests of the connection' };

behaviour('run() is not seen by a later request on the connection', async ({ serve }) => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const { connect } = await serve((req, res) => {
    seen.push(storage.getStore());
    storage.run(req.url as string, () => setImmediate(() => res.end(storage.getStore())));
  });
  const client = connect();
  for (const target of ['/1', '/2', '/3']) {
    assert.equal((await client.send(get(target)).response()).body, target);
  }
  assert.deepEqual(seen, [undefined, undefined, undefined]);
});

const arrivals: [sentence: string, together: boolean][] = [
  ['later on the connection', false],
  ['pipelined in one packet', true],
];
for (const [sentence, together] of arrivals) {
  behaviour(
    `enterWith() is not seen by a request ${sentence}`,
    async ({ serve }) => {
      const storage = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const { connect } = await serve((req, res) => {
        seen.push(storage.getStore());
        storage.enterWith(req.url as string);
        res.end();
      });
      const targets = ['/1', '/2', '/3', '/4'];
      const client = connect();
      if (together) client.send(targets.map((target) => get(target)).join(''));
      for (const target of targets) {
        if (!together) client.send(get(target));
        await client.response();
      }
      assert.deepEqual(seen, [undefined, undefined, undefined, undefined]);
    },
    leaks,
  );

  behaviour(
    `enterWith() in an asynchronous handler is not seen by a request ${sentence}`,
    async ({ serve }) => {
      const storage = new AsyncLocalStorage<string>();
      const { connect } = await serve(async (req, res) => {
        const before = storage.getStore();
        storage.enterWith(req.url as string);
        await turns(2);
        res.end(`${before} ${storage.getStore()}`);
      });
      const targets = ['/1', '/2', '/3'];
      const client = connect();
      if (together) client.send(targets.map((target) => get(target)).join(''));
      for (const target of targets) {
        if (!together) client.send(get(target));
        assert.equal((await client.response()).body, `undefined ${target}`);
      }
    },
    leaks,
  );
}

behaviour(
  'body events run in the context of their request',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const { connect } = await serve((req, res) => {
      storage.enterWith(req.url as string);
      const seen: (string | undefined)[] = [];
      req.on('data', () => seen.push(storage.getStore()));
      req.on('end', () => {
        seen.push(storage.getStore());
        res.end([...new Set(seen)].join());
      });
    });
    const post = (target: string) =>
      `POST ${target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n`;
    const client = connect().send(post('/1') + post('/2'));
    assert.equal((await client.response()).body, '/1');
    assert.equal((await client.response()).body, '/2');
    const slow = post('/3');
    for (let at = 0; at < slow.length; at += 20) {
      client.send(slow.slice(at, at + 20));
      await turns(2);
    }
    assert.equal((await client.response()).body, '/3');
  },
  { until: 22 },
);

behaviour('a body read with for await stays in the context of run()', async ({ serve }) => {
  const storage = new AsyncLocalStorage<string>();
  const { connect } = await serve((req, res) => {
    storage.run(req.url as string, async () => {
      for await (const _ of req) assert.equal(storage.getStore(), req.url);
      res.end(storage.getStore());
    });
  });
  const post = (target: string) => `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody`;
  const client = connect().send(post('/1') + post('/2'));
  assert.equal((await client.response()).body, '/1');
  assert.equal((await client.response()).body, '/2');
});

for (const event of ['finish', 'close'] as const) {
  for (const [sentence, together] of arrivals) {
    behaviour(
      `'${event}' of an answer runs in the context of run(), for requests ${sentence}`,
      async ({ serve }) => {
        const storage = new AsyncLocalStorage<string>();
        const seen: string[] = [];
        const responses: Promise<unknown>[] = [];
        const { connect } = await serve((req, res: Response) => {
          storage.run(req.url as string, () => {
            res.on(event, () => seen.push(`${req.url} ${storage.getStore()}`));
            responses.push(once(res, event));
            res.end();
          });
        });
        const client = connect();
        const targets = ['/1', '/2', '/3'];
        if (together) client.send(targets.map((target) => get(target)).join(''));
        for (const target of targets) {
          if (!together) client.send(get(target));
          await client.response();
        }
        await Promise.all(responses);
        assert.deepEqual(seen, ['/1 /1', '/2 /2', '/3 /3']);
      },
      {
        ...(together && { notNode: 'it runs them in the context of the first' }),
      },
    );
  }
}

behaviour('callbacks of write and end run in the context of their caller', async ({ serve }) => {
  const storage = new AsyncLocalStorage<string>();
  const seen: string[] = [];
  const { connect } = await serve((req, res) => {
    storage.run(req.url as string, () => {
      res.write('a', () => seen.push(`write ${storage.getStore()}`));
      res.end('b', () => seen.push(`end ${storage.getStore()}`));
    });
  });
  const client = connect();
  for (const target of ['/1', '/2']) {
    await client.send(get(target)).response();
    await until(() => seen.includes(`end ${target}`), 'the callback of end');
  }
  assert.deepEqual(seen, ['write /1', 'end /1', 'write /2', 'end /2']);
});

behaviour(
  'a burst of pipelined requests has a context for each',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const { connect } = await serve((req, res) => {
      const before = storage.getStore();
      storage.enterWith(req.url as string);
      res.on('finish', () => {});
      res.end(String(before));
    });
    const client = connect().send(Array.from({ length: 200 }, (_, index) => get(`/${index}`)).join(''));
    for (let index = 0; index < 200; index++) assert.equal((await client.response()).body, 'undefined');
  },
  leaks,
);

behaviour('a context around listen() is not what requests see of each other', async ({ serve }) => {
  const storage = new AsyncLocalStorage<{ count: number }>();
  const { connect } = await serve((_req, res) => {
    storage.run({ count: 0 }, async () => {
      for (let step = 0; step < 3; step++) {
        await turns(1);
        (storage.getStore() as { count: number }).count++;
      }
      res.end(String(storage.getStore()?.count));
    });
  });
  const clients = [connect(), connect(), connect()];
  for (const client of clients) client.send(get() + get());
  for (const client of clients) {
    assert.equal((await client.response()).body, '3');
    assert.equal((await client.response()).body, '3');
  }
});

behaviour(
  'the end of a response after bytes that wait is told in the context of its end',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const stores: unknown[] = [];
    let ended = false;
    const { connect } = await serve((_req, res) => {
      storage.run('request', () => {
        const note = () => stores.push(storage.getStore());
        res.on('finish', note).on('close', note);
        res.writeHead(200, { Connection: 'close' });
        res.write(Buffer.alloc(16 * 1024 * 1024));
        setImmediate(() => {
          res.end('the end', note);
          ended = true;
        });
      });
    });
    const client = connect();
    client.socket.pause();
    client.send(get());
    await until(() => ended, 'the end of the response');
    assert.deepEqual(stores, []);
    client.socket.resume();
    await client.rest();
    await until(() => stores.length === 3, 'the end of the response');
    assert.deepEqual(stores, ['request', 'request', 'request']);
  },
);

const given: [
  sentence: string,
  serve: (stage: Stage, storage: AsyncLocalStorage<string>) => Promise<number>,
][] = [
  [
    'the context in which the server was told to listen',
    async ({ subject, context }, storage) => {
      const server = subject.createServer({}, (_req, res) => res.end(storage.getStore()));
      context.after(() => server.close());
      await new Promise<void>((resolve) => {
        storage.run('given', () => server.listen(0, '127.0.0.1', resolve));
      });
      return (server.address() as AddressInfo).port;
    },
  ],
  [
    'the context in which a connection was handed over',
    async ({ subject, context }, storage) => {
      const server = subject.createServer({}, (_req, res) => res.end(storage.getStore()));
      const front = net.createServer((socket) => {
        storage.run('given', () => server.emit('connection', socket));
      });
      context.after(() => front.close());
      await new Promise<void>((resolve) => {
        front.listen(0, '127.0.0.1', resolve);
      });
      return (front.address() as AddressInfo).port;
    },
  ],
  [
    'what a listener for connections entered',
    async ({ serve, subject }, storage) => {
      const { server, port } = await serve((_req, res) => res.end(storage.getStore()));
      const event = subject.secure ? 'secureConnection' : 'connection';
      server.prependListener(event, () => storage.enterWith('given'));
      return port;
    },
  ],
];

for (const [sentence, serve] of given) {
  behaviour(`each request sees ${sentence}`, async (stage) => {
    const port = await serve(stage, new AsyncLocalStorage<string>());
    const socket = stage.subject.connect({ port });
    stage.context.after(() => socket.destroy());
    const client = new RawClient(socket);
    for (const bytes of [get(), get(), get() + get()]) {
      client.send(bytes);
      for (let n = bytes.length / get().length; n > 0; n--) {
        assert.equal((await client.response()).body, 'given');
      }
    }
  });
}

behaviour(
  "'clientError' sees the context in which the server was told to listen",
  async ({ subject, context }) => {
    const storage = new AsyncLocalStorage<string>();
    const server = subject.createServer({}, () => {});
    context.after(() => server.close());
    server.on('clientError', (_error, socket) => socket.end(`HTTP/1.1 400 ${storage.getStore()}\r\n\r\n`));
    await new Promise<void>((resolve) => {
      storage.run('given', () => server.listen(0, '127.0.0.1', resolve));
    });
    const socket = subject.connect({ port: (server.address() as AddressInfo).port });
    context.after(() => socket.destroy());
    assert.match(await new RawClient(socket).send('no request\r\n\r\n').rest(), /^HTTP\/1\.1 400 given/);
  },
);

behaviour(
  'a request that waited until others were answered sees nothing of theirs',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    const { connect } = await serve((req, res) => {
      seen.add(storage.getStore());
      storage.run(`${req.url}`, () => setImmediate(() => res.end('x'.repeat(2000))));
    });
    const targets = Array.from({ length: 200 }, (_, i) => `/${i}`);
    const client = connect().send(targets.map((target) => get(target)).join(''));
    for (const _target of targets) await client.response();
    assert.deepEqual([...seen], [undefined]);
  },
  leaks,
);

for (const [event, head] of [
  ['upgrade', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
  ['connect', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
])
  for (const [when, before] of [
    ['first', ''],
    ['after a request', get()],
  ] as const)
    behaviour(
      `the context of listen() is that of '${event}', which comes ${when}`,
      async ({ subject, context }) => {
        const storage = new AsyncLocalStorage<string>();
        const seen = outcome<string | undefined>();
        const server = subject.createServer({}, (_req, res) => res.end());
        server.on(event as string, (_req, socket: net.Socket) => {
          seen.resolve(storage.getStore());
          socket.destroy();
        });
        await storage.run('listen', () => once(server.listen(0, '127.0.0.1'), 'listening'));
        context.after(() => server.close());
        const socket = subject.connect({ port: (server.address() as AddressInfo).port });
        await new RawClient(socket).send(before + head).rest();
        assert.equal(await seen.promise, 'listen');
      },
      { only: 'plain', since: 24 },
    );

behaviour(
  'a request that waits for the one before hears of its end in its own context',
  async ({ serve }) => {
    const storage = new AsyncLocalStorage<string>();
    const seen: string[] = [];
    const ends: (() => void)[] = [];
    const { connect } = await serve((req, res: Response) => {
      storage.run(req.url as string, () => {
        for (const event of ['end', 'close'])
          req.on(event, () => seen.push(`${req.url} ${event} ${storage.getStore()}`));
        for (const event of ['finish', 'close'])
          res.on(event, () => seen.push(`${req.url} ${event} ${storage.getStore()}`));
        if (req.url === '/1') ends.push(() => res.end());
        else res.end();
      });
    });
    const client = connect().send(get('/1') + get('/2') + get('/3'));
    await until(() => ends.length === 1);
    storage.run('/1', ends[0]);
    for (let i = 0; i < 3; i++) await client.response();
    await until(() => seen.length === 12);
    for (const line of seen) assert.equal(line.split(' ')[0], line.split(' ')[2], line);
  },
  { notNode: 'it has one context for all that leave in one write' },
);
