// A server that closes loses no request: who was told that a connection goes on may send one more, and is answered.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { behaviour, get, type Request, type Response, type Served, until } from '../subjects.js';

const notNode = 'it cuts idle connections, and says keep-alive to the last';

behaviour(
  'a request after the close on a connection that was told to go on is answered, and told that it ends',
  async ({ serve }) => {
    const { server, connect } = await serve({ closingGrace: 60_000 }, (_req, res) => res.end('kept'));
    const client = connect();
    assert.equal((await client.send(get()).response()).field('connection'), 'keep-alive');
    server.close();
    const { body, field } = await client.send(get()).response();
    assert.equal(body, 'kept');
    assert.equal(field('connection'), 'close');
    await client.nothingMore();
  },
  { notNode },
);

behaviour('a connection that was told to go on ends after the grace', async ({ serve }) => {
  const { server, connect } = await serve({ closingGrace: 1 }, (_req, res) => res.end());
  const client = connect();
  await client.send(get()).response();
  const closed = once(server, 'close');
  server.close();
  await client.nothingMore();
  await closed;
});

for (const [what, used] of [
  ['a connection that was told to go on', true],
  ['a new connection', false],
] as const) {
  behaviour(
    `a request that has arrived on ${what} when the grace is over is answered, however late it is read`,
    async ({ serve }) => {
      const { server, connect } = await serve({ closingGrace: 1 }, (_req, res) => res.end('answered'));
      const accepted = once(server, 'connection');
      const client = connect();
      if (used) await client.send(get()).response();
      await accepted;
      server.close();
      client.send(get());
      // The process has no time for anything until after the grace.
      for (const end = performance.now() + 20; performance.now() < end; );
      const { body, field } = await client.response();
      assert.equal(body, 'answered');
      assert.equal(field('connection'), 'close');
      await client.nothingMore();
    },
    { notNode, only: 'plain' },
  );
}

behaviour(
  'an answer that is composed after the close says that the connection ends',
  async ({ serve }) => {
    const waiting: Response[] = [];
    const { server, connect } = await serve((_req, res) => waiting.push(res));
    const client = connect().send(get());
    await until(() => waiting.length === 1);
    server.close();
    waiting[0]?.end('late');
    const { body, field } = await client.response();
    assert.equal(body, 'late');
    assert.equal(field('connection'), 'close');
    await client.nothingMore();
  },
  { notNode },
);

behaviour(
  'a request that came with its body in one segment is told that the connection ends',
  async ({ serve }) => {
    const { server, connect } = await serve((req, res) => {
      server.close();
      req.resume().on('end', () => res.end('read'));
    });
    const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody');
    assert.equal((await client.response()).field('connection'), 'close');
    await client.nothingMore();
  },
  { notNode },
);

behaviour(
  'all requests that were received before the close are answered, and the last says that the connection ends',
  async ({ serve }) => {
    const waiting: [Request, Response][] = [];
    const { server, connect } = await serve((req, res) => waiting.push([req, res]));
    const client = connect().send(get('/1') + get('/2') + get('/3'));
    await until(() => waiting.length === 3);
    server.close();
    for (const [req, res] of waiting) res.end(req.url);
    assert.deepEqual(
      [await client.response(), await client.response(), await client.response()].map(({ body, field }) => [
        body,
        field('connection'),
      ]),
      [
        ['/1', 'keep-alive'],
        ['/2', 'keep-alive'],
        ['/3', 'close'],
      ],
    );
    await client.nothingMore();
  },
  { notNode },
);

behaviour(
  'a request of which only the first bytes came before the close is answered',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => res.end('answered'));
    const client = connect();
    const [socket] = await Promise.all([once(server, 'connection'), client.send('GET / HT')]);
    await until(() => (socket[0] as { bytesRead: number }).bytesRead > 0);
    server.close();
    assert.equal((await client.send('TP/1.1\r\nHost: a\r\n\r\n').response()).body, 'answered');
    await client.nothingMore();
  },
  { only: 'plain' },
);

behaviour(
  'a program that says keep-alive by itself does not keep a closing server',
  async ({ serve }) => {
    const { server, connect } = await serve((_req, res) => {
      server.close();
      res.setHeader('Connection', 'keep-alive');
      res.end();
    });
    const client = connect().send(get());
    await client.response();
    await client.nothingMore();
  },
  { notNode },
);

/** Closes, and listens again in the same turn. Resolves when it listens; `closed` when `close` called back. */
async function restart({ server, port }: Served): Promise<{ closed: Promise<unknown> }> {
  const closed = new Promise((resolve) => server.close(resolve));
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  await listening;
  return { closed };
}

behaviour('a server that listens again ends the idle connections from before', async ({ serve }) => {
  const served = await serve({ closingGrace: 1 }, (_req, res) => res.end());
  const client = served.connect();
  await client.send(get()).response();
  const { closed } = await restart(served);
  await client.nothingMore();
  await closed;
  assert.equal((await served.ask(get())).status, 200);
});

behaviour(
  'a server that listens again answers who was told to go on, and ends the connection then',
  async ({ serve }) => {
    const served = await serve({ closingGrace: 60_000 }, (_req, res) => res.end());
    const client = served.connect();
    await client.send(get()).response();
    const { closed } = await restart(served);
    assert.equal((await client.send(get()).response()).field('connection'), 'close');
    await client.nothingMore();
    await closed;
  },
  { notNode },
);

behaviour(
  'a server that listens again answers what was under way, and ends the connection then',
  async ({ serve }) => {
    const waiting: Response[] = [];
    const served = await serve({ closingGrace: 1 }, (_req, res) => waiting.push(res));
    const client = served.connect().send(get());
    await until(() => waiting.length === 1);
    const { closed } = await restart(served);
    waiting[0]?.end();
    assert.equal((await client.response()).field('connection'), 'close');
    await client.nothingMore();
    await closed;
  },
  { notNode: 'it goes on, and the close with it' },
);

behaviour(
  'a server that listens again keeps the connections that come then, over the grace of those from before',
  async ({ serve }) => {
    const served = await serve({ closingGrace: 1 }, (_req, res) => res.end());
    const client = served.connect();
    await client.send(get()).response();
    const { closed } = await restart(served);
    const later = served.connect();
    assert.equal((await later.send(get()).response()).field('connection'), 'keep-alive');
    await client.nothingMore();
    await closed;
    assert.equal((await later.send(get()).response()).field('connection'), 'keep-alive');
  },
);
