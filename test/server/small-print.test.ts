// Details of node:http's requests and responses that programs rely on without having read of them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import nodeHttp from 'node:http';
import { duplexPair } from 'node:stream';
import { behaviour, get, outcome, turns } from '../subjects.js';

behaviour('an invalid status is shown as console.log would show it', async ({ serve }) => {
  const messages: string[] = [];
  const served = await serve((_req, res) => {
    for (const status of [{}, [], null, 'x', 1000]) {
      try {
        res.writeHead(status as number);
      } catch (error) {
        messages.push((error as Error).message);
      }
    }
    res.end();
  });
  await served.ask(get());
  assert.deepEqual(
    messages,
    ['{}', '[]', 'null', 'x', '1000'].map((shown) => `Invalid status code: ${shown}`),
  );
});

behaviour(
  'headersDistinct has the prototype that it has on this Node',
  async ({ serve }) => {
    let prototype: unknown;
    const { ask } = await serve((req, res) => {
      prototype = Object.getPrototypeOf(req.headersDistinct);
      assert.deepEqual({ ...req.headersDistinct }, { host: ['a'], constructor: ['b', 'c'] });
      res.end();
    });
    assert.equal((await ask(get('/', 'constructor: b', 'constructor: c'))).status, 200);
    const onThisNode = new nodeHttp.IncomingMessage(null as never).headersDistinct;
    assert.equal(prototype, Object.getPrototypeOf(onThisNode));
  },
  { notNode: 'lines that have a prototype there break on this name' },
);

behaviour('errored is null, then what destroy was given', async ({ serve, http }) => {
  const { server, connect } = await serve(() => {});
  const requested = once(server, 'request');
  connect().send(get());
  const [, res] = await requested;
  assert.equal(res.errored, null);
  const error = new Error('no more');
  res.destroy(error);
  assert.equal(res.errored, error);
  const other = new http.ServerResponse({ method: 'GET' } as never);
  other.destroy();
  assert.equal(other.errored, undefined);
});

behaviour('a body that was read in part and paused is not dropped after the response', async ({ serve }) => {
  const { server, connect } = await serve((req, res) => {
    req.once('data', () => {
      req.pause();
      res.end();
    });
  });
  const requested = once(server, 'request');
  const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc');
  await client.response();
  const [req] = await requested;
  assert.ok(!req._dumped);
});

behaviour(
  'a stream that is no socket is asked for more after each of its chunks',
  async ({ subject }) => {
    const server = subject.createServer({}, (req, res) => {
      let body = '';
      req.on('data', (chunk) => {
        body += chunk;
      });
      req.on('end', () => res.end(body));
    });
    const [client, side] = duplexPair();
    server.emit('connection', side);
    client.write('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\n');
    await turns();
    client.write('ab');
    await turns();
    client.write('cd');
    client.setEncoding('latin1');
    let answer = '';
    for await (const text of client) answer += text;
    assert.match(answer, /\r\n\r\nabcd$/);
  },
  { only: 'plain' },
);

/** The key of Node's with this description, on an object of Node's. */
const nodeKey = (object: object, description: string) =>
  Object.getOwnPropertySymbols(object).find((key) => key.description === description) as never;

behaviour("a server's sweep is where tools look for it, and stops when it closes", async ({ serve }) => {
  const { server, ask } = await serve((_req, res) => res.end());
  await ask(get('/', 'Connection: close'));
  const oracle = new nodeHttp.Server();
  oracle.emit('listening');
  const key = nodeKey(oracle, 'http.server.connectionsCheckingInterval');
  oracle.close();
  assert.equal((server[key] as { _destroyed: boolean })._destroyed, false);
  server.close();
  await once(server, 'close');
  assert.equal((server[key] as { _destroyed: boolean })._destroyed, true);
});

behaviour(
  "a response's high-water mark is where borrowed methods look for it",
  async ({ serve }) => {
    let mark: unknown;
    const { ask } = await serve({ highWaterMark: 1234 }, (_req, res) => {
      mark = res[nodeKey(new nodeHttp.OutgoingMessage(), 'kHighWaterMark')];
      res.end();
    });
    await ask(get());
    assert.equal(mark, 1234);
  },
  { only: 'plain' },
);

behaviour(
  'a line break between the angle brackets of a hint makes it no link',
  async ({ serve }) => {
    let code: unknown;
    const { ask } = await serve((_req, res) => {
      try {
        res.writeEarlyHints({ link: '</a\r\nX: y>; rel=preload' });
      } catch (error) {
        code = (error as NodeJS.ErrnoException).code;
      }
      res.end();
    });
    assert.equal((await ask(get())).interim.length, 0);
    assert.equal(code, 'ERR_INVALID_ARG_VALUE');
  },
  { notNode: 'lines differ in the code' },
);

behaviour(
  'a response from which the program took the socket closes with the connection',
  async ({ serve }) => {
    const closed = outcome();
    const { connect } = await serve((req, res) => {
      res.on('close', () => closed.resolve(null));
      res.detachSocket(req.socket);
      res.end('nowhere');
      setImmediate(() => req.socket.destroy());
    });
    connect().send(get());
    await closed.promise;
  },
  { notNode: 'there it never closes' },
);
