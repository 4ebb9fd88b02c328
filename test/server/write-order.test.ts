// When what a response is given leaves, seen beside what a program does with the socket itself.
import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import net, { type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { behaviour, get, type Listener, outcome } from '../subjects.js';

behaviour('what is written to the socket after end leaves after the answer', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    res.end('first');
    req.socket.end('second');
  });
  assert.match(await connect().send(get()).rest(), /\r\n\r\nfirstsecond$/);
});

behaviour(
  'what is written to the socket between two writes leaves between them',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      res.write('first');
      req.socket.write('6\r\nsecond\r\n');
      res.write('third');
      res.end();
    });
    assert.deepEqual((await connect().send(get()).response()).chunks, ['first', 'second', 'third']);
  },
  { until: 25 },
);

/** What a program writes to a connection that is any stream, and what its client gets after the head. */
const onAnyStream: [what: string, listener: Listener, after: string, until?: number][] = [
  [
    'between two writes',
    (req, res) => {
      res.setHeader('Content-Length', 10);
      res.write('first');
      req.socket.write('<raw>');
      res.end('third', () => req.socket.end());
    },
    'first<raw>third',
  ],
  [
    'after end',
    (req, res) => {
      res.end('first');
      req.socket.end('<raw>');
    },
    'first<raw>',
  ],
  [
    'with the end of the connection',
    (req, res) => {
      res.setHeader('Content-Length', 10);
      res.write('first');
      req.socket.end('<raw>');
    },
    'first<raw>',
    25,
  ],
  [
    'in a later turn',
    (req, res) => {
      res.setHeader('Content-Length', 10);
      res.flushHeaders();
      setImmediate(() => {
        res.write('first');
        req.socket.write('<raw>');
        res.end('third', () => req.socket.end());
      });
    },
    'first<raw>third',
  ],
];
for (const [what, listener, after, until] of onAnyStream) {
  behaviour(
    `what is written to a Duplex ${what} leaves in the order in which it was written`,
    async ({ subject }) => {
      const server = subject.createServer({}, listener);
      let sent = '';
      const stream = new Duplex({
        read() {},
        write(chunk, _encoding, callback) {
          sent += chunk.toString('latin1');
          callback();
        },
      });
      server.emit('connection', stream);
      stream.push(get());
      await once(stream, 'finish');
      stream.destroy();
      assert.equal(sent.slice(sent.indexOf('\r\n\r\n') + 4), after);
      assert.match(sent, /^HTTP\/1\.1 200 OK\r\n/);
    },
    { only: 'plain', ...(until && { until }) },
  );
}

behaviour(
  'a Duplex that leaves HTTP has its own methods again',
  async ({ subject }) => {
    const server = subject.createServer({});
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() });
    const given = outcome<Socket>();
    server.on('upgrade', (_req, socket) => given.resolve(socket as Socket));
    server.emit('connection', stream);
    stream.push(get('/', 'Connection: upgrade', 'Upgrade: x'));
    assert.equal(await given.promise, stream);
    for (const name of ['write', 'end', 'destroy'] as const) {
      assert.equal(Object.hasOwn(stream, name), false, name);
    }
    stream.destroy();
  },
  { only: 'plain' },
);

const observers: Record<string, 'on' | 'prependListener'> = {
  'has been given to the server': 'on',
  'is given to the server': 'prependListener',
};
for (const [when, add] of Object.entries(observers)) {
  behaviour(
    `a program that replaces write, end and destroy of a socket that ${when} sees them called`,
    async ({ serve, subject }) => {
      const calls = new Set<string>();
      const gone = outcome();
      let sent = '';
      const { connect, server } = await serve((_req, res) => res.end('answer'));
      const event = subject.secure ? 'secureConnection' : 'connection';
      (server as EventEmitter)[add](event, (socket: Socket) => {
        for (const name of ['write', 'end', 'destroy'] as const) {
          const former = socket[name];
          Object.assign(socket, {
            [name](this: Socket, ...args: unknown[]) {
              calls.add(name);
              if (name === 'write') sent += String(args[0]);
              return Reflect.apply(former, this, args);
            },
          });
        }
        socket.on('close', gone.resolve);
      });
      await connect().send(get('/', 'Connection: close')).response();
      await gone.promise;
      assert.match(sent, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nanswer$/s);
      assert.deepEqual([...calls].sort(), ['destroy', 'end', 'write']);
    },
  );
}

behaviour('a program that replaces the write of a socket sees what an upgrade writes', async ({ serve }) => {
  const seen: string[] = [];
  const { connect, server } = await serve((_req, res) => res.end());
  server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', (socket: Socket) => {
    const { write } = socket;
    Object.assign(socket, {
      write(this: Socket, ...args: Parameters<Socket['write']>) {
        seen.push(String(args[0]));
        return Reflect.apply(write, this, args);
      },
    });
  });
  server.on('upgrade', (_req, socket: Socket) => {
    socket.write('raw');
    socket.end();
  });
  assert.equal(
    await connect()
      .send(get('/', 'Connection: upgrade', 'Upgrade: x'))
      .rest(),
    'raw',
  );
  assert.deepEqual(seen, ['raw']);
});

behaviour(
  'a socket whose write the program replaced can be given to another server',
  async ({ serve }) => {
    const seen: string[] = [];
    const inner = await serve((_req, res) => res.end('inner'));
    const { connect, server } = await serve((_req, res) => res.end('outer'));
    server.on('connection', (socket: Socket) => {
      const { write } = socket;
      Object.assign(socket, {
        write(this: Socket, ...args: Parameters<Socket['write']>) {
          seen.push(String(args[0]));
          return Reflect.apply(write, this, args);
        },
      });
    });
    server.on('connect', (_req, socket) => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      inner.server.emit('connection', socket);
    });
    const client = connect().send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n');
    await client.response('CONNECT');
    assert.equal((await client.send(get()).response()).body, 'inner');
    assert.match(seen.join(''), /Established\r\n\r\nHTTP\/1\.1 200 OK\r\n.*inner$/s);
  },
  { only: 'plain' },
);

behaviour(
  'a program that replaces the write of all sockets sees what is answered',
  async ({ serve }) => {
    const { ask } = await serve((_req, res) => res.end('answer'));
    const { write } = net.Socket.prototype;
    const seen: string[] = [];
    net.Socket.prototype.write = function replaced(this: Socket, ...args: Parameters<Socket['write']>) {
      seen.push(String(args[0]));
      return Reflect.apply(write, this, args);
    } as Socket['write'];
    try {
      assert.equal((await ask(get())).body, 'answer');
    } finally {
      net.Socket.prototype.write = write;
    }
    assert.match(seen.join(''), /HTTP\/1\.1 200 OK\r\n.*\r\n\r\nanswer$/s);
  },
  { only: 'plain' },
);

behaviour(
  'an answer that ended before destroy arrives',
  async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      res.end('all of it');
      res.destroy();
    });
    assert.equal((await connect().send(get()).response()).body, 'all of it');
  },
  { only: 'plain' },
);

behaviour('write says false to more than the high-water mark', async ({ serve }) => {
  let accepted: boolean | undefined;
  const { ask } = await serve((_req, res) => {
    accepted = res.write(Buffer.alloc(res.writableHighWaterMark + 100));
    res.end();
  });
  await ask(get());
  assert.equal(accepted, false);
});

behaviour(
  'of two calls of end, both are told when it has left, and a third after that is told that it was over',
  async ({ serve }) => {
    const codes: (string | undefined)[] = [];
    const { ask } = await serve((_req, res) => {
      const note = (error?: NodeJS.ErrnoException | null) => codes.push(error?.code);
      res.end(note);
      res.end(note);
      res.on('finish', () => res.end(note));
    });
    await ask(get());
    assert.deepEqual(codes, [undefined, undefined, 'ERR_STREAM_ALREADY_FINISHED']);
  },
  { since: 24 },
);

behaviour(
  'a closing server still serves what comes right after an answer that said keep-alive',
  async ({ serve }) => {
    const { server, connect } = await serve((req, res) => {
      res.end(req.url);
      if (req.url === '/first') server.close();
    });
    const client = connect().send(get('/first'));
    assert.equal((await client.response()).field('connection'), 'keep-alive');
    assert.equal((await client.send(get('/second')).response()).body, '/second');
  },
);

behaviour('requests that came with the one that closes the server are answered', async ({ serve }) => {
  const { server, connect } = await serve((req, res) => {
    server.close();
    setTimeout(() => res.end(req.url), 1);
  });
  const client = connect().send(get('/1') + get('/2') + get('/3'));
  for (const target of ['/1', '/2', '/3']) assert.equal((await client.response()).body, target);
});

for (const chunk of [5, true, {}, [], Symbol('no chunk')])
  behaviour(
    `an end of the socket with ${String(chunk) || 'a list'}, which is none, ends nothing`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => {
        res.write('first');
        assert.throws(() => req.socket.end(chunk as never), { code: 'ERR_INVALID_ARG_TYPE' });
        res.write('second');
        res.end();
      });
      const client = connect();
      for (let i = 0; i < 2; i++) assert.equal((await client.send(get()).response()).body, 'firstsecond');
    },
  );
