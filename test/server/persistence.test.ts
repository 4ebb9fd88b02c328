// When a connection stays open after an answer, and what the answer says about it (RFC 9112, section 9).
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { behaviour, get, type Response } from '../subjects.js';

/** `closes`: the server ends the connection after the answer. */
const table: {
  when: string;
  request: string;
  connection: string | undefined;
  keepAlive?: string;
  closes: boolean;
}[] = [
  {
    when: 'HTTP/1.1 stays open',
    request: get('/'),
    connection: 'keep-alive',
    keepAlive: 'timeout=5',
    closes: false,
  },
  {
    when: 'HTTP/1.1 with Connection: close ends',
    request: get('/', 'Connection: close'),
    connection: 'close',
    closes: true,
  },
  {
    when: 'HTTP/1.1 with close among other options ends',
    request: get('/', 'Connection: foo, Close'),
    connection: 'close',
    closes: true,
  },
  {
    when: 'HTTP/1.1 with Connection: keep-alive stays open',
    request: get('/', 'Connection: keep-alive'),
    connection: 'keep-alive',
    keepAlive: 'timeout=5',
    closes: false,
  },
  {
    when: 'HTTP/1.0 ends',
    request: 'GET / HTTP/1.0\r\n\r\n',
    connection: 'close',
    closes: true,
  },
  {
    when: 'HTTP/1.0 with Connection: keep-alive stays open for an answer with a length',
    request: 'GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    connection: 'keep-alive',
    keepAlive: 'timeout=5',
    closes: false,
  },
  {
    when: 'an answer with its own Connection: close ends',
    request: get('/close'),
    connection: 'close',
    closes: true,
  },
  {
    when: 'an answer with its own Keep-Alive field keeps it',
    request: get('/hint'),
    connection: 'keep-alive',
    keepAlive: 'timeout=99',
    closes: false,
  },
  {
    when: 'an answer without Connection stays open in HTTP/1.1',
    request: get('/unsaid'),
    connection: undefined,
    closes: false,
  },
  {
    when: 'an answer whose shouldKeepAlive was unset ends',
    request: get('/should-not'),
    connection: 'close',
    closes: true,
  },
];

for (const { when, request, connection, keepAlive, closes } of table) {
  behaviour(when, async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      if (req.url === '/length') res.setHeader('Content-Length', 2);
      if (req.url === '/close') res.setHeader('Connection', 'close');
      if (req.url === '/hint') res.setHeader('Keep-Alive', 'timeout=99');
      if (req.url === '/unsaid') res.removeHeader('Connection');
      if (req.url === '/should-not') res.shouldKeepAlive = false;
      res.end('ok');
    });
    const client = connect().send(request);
    const response = await client.response();
    assert.equal(response.body, 'ok');
    assert.equal(response.field('connection'), connection);
    assert.equal(response.field('keep-alive'), keepAlive);
    if (closes) {
      await client.nothingMore();
    } else {
      client.send(get('/'));
      assert.equal((await client.response()).status, 200);
    }
  });
}

behaviour(
  'a connection is given up after maxRequestsPerSocket, and says how many are left',
  async ({ serve }) => {
    const dropped: string[] = [];
    const { server, connect } = await serve((req, res) => res.end(req.url));
    server.maxRequestsPerSocket = 2;
    server.on('dropRequest', (req, socket) => dropped.push(`${req.url} ${(socket as Socket).remoteAddress}`));
    const client = connect().send(get('/1'));
    const first = await client.response();
    assert.equal(first.field('keep-alive'), 'timeout=5, max=2');
    client.send(get('/2') + get('/3'));
    const second = await client.response();
    assert.equal(second.field('connection'), 'close');
    assert.equal(second.body, '/2');
    assert.deepEqual(dropped, ['/3 127.0.0.1']);
  },
);

behaviour('a request after the client said close is not answered', async ({ serve }) => {
  const seen: string[] = [];
  const { connect } = await serve((req, res) => {
    seen.push(req.url as string);
    res.end();
  });
  const client = connect().send(get('/1', 'Connection: close') + get('/2'));
  assert.equal((await client.response()).status, 200);
  await client.nothingMore();
  assert.deepEqual(seen, ['/1']);
});

behaviour('no Keep-Alive hint is given without a keepAliveTimeout', async ({ serve }) => {
  const { ask } = await serve({ keepAliveTimeout: 0 }, (_req, res) => res.end());
  const response = await ask(get());
  assert.equal(response.field('connection'), 'keep-alive');
  assert.equal(response.field('keep-alive'), undefined);
});

behaviour(
  'with httpAllowHalfOpen a client that half-closed is answered',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => {
      setImmediate(() => setImmediate(() => res.end('late')));
    });
    (server as unknown as { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
    const client = connect();
    client.send(get()).finish();
    assert.equal((await client.response()).body, 'late');
    await client.nothingMore();
  },
  { only: 'plain' },
);

const lines: [what: string, connection: string[], closes: boolean, shouldKeepAlive: boolean][] = [
  ['close, then another word', ['close', 'x'], true, true],
  ['another word, then close', ['x', 'close'], true, true],
  ['close alone', ['close'], true, false],
  ['both in one line', ['close, x'], true, false],
];

for (const [what, connection, closes, shouldKeepAlive] of lines) {
  behaviour(`of the lines of Connection each counts by itself: ${what}`, async ({ serve }) => {
    let kept: boolean | undefined;
    const { connect } = await serve((_req, res) => {
      res.setHeader('Connection', connection);
      res.end();
      kept = res.shouldKeepAlive;
    });
    const client = connect().send(get('/', 'Connection: close'));
    assert.equal((await client.response()).status, 200);
    if (closes) await client.nothingMore();
    assert.equal(kept, shouldKeepAlive);
  });
}

const bodiless: [what: string, status: number, fields: string[], closes: boolean][] = [
  ['204 with chunked ends the connection', 204, ['Transfer-Encoding', 'chunked'], true],
  ['304 with chunked ends the connection', 304, ['Transfer-Encoding', 'chunked'], true],
  [
    '204 with chunked and a Connection that says otherwise does not',
    204,
    ['Transfer-Encoding', 'chunked', 'Connection', ''],
    false,
  ],
  ['204 without a coding does not', 204, ['X-A', 'b'], false],
];

for (const [what, status, fields, closes] of bodiless) {
  behaviour(what, async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      res.writeHead(status, fields);
      res.end();
    });
    const client = connect().send(get());
    assert.equal((await client.response()).status, status);
    if (closes) await client.nothingMore();
    else assert.equal((await client.send(get()).response()).status, status);
  });
}

for (const [sentence, make] of [
  ['the program', (res: Response) => Object.assign(res, { _last: true })],
  ['the program, after its head', (res: Response) => Object.assign(res.writeHead(200), { _last: true })],
] as [string, (res: Response) => unknown][]) {
  behaviour(`a connection ends after the response that ${sentence} has made its last`, async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      make(res);
      res.end('a');
    });
    const client = connect().send(get());
    assert.equal((await client.response()).body, 'a');
    assert.equal(await client.rest(), '');
  });
}

behaviour(
  'a connection of which both sides may end by themselves ends after the response whose client has ended its side',
  async ({ serve }) => {
    const { connect, server } = await serve((req, res) => {
      req.socket.on('end', () => setImmediate(() => res.end('a')));
    });
    Object.assign(server, { httpAllowHalfOpen: true });
    const client = connect().send(get()).finish();
    assert.equal((await client.response()).body, 'a');
    assert.equal(await client.rest(), '');
  },
  { only: 'plain' },
);
