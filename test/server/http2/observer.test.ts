// What a server tells whoever observes it over HTTP/2: the same as over HTTP/1.1, with the number of the stream.
import assert from 'node:assert/strict';
import { type ObservedExchange, observe, type Refusal } from '../../../dist/observe.js';
import { outcome, until } from '../../subjects.js';
import { record } from '../recorder.js';
import { read, serve, test } from './client.js';

const greeting = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

test('a request is told of from its head to its end', async (context) => {
  const { server, ask } = await serve(context, (req, res) => {
    res.writeEarlyHints({ link: '</a>; rel=preload' });
    req.resume().on('end', () => {
      res.write('abc');
      res.end('def');
    });
  });
  const lines = record(server);
  await ask({ ':method': 'POST', ':path': '/a' }, 'body');
  await until(() => lines.some((line) => line.includes('complete')));
  assert.deepEqual(lines, [
    'opened h2',
    '#1 head POST /a 2.0 null',
    '#1 interim 103',
    '#1 returned',
    '#1 body "body"',
    '#1 request ended',
    '#1 status 200 chunked',
    '#1 piece "abc" 3',
    '#1 piece "def" 3',
    '#1 ended',
    '#1 complete 200 4 in 6 out',
  ]);
});

test('exchanges of one connection are told apart by their streams', async (context) => {
  const { server, ask } = await serve(context, (_req, res) => res.end());
  const exchanges: ObservedExchange[] = [];
  observe(server, { exchangeClosed: (exchange) => exchanges.push(exchange) });
  await Promise.all([ask('/1'), ask('/2')]);
  await until(() => exchanges.length === 2);
  assert.deepEqual(
    exchanges.map(({ streamId, target, version }) => [streamId, target, version]),
    [
      [1, '/1', '2.0'],
      [3, '/2', '2.0'],
    ],
  );
  assert.equal(exchanges[0]?.connection, exchanges[1]?.connection);
  assert.match(`${exchanges[0]?.connection.remoteAddress}`, /127\.0\.0\.1/);
});

test('an exchange whose client resets it is aborted, and so are all when the connection goes', async (context) => {
  const { server, begin, connect } = await serve(context, (_req, res) => res.write('a'));
  const lines = record(server);
  const stream = begin({ ':path': '/1' });
  stream.once('data', () => stream.close(8));
  await read(stream);
  await until(() => lines.some((line) => line.startsWith('#1 aborted')));
  const session = connect();
  session.request({ ':path': '/2' }).once('data', () => session.destroy());
  await until(() => lines.includes('closed'));
  assert.deepEqual(lines.slice(-2), ['#2 aborted 200 0 in 1 out', 'closed']);
});

test('a request that is answered by the server itself is one that was refused', async (context) => {
  const { server, begin } = await serve(context, () => assert.fail('a handler was called'));
  const lines = record(server);
  const stream = begin({ ':method': 'CONNECT', ':authority': 'a:1' });
  assert.equal((await read(stream)).status, 501);
  await until(() => lines.some((line) => line.startsWith('#1 refused')));
  assert.deepEqual(lines.slice(1), [
    '#1 head CONNECT a:1 2.0 null',
    '#1 refused HTTP2_REFUSED_STREAM 501',
    '#1 refused 501 0 in 69 out',
  ]);
});

test('a stream that is reset before it became a request is told of with its section', async (context) => {
  const { server, raw } = await serve(context, () => assert.fail('a handler was called'));
  const told = outcome<Refusal>();
  observe(server, { refused: (_connection, refusal) => told.resolve(refusal) });
  const socket = await raw();
  socket.write(greeting);
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  // HEADERS that has nothing but `:method: GET`.
  socket.write(Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x82]));
  const refusal = await told.promise;
  assert.match(refusal.rfc, /^RFC 9113/);
  assert.deepEqual([refusal.code, refusal.status, refusal.streamId], ['HTTP2_PROTOCOL_ERROR', 0, 1]);
});

test('a connection that is given up is told of with its section', async (context) => {
  const { server, raw } = await serve(context, () => {});
  const lines = record(server);
  const socket = await raw();
  socket.on('error', () => {});
  socket.write(greeting);
  // A PING where SETTINGS must come.
  socket.write(Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
  await until(() => lines.some((line) => line.includes('refused')));
  assert.match(lines.find((line) => line.includes('refused')) ?? '', /^refused HTTP2_\w+ 0 RFC 9113 §/);
});
