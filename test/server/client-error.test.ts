// 'clientError': what went wrong with a client, and who answers it.
import assert from 'node:assert/strict';
import net, { type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { behaviour, get, outcome, turns, until } from '../subjects.js';

type WireError = NodeJS.ErrnoException & { bytesParsed?: number; rawPacket?: Buffer; reason?: string };

const kinds: [sentence: string, bytes: string, code: string | RegExp, notNode?: string][] = [
  ['an unknown method', 'BAD / HTTP/1.1\r\n\r\n', 'HPE_INVALID_METHOD'],
  ['a bad version', 'GET / HTTP/x.1\r\n\r\n', 'HPE_INVALID_VERSION'],
  ['another protocol', 'GET / RTSP/1.0\r\n\r\n', /^HPE_INVALID_(CONSTANT|VERSION)$/, 'it takes RTSP'],
  ['a bad target', 'GET \x01 HTTP/1.1\r\n\r\n', 'HPE_INVALID_URL'],
  ['a bad field name', 'GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n', 'HPE_INVALID_HEADER_TOKEN'],
  ['a NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0\r\n\r\n', 'HPE_INVALID_HEADER_TOKEN'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
  [
    'a length that is no number',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n',
    'HPE_INVALID_CONTENT_LENGTH',
  ],
  [
    'a length beside chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    /^HPE_(INVALID|UNEXPECTED)_(CONTENT_LENGTH|TRANSFER_ENCODING)$/,
  ],
  [
    'a coding that is not chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
    'HPE_INVALID_TRANSFER_ENCODING',
    'it calls the handler before it refuses',
  ],
  ['a large head', get('/', `X: ${'a'.repeat(20_000)}`), 'HPE_HEADER_OVERFLOW'],
  ['a large target', get(`/${'a'.repeat(20_000)}`), 'HPE_HEADER_OVERFLOW'],
  ['the end in the middle of a head', 'GET / HTT', 'HPE_INVALID_EOF_STATE'],
];

for (const [sentence, bytes, code, notNode] of kinds) {
  behaviour(
    `${sentence} is a clientError`,
    async ({ serve, subject }) => {
      const error = outcome<WireError>();
      const { server, connect } = await serve(() => assert.fail('request was emitted'));
      server.on('clientError', (raised: WireError, socket: Duplex) => {
        assert.ok(raised instanceof Error);
        assert.equal(socket.writable, true);
        socket.end('HTTP/1.1 499 Mine\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        error.resolve(raised);
      });
      const client = connect().send(bytes);
      if (sentence.startsWith('the end')) client.finish();
      assert.equal((await client.response()).status, 499);
      await client.nothingMore();
      const raised = await error.promise;
      if (typeof code === 'string') assert.equal(raised.code, code);
      else assert.match(`${raised.code}`, code);
      assert.match(raised.message, /^Parse Error/);
      if (sentence.startsWith('the end')) assert.equal(raised.message, 'Parse Error');
      if (sentence.startsWith('the end') || subject.secure) return;
      assert.equal(typeof raised.bytesParsed, 'number');
      assert.equal(typeof raised.reason, 'string');
      assert.ok(Buffer.isBuffer(raised.rawPacket));
      assert.ok(bytes.startsWith((raised.rawPacket as Buffer).toString('latin1')));
    },
    { ...(notNode && { notNode }), ...(sentence.startsWith('the end') && { only: 'plain' }) },
  );
}

const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n';

/** What is wrong in more than one way has the code of another way than Node's. */
const ambiguous: [sentence: string, bytes: string, theirs: string, ours: string][] = [
  [
    'Transfer-Encoding before Content-Length',
    `${chunked}Content-Length: 3\r\n\r\n`,
    'HPE_INVALID_CONTENT_LENGTH',
    'HPE_INVALID_TRANSFER_ENCODING',
  ],
  [
    'Content-Length before Transfer-Encoding',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HPE_INVALID_TRANSFER_ENCODING',
    'HPE_INVALID_TRANSFER_ENCODING',
  ],
  [
    'a line feed alone after the version',
    'GET / HTTP/1.1\nHost: a\r\n\r\n',
    'HPE_INVALID_VERSION',
    'HPE_CR_EXPECTED',
  ],
  ['one after a value', 'GET / HTTP/1.1\r\nHost: a\n\r\n', 'HPE_CR_EXPECTED', 'HPE_CR_EXPECTED'],
  ['one after no value', 'GET / HTTP/1.1\r\nHost:\n\r\n', 'HPE_INVALID_HEADER_TOKEN', 'HPE_CR_EXPECTED'],
  [
    'one that ends the head',
    'GET / HTTP/1.1\r\nHost: a\r\n\n',
    'HPE_INVALID_HEADER_TOKEN',
    'HPE_CR_EXPECTED',
  ],
  [
    'a carriage return alone after the version',
    'GET / HTTP/1.1\rHost: a\r\n\r\n',
    'HPE_STRICT',
    'HPE_INVALID_VERSION',
  ],
  [
    'a line feed alone after the size of a chunk',
    `${chunked}\r\n3\nabc\r\n`,
    'HPE_CR_EXPECTED',
    'HPE_INVALID_CHUNK_SIZE',
  ],
  ['one after a chunk', `${chunked}\r\n3\r\nabc\n0\r\n`, 'HPE_CR_EXPECTED', 'HPE_STRICT'],
  ['one after a trailer', `${chunked}\r\n0\r\nA: b\n\r\n`, 'HPE_CR_EXPECTED', 'HPE_CR_EXPECTED'],
];

for (const [sentence, bytes, theirs, ours] of ambiguous)
  behaviour(
    `the code of ${sentence} is ${theirs === ours ? theirs : `${theirs}, or ${ours} with premier`}`,
    async ({ serve, subject }) => {
      const error = outcome<WireError>();
      const { server, connect } = await serve((req) => void req.on('error', () => {}).resume());
      server.on('clientError', (raised: WireError, socket: Duplex) => {
        socket.destroy();
        error.resolve(raised);
      });
      await connect().send(bytes).rest();
      assert.equal((await error.promise).code, subject.oracle ? theirs : ours);
    },
  );

behaviour('an error in a body is a clientError and ends the request with ECONNRESET', async ({ serve }) => {
  const events: string[] = [];
  const closed = outcome<void>();
  const { server, connect } = await serve((req) => {
    req.resume();
    req.on('error', (error: NodeJS.ErrnoException) => events.push(`request ${error.code}`));
    req.on('close', () => closed.resolve());
  });
  server.on('clientError', (error: WireError, socket) => {
    events.push(`client ${error.code}`);
    socket.destroy();
  });
  connect().send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n');
  await closed.promise;
  assert.deepEqual(events, ['client HPE_INVALID_CHUNK_SIZE', 'request ECONNRESET']);
});

behaviour('a listener that does nothing leaves the connection open to the client', async ({ serve }) => {
  let kept: Duplex | undefined;
  const { server, connect } = await serve(() => {});
  server.on('clientError', (_error, socket) => {
    kept = socket;
  });
  const client = connect().send('BAD\r\n\r\n');
  await until(() => kept !== undefined, "'clientError'");
  await turns(5);
  assert.equal(client.ended, false);
  kept?.end('bye');
  assert.equal(await client.rest(), 'bye');
});

const refusalText = 'HTTP/1.1 400 Bad Request\r\n\r\n';

for (const [listener, act, isClosed] of [
  [
    'ends it, or destroys what has ended',
    (socket: Duplex) => void (socket.writable ? socket.end(refusalText) : socket.destroy()),
    true,
  ],
  ['ends it each time', (socket: Duplex) => void socket.end(refusalText), true],
  ['does nothing', () => {}, false],
] as const)
  for (const [which, bytes, code] of [
    ['first bytes', 'BAD\r\n\r\n', 'HPE_INVALID_METHOD'],
    ['a field', 'GET / HTTP/1.1\r\nX Y: b\r\n\r\n', 'HPE_INVALID_HEADER_TOKEN'],
    ['a second request', `${get()}BAD\r\n\r\n`, 'HPE_INVALID_METHOD'],
  ] as const)
    behaviour(
      `a client that never ends after ${which} that is refused is told of once more when its time is over: the listener ${listener}`,
      async ({ serve, context }) => {
        const codes: (string | undefined)[] = [];
        const told = outcome();
        const closed = outcome();
        const limits = { headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 20 };
        const { server, port } = await serve(limits, (_req, res) => res.end());
        server.on('clientError', (error: WireError, socket) => {
          codes.push(error.code);
          if (codes.length === 2) told.resolve(undefined);
          act(socket);
        });
        server.once('connection', (socket) => socket.once('close', closed.resolve));
        const client = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {});
        context.after(() => client.destroy());
        client.resume().write(bytes);
        await told.promise;
        if (isClosed) await closed.promise;
        assert.deepEqual(codes.slice(0, 2), [code, 'ERR_HTTP_REQUEST_TIMEOUT']);
      },
      { only: 'plain' },
    );

behaviour('the default answer is not sent into an answer under way', async ({ serve }) => {
  const { connect } = await serve((_req, res) => {
    res.writeHead(200, { 'Content-Length': 100 });
    res.write('half');
  });
  const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
  await client.sees('half');
  client.send('zzz\r\n');
  assert.ok((await client.rest()).endsWith('half'));
});

behaviour('a clientError in the middle of a body closes the answer', async ({ serve }) => {
  const closed = outcome<boolean>();
  const { connect } = await serve((req, res) => {
    req.resume().on('error', () => {});
    res.on('close', () => closed.resolve(res.writableFinished));
  });
  const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n');
  assert.equal((await client.response()).status, 400);
  assert.equal(await closed.promise, false);
});

behaviour('a reset between requests is no clientError', async ({ serve }) => {
  let errors = 0;
  const { server, connect, ask } = await serve((_req, res) => res.end('ok'));
  server.on('clientError', () => errors++);
  const gone = outcome();
  server.once('connection', (socket) => socket.on('close', gone.resolve));
  const client = connect();
  await client.send(get()).response();
  client.socket.destroy();
  await gone.promise;
  assert.equal((await ask(get())).body, 'ok');
  assert.equal(errors, 0);
});

behaviour(
  'a reset in the middle of a head is a clientError with ECONNRESET',
  async ({ serve }) => {
    const code = outcome();
    const { server, connect } = await serve(() => {});
    server.on('clientError', (error: WireError, socket) => {
      code.resolve(error.code);
      assert.equal(socket.destroy(), socket);
    });
    const accepted = outcome<Socket>();
    server.on('connection', accepted.resolve);
    const client = connect().send('GET / HT');
    const socket = await accepted.promise;
    await until(() => socket.bytesRead === 'GET / HT'.length, 'the beginning of the head');
    client.socket.resetAndDestroy();
    assert.equal(await code.promise, 'ECONNRESET');
  },
  { only: 'plain' },
);

for (const [rest, bytesParsed] of [
  ['', 24],
  ['more', 24],
] as const) {
  behaviour(
    `of the HTTP/2 preface${rest && ` and ${rest} bytes`} on a server of HTTP/1.1, the preface counts as read`,
    async ({ serve }) => {
      const { server, connect } = await serve(() => {});
      const raised = new Promise<WireError>((resolve) => {
        server.on('clientError', (error, socket) => {
          socket.destroy();
          resolve(error as WireError);
        });
      });
      connect().send(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${rest}`);
      const error = await raised;
      assert.equal(error.code, 'HPE_PAUSED_H2_UPGRADE');
      assert.equal(error.bytesParsed, bytesParsed);
    },
    { only: 'plain' },
  );
}
