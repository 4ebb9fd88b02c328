// What a server tells whoever observes it over HTTP/1.1: everything that happens, once, in order, and nothing else.
import assert from 'node:assert/strict';
import net from 'node:net';
import { keepFromObservers, observe, observeServers, type ServerObserver } from '../../dist/observe.js';
import { behaviour, get, outcome, type Server, turns, until } from '../subjects.js';
import { type ObservedExchange, type Refusal, record, recorder } from './recorder.js';

const where = { notNode: 'it has no observers' };
const head = (bytes: string) => JSON.stringify(bytes);

behaviour(
  'a request is told of from its connection to its end, with the bytes of its head',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => res.end('hello'));
    const lines = record(server);
    const request = get('/a', 'X-Odd:  case ');
    const client = connect().send(request);
    await client.response();
    client.finish();
    await until(() => lines.includes('closed'));
    assert.deepEqual(lines, [
      'opened http/1.1',
      `#1 head GET /a 1.1 ${head(request)}`,
      '#1 status 200',
      '#1 piece "hello" 5',
      '#1 ended',
      '#1 returned',
      '#1 request ended',
      '#1 complete 200 0 in 5 out',
      'closed',
    ]);
  },
  where,
);

behaviour(
  'a head that comes byte by byte is told of whole, and only its own bytes',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => res.end());
    const heads: string[] = [];
    observe(server, {
      requestHead: (_exchange, bytes, start, end) => heads.push(`${bytes?.subarray(start, end)}`),
    });
    const requests = [get('/1'), get('/2', 'Content-Length: 3'), get('/3')];
    const client = connect();
    for (const byte of `${requests[0]}${requests[1]}abc${requests[2]}`) {
      client.send(byte);
      await turns(1);
    }
    for (const _ of requests) await client.response();
    assert.deepEqual(heads, requests);
  },
  where,
);

behaviour(
  'a chunked request shows its octets and, beside them, its framing; so does a chunked answer, with trailers',
  async ({ serve }) => {
    const { server, connect } = await serve((req, res) => {
      req.resume().on('end', () => {
        res.setHeader('Trailer', 'X-Sum');
        res.write('abc');
        res.addTrailers({ 'X-Sum': '6' });
        res.end(Buffer.from('def'));
      });
    });
    const lines = record(server);
    const request = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
    const body = '3;x=y\r\nxyz\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n';
    const { chunks, trailers } = await connect()
      .send(request + body)
      .response();
    assert.deepEqual([chunks, trailers], [['abc', 'def'], [['X-Sum', '6']]]);
    await until(() => lines.some((line) => line.includes('complete')));
    assert.deepEqual(lines.slice(1), [
      `#1 head POST / 1.1 ${head(request)}`,
      '#1 returned',
      '#1 body "xyz"',
      '#1 body "!"',
      `#1 bytes ${head(body)}`,
      '#1 request ended X-T,1',
      '#1 status 200 chunked',
      '#1 piece "abc" 3',
      '#1 piece "def" 3',
      '#1 ended x-sum,X-Sum,6',
      '#1 complete 200 4 in 6 out',
    ]);
  },
  where,
);

behaviour(
  'what the server added to a head is what the program did not set',
  async ({ serve }) => {
    const { server, ask } = await serve((_req, res) => res.setHeader('X-Own', '1').end('hello'));
    const told = outcome<[string, readonly string[]]>();
    observe(server, { responseHead: (_exchange, { text, set }) => told.resolve([text, set.entries]) });
    await ask(get());
    const [text, set] = await told.promise;
    const names = [...text.matchAll(/^([\w-]+):/gm)].map(([, name]) => name);
    assert.deepEqual(names, ['X-Own', 'Date', 'Connection', 'Keep-Alive', 'Content-Length']);
    assert.deepEqual(set, ['x-own', 'X-Own', '1']);
  },
  where,
);

behaviour(
  'an answer that waits for another says when its turn comes, and the first one does not',
  async ({ serve }) => {
    const { server, connect } = await serve((req, res) => {
      if (req.url === '/1') setImmediate(() => res.end('first'));
      else res.end('second');
    });
    const lines = record(server);
    const client = connect().send(get('/1') + get('/2'));
    await client.response();
    await client.response();
    await until(() => lines.filter((line) => line.includes('complete')).length === 2);
    const steps = lines.filter((line) => /ended$| turn$|complete/.test(line) && !line.includes('request'));
    assert.deepEqual(steps, [
      '#2 ended',
      '#1 ended',
      '#2 turn',
      '#1 complete 200 0 in 5 out',
      '#2 complete 200 0 in 6 out',
    ]);
  },
  where,
);

behaviour(
  'interim answers are told of, and the answers that the server gives by itself',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => {
      res.writeEarlyHints({ link: '</a>; rel=preload' });
      res.end();
    });
    const lines = record(server);
    const client = connect().send(get('/', 'Expect: 100-continue', 'Content-Length: 1'));
    await client.sees('103');
    client.send('x');
    await client.response();
    await connect().send(get('/', 'Expect: more')).response();
    await until(() => lines.some((line) => line.startsWith('#2 refused 417')));
    const steps = lines.filter((line) => /interim|status/.test(line));
    assert.deepEqual(steps, ['#1 interim 100', '#1 interim 103', '#1 status 200', '#2 status 417 chunked']);
  },
  where,
);

behaviour(
  'no more octets are counted than were announced',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Length': 3 });
      res.end('hello');
    });
    const lines = record(server);
    assert.equal((await connect().send(get()).response()).body, 'hel');
    await until(() => lines.at(-1) === '#1 complete 200 0 in 3 out');
  },
  where,
);

behaviour(
  'an exchange that either side gives up is aborted, before its connection is closed',
  async ({ serve }) => {
    const { server, connect } = await serve((req, res) => {
      res.write('a');
      if (req.url === '/server') setImmediate(() => res.destroy());
    });
    for (const side of ['server', 'client']) {
      const lines = record(server);
      const client = connect().send(get(`/${side}`));
      await client.sees('a');
      if (side === 'client') client.socket.destroy();
      await until(() => lines.includes('closed'));
      assert.deepEqual(lines.slice(-2), ['#1 aborted 200 0 in 1 out', 'closed'], side);
    }
  },
  where,
);

const refusals: [what: string, bytes: string, told: string[]][] = [
  ['bytes that are no request', 'no request\r\n\r\n', ['refused HPE_INVALID_METHOD 501 RFC 9110 §9.1']],
  [
    'a head with two lengths',
    get('/', 'Content-Length: 1', 'Content-Length: 2'),
    ['refused HPE_UNEXPECTED_CONTENT_LENGTH 400 RFC 9112 §6.3'],
  ],
  [
    'a body that is cut wrongly',
    `${get('/', 'Transfer-Encoding: chunked')}x`,
    ['#1 refused HPE_INVALID_CHUNK_SIZE 400 RFC 9112 §7.1', '#1 refused 0 0 in 0 out'],
  ],
];
for (const [what, bytes, told] of refusals) {
  behaviour(
    `${what} is told of with its code, its status and its section`,
    async ({ serve }) => {
      const { server, connect } = await serve(() => {});
      const lines = record(server);
      const client = connect().send(bytes);
      await client.response();
      client.socket.destroy();
      await until(() => lines.includes('closed'));
      assert.deepEqual(
        lines.filter((line) => line.includes('refused')),
        told,
      );
    },
    where,
  );
}

behaviour(
  'a refusal has its sentence and the bytes, also where the program answers',
  async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const told = outcome<Refusal>();
    observe(server, { refused: (_connection, refusal) => told.resolve(refusal) });
    server.on('clientError', (_error, socket) => socket.end('HTTP/1.1 418 Mine\r\n\r\n'));
    const bytes = 'GET / HTTP/1.1\r\nBad Name: x\r\n\r\n';
    await connect().send(bytes).sees('418');
    const refusal = await told.promise;
    assert.equal(refusal.reason, 'Invalid header token');
    assert.equal(`${refusal.bytes && Buffer.from(refusal.bytes)}`, bytes);
    assert.ok(bytes.slice(refusal.position).startsWith('Bad Name'), `${refusal.position}`);
    assert.deepEqual([refusal.claimed, refusal.status], [true, 400]);
  },
  where,
);

behaviour(
  'an upgrade ends its exchange and its connection, as far as HTTP goes',
  async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    server.on('upgrade', (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    const lines = record(server);
    await connect()
      .send(get('/', 'Connection: upgrade', 'Upgrade: echo'))
      .sees('101');
    const answered = `#1 answered ${head('HTTP/1.1 101 Switching Protocols\r\n\r\n')}`;
    assert.deepEqual(lines.slice(2), ['#1 upgraded', '#1 upgraded 0 0 in 0 out', 'closed', answered]);
  },
  where,
);

/** What the server answers by itself, and what it leaves to the program all the same. */
const OWN_ANSWERS: [what: string, request: string, told: string[], prepare?: (server: Server) => void][] = [
  [
    'a request without Host is refused',
    'GET / HTTP/1.1\r\n\r\n',
    ['#1 refused ERR_HTTP_HOST_MISSING 400 RFC 9112 §3.2', '#1 refused 400'],
  ],
  ['one of HTTP/1.0 is not', 'GET / HTTP/1.0\r\n\r\n', ['#1 complete 200']],
  [
    'nor one that needs none',
    'GET / HTTP/1.1\r\n\r\n',
    ['#1 complete 200'],
    (server) => Object.assign(server, { requireHostHeader: false }),
  ],
  [
    'an expectation that is not known is refused',
    get('/', 'Expect: 200-maybe'),
    ['#1 refused ERR_HTTP_EXPECTATION_UNKNOWN 417 RFC 9110 §10.1.1', '#1 refused 417'],
  ],
  [
    'one that the program knows is not',
    get('/', 'Expect: 200-maybe'),
    ['#1 complete 417'],
    (server) => server.on('checkExpectation', (_req, res) => res.writeHead(417).end()),
  ],
  [
    'a request too many on its connection is refused',
    get('/1') + get('/2'),
    ['#1 complete 200', '#2 refused ERR_HTTP_TOO_MANY_REQUESTS 503', '#2 refused 503'],
    (server) => Object.assign(server, { maxRequestsPerSocket: 1 }),
  ],
];

for (const [what, request, told, prepare] of OWN_ANSWERS) {
  behaviour(
    `${what}, and whoever observes hears why`,
    async ({ serve }) => {
      const { server, connect } = await serve((_req, res) => res.end());
      prepare?.(server);
      const lines = record(server);
      connect().send(request);
      const over = () => lines.filter((line) => /refused|complete/.test(line));
      await until(() => over().length === told.length);
      const heard = over().map((line) => line.replace(/ \d+ in \d+ out$/, ''));
      assert.deepEqual(heard.sort(), [...told].sort());
    },
    where,
  );
}

behaviour(
  'a CONNECT that nobody takes is aborted',
  async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const lines = record(server);
    const client = connect().send('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n');
    await until(() => client.ended);
    assert.deepEqual(lines.slice(2), ['#1 aborted 0 0 in 0 out', 'closed']);
  },
  where,
);

behaviour(
  'who begins to observe hears of connections that are there; who ends it, of nothing but what it knows of',
  async ({ serve }) => {
    let answer = () => {};
    const { server, connect } = await serve((req, res) => {
      if (req.url === '/later') answer = () => res.end();
      else res.end();
    });
    const client = connect().send(get());
    await client.response();
    const lines: string[] = [];
    const end = observe(server, recorder(lines));
    assert.deepEqual(lines.join(), 'opened http/1.1');
    client.send(get('/later'));
    await until(() => lines.some((line) => line.includes('returned')));
    end();
    end();
    answer();
    await client.response();
    await client.send(get()).response();
    await until(() => lines.some((line) => line.includes('complete')));
    assert.equal(lines.filter((line) => line.includes(' head ')).length, 1);
  },
  where,
);

behaviour(
  'an observer that throws keeps nobody from being answered, nor another from being told',
  async ({ serve, context }) => {
    const { server, ask } = await serve((_req, res) => res.end('hello'));
    const thrown: Error[] = [];
    process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error as Error));
    context.after(() => process.setUncaughtExceptionCaptureCallback(null));
    const failing: ServerObserver = {
      requestHead() {
        throw new Error('mine');
      },
    };
    observe(server, failing);
    const lines = record(server);
    assert.equal((await ask(get())).body, 'hello');
    await until(() => thrown.length > 0 && lines.some((line) => line.includes('complete')));
    assert.deepEqual(
      thrown.map(({ message }) => message),
      ['mine'],
    );
  },
  where,
);

behaviour(
  'a server that is kept from observers is observed by nobody, also not on connections that it has',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => res.end('x'));
    const lines = record(server);
    const client = connect();
    await client.send(get('/1')).response();
    await until(() => lines.some((line) => line.includes('complete')));
    keepFromObservers(server);
    const told = lines.length;
    await client.send(get('/2')).response();
    await connect().send(get('/3')).response();
    assert.equal(lines.length, told);
  },
  where,
);

behaviour(
  'servers made from then on are observed all',
  async ({ serve }) => {
    const before = await serve((_req, res) => res.end());
    const seen: Server[] = [];
    const stop = observeServers({
      requestHead: ({ connection }) => seen.push(connection.server as Server),
    });
    const after = await serve((_req, res) => res.end());
    stop();
    await before.ask(get());
    await after.ask(get());
    assert.deepEqual(
      seen.filter((server) => server === before.server || server === after.server),
      [after.server],
    );
  },
  where,
);

behaviour(
  'nothing is put between a response and its connection where nobody observes',
  async ({ serve }) => {
    const channels: string[] = [];
    const { server, ask } = await serve((_req, res) => {
      const channel = (res as unknown as { _open(): object })._open();
      channels.push(channel.constructor.name);
      res.end();
    });
    await ask(get());
    const [plain] = channels;
    const stop = observe(server, { connectionOpened() {} });
    await ask(get());
    stop();
    await ask(get());
    keepFromObservers(server);
    await ask(get());
    assert.deepEqual(channels, [plain, 'ObservedChannel', plain, plain]);
    assert.notEqual(plain, 'ObservedChannel');
  },
  where,
);

behaviour(
  'an exchange knows its client, its fields and when it began',
  async ({ serve }) => {
    const { server, ask } = await serve((req, res) => {
      req.url = '/rewritten';
      res.end();
    });
    const told = outcome<ObservedExchange>();
    observe(server, { exchangeClosed: told.resolve });
    const before = performance.now();
    await ask(get('/asked', 'X-A: 1'));
    const { target, rawHeaders, connection, startedAt, request, response } = await told.promise;
    assert.equal(target, '/asked');
    assert.deepEqual(rawHeaders.slice(-2), ['X-A', '1']);
    assert.match(`${connection.remoteAddress}`, /127\.0\.0\.1/);
    assert.ok(startedAt >= before && startedAt <= performance.now());
    assert.equal(response?.req, request);
  },
  where,
);

behaviour(
  'a client that fails the handshake is told of',
  async ({ serve }) => {
    const { server, port } = await serve(() => {});
    const lines = record(server);
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end('no handshake');
    await until(() => lines.length > 0);
    assert.deepEqual(lines, ['handshake failed']);
  },
  { ...where, only: 'secure' },
);
