// What the inspector shows of an exchange: all of it as it was on the wire, and no more than it may keep.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createNodeServer } from 'node:http';

import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import http from 'premier';
import { createServer as createTlsServer } from 'premier/https';
import { inspect, inspectServers } from 'premier/inspector';
import { asRaw } from '../../dist/inspector/copies.js';
import type { ExchangeDetail } from '../../dist/inspector/exchange-view.js';
import type { Har } from '../../dist/inspector/har.js';
import { settingsFrom } from '../../dist/inspector/options.js';
import { temporaryFolder } from '../cli/command.js';
import { get, pem, until } from '../subjects.js';
import { bodyText, inspected } from './inspected.js';

test('a request and its response are shown as on the wire, and what premier added is marked', async (t) => {
  const { connect, exchange } = await inspected(t, (_req, res) => {
    res.setHeader('x-Odd', 'Case').end('hello');
  });
  await connect()
    .send(get('/a?b=c', 'X-Two:  blanks ', 'x-two: again'))
    .response();
  const { method, target, status, outcome, request, response, bytesOut } = await exchange(1);
  assert.deepEqual([method, target, status, outcome, bytesOut], ['GET', '/a?b=c', 200, 'complete', 5]);
  assert.equal(request?.startLine, 'GET /a?b=c HTTP/1.1');
  assert.deepEqual(request.fields.map(({ line }) => line).slice(-2), ['X-Two:  blanks ', 'x-two: again']);
  assert.equal(response?.startLine, 'HTTP/1.1 200 OK');
  assert.deepEqual(
    response.fields.map(({ name, added }) => [name, added]),
    [
      ['x-Odd', false],
      ['Date', true],
      ['Connection', true],
      ['Keep-Alive', true],
      ['Content-Length', true],
    ],
  );
  assert.equal(bodyText(response.body), 'hello');
});

test('a chunked body is shown with its framing and without, with trailers, and an answer with its chunks', async (t) => {
  const { connect, exchange } = await inspected(t, (req, res) => {
    req.resume().on('end', () => {
      res.setHeader('Trailer', 'X-Sum');
      res.write('abc');
      res.addTrailers({ 'X-Sum': '7' });
      res.end(Buffer.from('defg'));
    });
  });
  const body = '3;x=y\r\nxyz\r\n1\r\n!\r\n0\r\nX-T: 1\r\n\r\n';
  await connect().send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`).response();
  const { request, response } = await exchange(1);
  assert.ok(request?.wire && response);
  assert.equal(bodyText(request.body), 'xyz!');
  assert.equal(bodyText(request.wire), body);
  assert.deepEqual(
    request.trailers.map(({ line }) => line),
    ['X-T: 1'],
  );
  assert.equal(bodyText(response.body), 'abcdefg');
  assert.deepEqual([response.chunked, response.chunks, response.chunkCount], [true, [3, 4], 2]);
  assert.deepEqual(
    response.trailers.map(({ line }) => line),
    ['X-Sum: 7'],
  );
});

test('interim responses are shown, with their fields', async (t) => {
  const { connect, exchange } = await inspected(t, (_req, res) => {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' });
    res.end();
  });
  await connect().send(get()).response();
  const { interims } = await exchange(1);
  assert.deepEqual(interims[0]?.startLine, 'HTTP/1.1 103 Early Hints');
  assert.match(interims[0]?.fields[0]?.line ?? '', /^link: <\/a\.css>; rel=preload$/i);
});

test('what is refused is shown with code, sentence, section and the offending byte', async (t) => {
  const { connect, exchange } = await inspected(t, (_req, res) => res.end());
  await connect().send('GET / HTTP/1.1\r\nHost: a\r\nCookie: secret=1\r\nBad Name: x\r\n\r\n').response();
  const { method, code, status, request, refusal } = await exchange(1);
  assert.deepEqual([method, request, status], ['', null, 400]);
  assert.ok(refusal);
  assert.equal(code, 'HPE_INVALID_HEADER_TOKEN');
  assert.deepEqual([refusal.code, refusal.rfc, refusal.claimed], [code, 'RFC 9112 §5.1', false]);
  assert.notEqual(refusal.reason, '');
  assert.equal(refusal.offending, ' ');
  assert.equal(refusal.before, 'GET / HTTP/1.1\r\nHost: a\r\nCookie:*********\r\nBad');
  assert.equal(refusal.after, 'Name: x\r\n\r\n');
});

for (const pieces of [
  ['GET / HTTP/1.1\r\nCoo', 'kie: hidden\r\nBad : x\r\n\r\n'],
  ['GET / HTTP/1.1\r\nCookie: hid', 'den\r\nBad', ' : x\r\n\r\n'],
  ['GET / HTTP/1.1\r\nCookie: hidden\r\nBad : x\r', '\n\r\n'],
]) {
  test(`a head that is refused is shown whole when it comes in ${JSON.stringify(pieces)}`, async (t) => {
    const { server, connect, exchange } = await inspected(t, (_req, res) => res.end());
    const accepted = once(server, 'connection');
    const client = connect();
    const [socket] = (await accepted) as [Socket];
    let sent = 0;
    for (const piece of pieces) {
      client.send(piece);
      sent += piece.length;
      await until(() => socket.bytesRead === sent, 'the piece');
    }
    const { refusal } = await exchange(1);
    assert.equal(refusal?.before, 'GET / HTTP/1.1\r\nCookie:*******\r\nBad');
    assert.equal(refusal.offending, ' ');
  });
}

test('trailers are masked on the wire as well', async (t) => {
  const { connect, exchange } = await inspected(t, (req, res) => req.resume().on('end', () => res.end()));
  await connect()
    .send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nCookie: hidden\r\n\r\n',
    )
    .response();
  const { request } = await exchange(1);
  assert.equal(bodyText(request?.wire ?? { base64: '' }), '2\r\nok\r\n0\r\nCookie:*******\r\n\r\n');
  const revealed = await exchange(1, '?reveal=1');
  assert.match(bodyText(revealed.request?.wire ?? { base64: '' }), /Cookie: hidden/);
});

test('a request whose body is refused keeps its head, and says why', async (t) => {
  const { connect, exchange } = await inspected(t, (req) => req.resume());
  connect().send('POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n');
  const { target, outcome, code, refusal } = await exchange(1);
  assert.deepEqual([target, outcome], ['/up', 'refused']);
  assert.match(code, /^HPE_/);
  assert.match(refusal?.rfc ?? '', /^RFC 9112/);
});

test('passwords and cookies are masked, and fields that were named; they are shown where they are asked for', async (t) => {
  const { connect, exchange, inspector } = await inspected(
    t,
    (_req, res) => res.setHeader('Set-Cookie', ['a=1', 'b=2']).end(),
    { redact: ['X-Key'] },
  );
  await connect()
    .send(get('/', 'Cookie: sid=hidden', 'AUTHORIZATION: Basic hidden', 'x-key: hidden'))
    .response();
  const masked = await exchange(1);
  assert.doesNotMatch(JSON.stringify(masked), /hidden|a=1|b=2/);
  assert.deepEqual(
    masked.request?.fields.filter((field) => field.masked).map(({ line }) => line),
    ['Cookie: •••', 'AUTHORIZATION: •••', 'x-key: •••'],
  );
  const revealed = await exchange(1, '?reveal=1');
  assert.equal(JSON.stringify(revealed).match(/hidden/g)?.length, 6);
  const archive = async (query = '') => (await fetch(`${inspector.url}api/har${query}`)).text();
  assert.doesNotMatch(await archive(), /hidden|a=1|b=2/);
  assert.match(await archive('?reveal=1'), /Basic hidden/);
});

test('UTF-8 in a target and in fields is readable, and other bytes are not lost', async (t) => {
  const { connect, exchange } = await inspected(t, (_req, res) => res.end());
  await connect()
    .send(Buffer.from(get('/', 'X-Utf: été'), 'utf8'))
    .response();
  await connect().send(get('/', 'X-Latin: \xe9')).response();
  assert.equal((await exchange(1)).request?.fields.at(-1)?.value, 'été');
  assert.equal((await exchange(2)).request?.fields.at(-1)?.value, 'é');
});

for (const sent of [
  get('/\xc3\xa9', 'X-Utf: \xc3\xa9t\xc3\xa9'),
  get('/\xe9', 'X-Latin: \xe9'),
  get('/\xc3\xa9\xff', 'X-Utf: \xc3\xa9', 'X-Cut: \xc3'),
]) {
  test(`saved and sent again, ${JSON.stringify(sent)} has the bytes it had`, async (t) => {
    const seen: unknown[] = [];
    const { connect, exchange, inspector } = await inspected(t, ({ url, rawHeaders }, res) => {
      seen.push([url, rawHeaders.filter((_, i) => /^x-/i.test(rawHeaders[i & ~1] as string))]);
      res.end();
    });
    await connect().send(Buffer.from(sent, 'latin1')).response();
    const detail = await exchange(1);
    const { request } = detail;
    assert.ok(request);
    assert.equal(Buffer.from(asRaw({ ...detail, request })).toString('latin1'), sent);
    const draft = { from: 1, startLine: request.startLine, fields: request.fields.map(({ line }) => line) };
    await fetch(`${inspector.url}api/send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(draft),
    });
    assert.deepEqual(seen[1], seen[0]);
  });
}

test('no more of a body is kept than was said, and its length is told all the same', async (t) => {
  const { connect, exchange } = await inspected(
    t,
    (req, res) => req.resume().on('end', () => res.end('é'.repeat(500))),
    {
      maxBodyBytes: 100,
    },
  );
  await connect()
    .send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n${'x'.repeat(300)}`)
    .response();
  const { request, response } = await exchange(1);
  assert.deepEqual([request?.body.total, bodyText(request?.body ?? { base64: '' })], [300, 'x'.repeat(100)]);
  assert.deepEqual(
    [response?.body.total, bodyText(response?.body ?? { base64: '' })],
    [1000, 'é'.repeat(50)],
  );
});

test('only the last exchanges are kept, and only as many bytes', async (t) => {
  const few = await inspected(t, (_req, res) => res.end(), { maxExchanges: 3 });
  const client = few.connect();
  for (let i = 1; i <= 5; i++) await client.send(get(`/${i}`)).response();
  assert.equal((await few.exchange(5)).target, '/5');
  assert.equal((await fetch(`${few.inspector.url}api/exchange/2`)).status, 404);
  assert.equal((await few.exchange(3)).target, '/3');

  const small = await inspected(t, (_req, res) => res.end(Buffer.alloc(40_000)), { maxBytes: 100_000 });
  const other = small.connect();
  for (let i = 1; i <= 4; i++) await other.send(get(`/${i}`)).response();
  assert.equal((await small.exchange(4)).bytesOut, 40_000);
  assert.equal((await fetch(`${small.inspector.url}api/exchange/2`)).status, 404);
  assert.equal((await small.exchange(3)).bytesOut, 40_000);
});

test('an exchange that is dropped while it is under way takes nothing more, and its end is no trouble', async (t) => {
  let answer = () => {};
  const { connect, exchange, inspector } = await inspected(
    t,
    (req, res) => {
      if (req.url !== '/long') return res.end();
      res.write('a');
      answer = () => res.end('b'.repeat(1000));
    },
    { maxExchanges: 2 },
  );
  const long = connect().send(get('/long'));
  await long.sees('200 OK');
  const client = connect();
  for (let i = 0; i < 3; i++) await client.send(get('/short')).response();
  answer();
  assert.equal((await long.response()).chunks.join('').length, 1001);
  assert.equal((await exchange(4)).target, '/short');
  assert.equal((await fetch(`${inspector.url}api/exchange/1`)).status, 404);
});

test('a page is told of each exchange as it begins and as it ends', async (t) => {
  let answer = () => {};
  const { connect, feed } = await inspected(t, (_req, res) => {
    answer = () => res.setHeader('Content-Type', 'text/plain; charset=utf-8').end('x');
  });
  const events = await feed();
  const { event, data } = await events.next();
  assert.equal(event, 'greeting');
  assert.deepEqual([data.maxExchanges, data.maxBytes, data.maxBodyBytes], [1000, 33_554_432, 65_536]);
  const client = connect().send(get('/slow'));
  const open = await events.summary(({ target }) => target === '/slow');
  assert.deepEqual([open.status, open.duration, open.outcome], [0, null, null]);
  answer();
  await client.response();
  const closed = await events.summary(({ outcome }) => outcome !== null);
  assert.deepEqual(
    [closed.id, closed.status, closed.type, closed.outcome],
    [1, 200, 'text/plain', 'complete'],
  );
  assert.ok((closed.duration ?? -1) >= 0);
});

test('a page is told how many exchanges it missed', async (t) => {
  const { connect, feed } = await inspected(t, (_req, res) => res.end(), { maxExchanges: 10 });
  const events = await feed();
  await events.next();
  const client = connect();
  client.send(get().repeat(500));
  for (let i = 0; i < 500; i++) await client.response();
  let [told, missed] = [0, 0];
  const seen = new Set<number>();
  while (told + missed < 500) {
    const { event, data } = await events.next();
    if (event !== 'batch') continue;
    for (const { id } of data.exchanges as { id: number }[]) seen.add(id);
    told = seen.size;
    missed += data.missed as number;
  }
  assert.equal(told + missed, 500);
  assert.ok(missed > 0);
});

test('a page is told which exchanges are no longer kept, those that a page that joins later would not see', async (t) => {
  const { connect, feed, inspector } = await inspected(t, (_req, res) => res.end(Buffer.alloc(30_000)), {
    maxExchanges: 3,
    maxBytes: 80_000,
  });
  const events = await feed();
  const oldest = async (least: number): Promise<number> => {
    for (;;) {
      const { event, data } = await events.next();
      if (event === 'batch' && (data.oldest as number) >= least) return data.oldest as number;
    }
  };
  const client = connect();
  const answered = async (method = 'GET') => client.send(get('/').replace('GET', method)).response(method);
  await answered();
  assert.equal(await oldest(0), 1);
  // Two of these bodies have room, and three exchanges without one.
  await answered();
  await answered();
  assert.equal(await oldest(2), 2);
  for (let i = 0; i < 3; i++) await answered('HEAD');
  assert.equal(await oldest(4), 4);
  await fetch(`${inspector.url}api/clear`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  await answered('HEAD');
  assert.equal(await oldest(5), 7);
  const later = await feed();
  await later.next();
  assert.equal((await later.next()).data.oldest, 7);
});

test('the pulse lists the connections, and one can be closed from the page', async (t) => {
  const { connect, feed, inspector } = await inspected(t, (_req, res) => res.end('x'));
  const client = connect();
  await client.send(get()).response();
  const events = await feed();
  const pulse = async () => {
    for (;;) {
      const { event, data } = await events.next();
      if (event === 'pulse')
        return data as { connectionCount: number; connections: Record<string, unknown>[] };
    }
  };
  const { connectionCount, connections } = await pulse();
  assert.equal(connectionCount, 1);
  const [{ id, protocol, requests, active, tls } = {}] = connections;
  assert.deepEqual([protocol, requests, active, tls], ['HTTP/1.1', 1, 0, '']);
  const close = (body: unknown) =>
    fetch(`${inspector.url}api/close`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await close({ id })).status, 200);
  await once(client.socket, 'close');
  assert.equal((await pulse()).connectionCount, 0);
  assert.equal((await close({ id })).status, 404);
});

test('a request is sent again through the port of the server, with what was masked as it was', async (t) => {
  const seen: unknown[] = [];
  const { connect, exchange, inspector } = await inspected(t, async (req, res) => {
    let body = '';
    for await (const piece of req) body += piece;
    seen.push([req.method, req.url, req.headers.cookie, req.headers['x-new'], body]);
    res.end('again');
  });
  await connect()
    .send('POST /a HTTP/1.1\r\nHost: a\r\nCookie: sid=1\r\nContent-Length: 2\r\n\r\nhi')
    .response();
  await exchange(1);
  const send = async (draft: unknown) => {
    const response = await fetch(`${inspector.url}api/send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(draft),
    });
    return [response.status, await response.text()] as const;
  };
  const fields = ['Host: a', 'Cookie: •••', 'X-New: é', 'Content-Length: 99'];
  const draft = { from: 1, startLine: 'PUT /b HTTP/1.1', fields, base64: btoa('other') };
  assert.deepEqual(await send(draft), [200, '{"id":2}']);
  assert.deepEqual(seen, [
    ['POST', '/a', 'sid=1', undefined, 'hi'],
    ['PUT', '/b', 'sid=1', Buffer.from('é').toString('latin1'), 'other'],
  ]);
  const refused = [
    { ...draft, startLine: 'GET / HTTP/1.1\r\nX: y' },
    { ...draft, fields: ['a: b\r\nX: y'] },
    { ...draft, fields: 'none' },
    { ...draft, from: 99 },
    { ...draft, base64: 1 },
    { ...draft, trailers: 'X-A: 1' },
    { ...draft, trailers: ['X-A: 1\r\nX: y'] },
    { ...draft, trailers: ['X-Unknown: •••'] },
  ];
  for (const wrong of refused) assert.equal((await send(wrong))[0], 400, JSON.stringify(wrong));
  assert.equal(seen.length, 2);
});

for (const [what, base64, trailers, got] of [
  ['as they were', btoa('hi'), ['X-Sum: 1', 'X-Key: •••'], ['hi', '1', 'secret']],
  ['changed', btoa('hi'), ['X-Sum: é'], ['hi', Buffer.from('é').toString('latin1'), undefined]],
  ['after no body', '', ['X-Sum: 1'], ['', '1', undefined]],
  ['left out', btoa('hi'), ['', ' '], ['hi', undefined, undefined]],
] as const) {
  test(`a request is sent again with its trailers, ${what}`, async (t) => {
    const seen: unknown[] = [];
    const { connect, exchange, inspector } = await inspected(
      t,
      async (req, res) => {
        let body = '';
        for await (const piece of req) body += piece;
        seen.push([body, req.trailers['x-sum'], req.trailers['x-key']]);
        res.end();
      },
      { redact: ['x-key'] },
    );
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked';
    await connect().send(`${head}\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-Key: secret\r\n\r\n`).response();
    await exchange(1);
    const [startLine = '', ...fields] = head.split('\r\n');
    const response = await fetch(`${inspector.url}api/send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ from: 1, startLine, fields, base64, trailers }),
    });
    assert.deepEqual([response.status, await response.text()], [200, '{"id":2}']);
    assert.deepEqual(seen, [['hi', '1', 'secret'], got]);
  });
}

/** The inspector of a server, which both end with the test. */
async function inspectedUntilEnd(t: TestContext, server: Server & { closeAllConnections(): void }) {
  const inspector = await inspect(server, { port: 0 });
  t.after(() => {
    server.close();
    server.closeAllConnections();
    return inspector.close();
  });
  return inspector;
}

test('a request is sent again through a socket of the file system as well', async (t) => {
  const server = http.createServer((_req, res) => res.end('x'));
  server.listen(join(temporaryFolder(t), 'http.sock'));
  await once(server, 'listening');
  const inspector = await inspectedUntilEnd(t, server);
  for (const id of [1, 2]) {
    const response = await fetch(`${inspector.url}api/send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ startLine: 'GET /unix HTTP/1.1', fields: ['Host: a'] }),
    });
    assert.deepEqual(await response.json(), { id });
  }
});

test('clearing forgets what was noted, and goes on with what comes', async (t) => {
  const { connect, exchange, inspector, feed } = await inspected(t, (_req, res) => res.end());
  await connect().send(get('/before')).response();
  await exchange(1);
  const events = await feed();
  const clear = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' };
  assert.equal((await fetch(`${inspector.url}api/clear`, clear)).status, 200);
  assert.equal((await fetch(`${inspector.url}api/exchange/1`)).status, 404);
  for (let event = ''; event !== 'cleared'; ) ({ event } = await events.next());
  await connect().send(get('/after')).response();
  assert.equal((await exchange(2)).target, '/after');
});

/** A server over TLS that is inspected until the end of the test. */
async function inspectedOverTls(t: TestContext) {
  const server = createTlsServer({ key: pem('localhost-key'), cert: pem('localhost-cert') }, (_req, res) =>
    res.end('x'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const inspector = await inspectedUntilEnd(t, server);
  return { server, inspector };
}

test('over TLS the exchange says so, and is sent again as well', async (t) => {
  const { inspector } = await inspectedOverTls(t);
  const draft = { startLine: 'GET /tls HTTP/1.1', fields: ['Host: localhost'] };
  const response = await fetch(`${inspector.url}api/send`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(draft),
  });
  assert.deepEqual(await response.json(), { id: 1 });
  const found = await fetch(`${inspector.url}api/exchange/1`);
  const exchange = (await found.json()) as { scheme: string; target: string; status: number };
  assert.deepEqual([exchange.scheme, exchange.target, exchange.status], ['https', '/tls', 200]);
});

/** Whether the page is served there; its port may be another server's by now. */
const isThere = (url: string): Promise<boolean> =>
  fetch(url).then(
    async (response) => (await response.text()).includes('premier inspector'),
    () => false,
  );

test('an inspector of all servers hears of none of them after its end', async (t) => {
  const inspector = await inspectServers({ port: 0 });
  const server = http.createServer((_req, res) => res.end());
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const observers = () =>
    Object.getOwnPropertySymbols(server)
      .map(
        (key) => (server as unknown as Record<symbol, { observers?: unknown[] } | undefined>)[key]?.observers,
      )
      .find((found) => found !== undefined)?.length;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/`);
  assert.equal((await fetch(`${inspector.url}api/exchange/1`)).status, 200);
  assert.equal(observers(), 1);
  await inspector.close();
  assert.equal(observers(), 0);
});

test('over HTTP/2 the fields are those that came, with the number of the stream', async (t) => {
  const options = { http2: 'prior-knowledge' } as Parameters<typeof http.createServer>[0];
  const server = http.createServer(options, (req, res) => {
    req.resume().on('end', () => res.end('x'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const inspector = await inspect(server, { port: 0 });
  const { port } = server.address() as AddressInfo;
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  t.after(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
    return inspector.close();
  });
  const stream = client.request({ ':method': 'POST', ':path': '/a', cookie: 'hidden' });
  stream.end('body');
  await once(stream.resume(), 'close');
  const exchange = (await (await fetch(`${inspector.url}api/exchange/1`)).json()) as ExchangeDetail;
  assert.deepEqual([exchange.stream, exchange.version, exchange.status], [1, '2.0', 200]);
  assert.deepEqual(
    exchange.request?.fields.map(({ line }) => line),
    [`:authority: 127.0.0.1:${port}`, 'cookie: •••'],
  );
  assert.equal(bodyText(exchange.request?.body ?? { base64: '' }), 'body');
});

test('a handshake that fails is shown, with its code and sentence', async (t) => {
  const { server, inspector } = await inspectedOverTls(t);
  const failed = once(server, 'tlsClientError');
  const { port } = server.address() as AddressInfo;
  await assert.rejects(fetch(`https://127.0.0.1:${port}/`));
  await failed;
  const found = await fetch(`${inspector.url}api/exchange/1`);
  const exchange = (await found.json()) as ExchangeDetail;
  assert.deepEqual(
    [exchange.outcome, exchange.status, exchange.request, exchange.connection],
    ['refused', 0, null, 0],
  );
  assert.match(exchange.refusal?.code ?? '', /^E/);
  assert.notEqual(exchange.refusal?.reason, '');
});

test('the inspector ends with its server, and can end before it', async (t) => {
  const { server, inspector, connect } = await inspected(t, (_req, res) => res.end());
  await inspector.close();
  await inspector.close();
  assert.ok(!(await isThere(inspector.url)));
  assert.equal((await connect().send(get()).response()).status, 200);
  const second = await inspect(server, { port: 0 });
  assert.ok(await isThere(second.url));
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  assert.ok(!(await isThere(second.url)));
});

test('a port that is taken is an error, or waited for where that was asked for', async (t) => {
  const { server, inspector } = await inspected(t, (_req, res) => res.end());
  const port = Number(new URL(inspector.url).port);
  await assert.rejects(inspect(server, { port }), { code: 'EADDRINUSE' });
  const waiting = await inspect(server, { port, waitForPort: true });
  t.after(() => waiting.close());
  assert.equal((await fetch(waiting.url)).status, 403, 'the first one answers');
  await inspector.close();
  let status = 0;
  while (status !== 200)
    status = await fetch(waiting.url).then(
      ({ status }) => status,
      () => 0,
    );
});

const wrong: [options: object, reason: RegExp][] = [
  [{ host: '0.0.0.0' }, /host 0\.0\.0\.0 may be seen by other computers.*anywhere/],
  [{ host: '192.168.1.2' }, /anywhere/],
  [{ host: '::ffff:10.0.0.1' }, /anywhere/],
  [{ host: '::1:0' }, /anywhere/],
  [{ host: 'a b' }, /host must be/],
  [{ port: 65_536 }, /port must be a whole number from 0 to 65535, not 65536/],
  [{ port: '8082' }, /port must be a whole number from 0 to 65535, not '8082'$/],
  [
    { port: Object.create(null) },
    /port must be a whole number from 0 to 65535, not \[Object: null prototype\] \{\}$/,
  ],
  [[], /the options are an object, not \[\]$/],
  [{ maxExchanges: 0 }, /maxExchanges must be/],
  [{ maxBytes: 1 }, /maxBytes must be/],
  [{ maxBodyBytes: -1 }, /maxBodyBytes must be/],
  [{ redact: 'cookie' }, /redact must be a list/],
  [{ redact: ['a b'] }, /redact must be a list/],
  [{ token: 'short' }, /token must be/],
  [{ anywhere: 'yes' }, /anywhere must be true or false/],
  [{ prot: 1 }, /no option prot/],
];
test('an address of this computer is one however it is written', () => {
  for (const host of [
    '127.0.0.1',
    '127.9.9.9',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    'LocalHost',
  ])
    assert.doesNotThrow(() => settingsFrom({ host }), host);
});

for (const [options, reason] of wrong) {
  test(`${JSON.stringify(options)} is refused with a reason`, async () => {
    await assert.rejects(inspect(http.createServer(), options), ({ message }: Error) => reason.test(message));
  });
}

for (const given of [undefined, null, {}, 5, createNodeServer()]) {
  test(`${given === null ? given : typeof given} that is no server of premier is refused, by what would do`, async () => {
    await assert.rejects(inspect(given as never), {
      code: 'ERR_INVALID_ARG_TYPE',
      message:
        /^The "server" argument must be a server of premier \(or of node:http, made under premier\/register\)\./,
    });
  });
}

const packed = gzipSync('{"a":1}');

for (const [what, coding, body, content] of [
  ['gzip', 'gzip', packed, { size: 7, compression: 7 - packed.length, text: '{"a":1}' }],
  ['Brotli', 'br', brotliCompressSync('{"a":1}'), { size: 7, text: '{"a":1}' }],
  ['what is not what it says', 'gzip', Buffer.from('plain'), { size: 5, text: 'plain' }],
  ['a coding of its own', 'x-own', Buffer.from('plain'), { size: 5, text: 'plain' }],
  ['too much', 'gzip', gzipSync(Buffer.alloc(4e6)), { encoding: 'base64' }],
] as [what: string, coding: string, body: Buffer, content: object][]) {
  test(`an archive has the body without its coding: ${what}`, async (t) => {
    const { connect, exchange, inspector } = await inspected(t, (_req, res) =>
      res.setHeader('Content-Encoding', coding).end(body),
    );
    await connect().send(get()).response();
    await exchange(1);
    const har = (await (await fetch(`${inspector.url}api/har`)).json()) as Har;
    const found = har.log.entries[0]?.response.content;
    assert.deepEqual({ ...found, ...content }, found);
    assert.equal(har.log.entries[0]?.serverIPAddress, '127.0.0.1');
  });
}

const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nSet-Cookie: sid=hidden\r\n\r\n';

for (const [how, answer, startLine] of [
  ['in one piece, with what comes after it', (s) => s.write(`${switching}frames`), /101/],
  [
    'in pieces',
    (s) => {
      for (const piece of switching) s.write(piece);
    },
    /101/,
  ],
  [
    'corked',
    (s) => {
      s.cork();
      s.write(Buffer.from(switching));
      s.write('frames');
      s.uncork();
    },
    /101/,
  ],
  ['with its end', (s) => s.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /400/],
  ['with what is no head', (s) => s.write(Buffer.alloc(100_000, 'x')), undefined],
] as [how: string, answer: (socket: Duplex) => unknown, startLine: RegExp | undefined][]) {
  test(`an upgrade is shown as one, with its answer that is written ${how}`, async (t) => {
    const { server, connect, exchange, feed } = await inspected(t, (_req, res) => res.end());
    server.on('upgrade', (_req, socket: Duplex) => {
      const own = () => Object.keys(socket).filter((name) => /^_write/.test(name));
      assert.deepEqual(own(), [], 'nothing that a loop would see');
      answer(socket);
      setImmediate(() => socket.writableEnded || socket.end('end'));
    });
    const page = await feed();
    const client = connect().send(get('/ws', 'Upgrade: x', 'Connection: Upgrade'));
    await page.summary(({ outcome }) => outcome === 'upgraded');
    await client.sees(startLine === undefined ? 'xxx' : 'HTTP/1.1');
    const { target, outcome, response, status, times } = await exchange(1);
    assert.deepEqual([target, outcome], ['/ws', 'upgraded']);
    if (startLine === undefined) {
      assert.deepEqual([response, status], [null, 0]);
      return;
    }
    assert.match(response?.startLine ?? '', startLine);
    assert.ok(startLine.test(String(status)) && times.responseHead !== null);
    assert.ok((times.closed ?? -1) >= times.responseHead, 'it took no less than its answer');
    assert.ok(response?.fields.every(({ added }) => !added));
    assert.doesNotMatch(JSON.stringify(response), /hidden|frames/);
  });
}

test('a connection that has left HTTP is listed until it closes, and can be closed', async (t) => {
  const { server, connect, inspector, feed } = await inspected(t, (_req, res) => res.end());
  server.on('upgrade', (_req, socket: Duplex) => socket.write(switching));
  const client = connect().send(get('/ws', 'Upgrade: x', 'Connection: Upgrade'));
  await client.sees('101');
  const page = await feed();
  const listed = async () => {
    for (;;) {
      const { event, data } = await page.next();
      if (event === 'pulse') return data.connections as { id: number; isUpgraded: boolean }[];
    }
  };
  const [first] = await listed();
  assert.ok(first?.isUpgraded);
  await fetch(`${inspector.url}api/close`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ id: first.id }),
  });
  await once(client.socket, 'close');
  assert.deepEqual(await listed(), []);
});
