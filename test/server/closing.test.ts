// Whatever a client does and whenever it goes, request and answer close once and the connection is forgotten.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { behaviour, get, type RawClient, type Request, type Response, turns, until } from '../subjects.js';

const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n';

interface Stage {
  sentence: string;
  bytes: string;
  /** What the handler does before the client goes. */
  handle(req: Request, res: Response): void;
  /** How many requests reach the handler. */
  requests?: number;
  /** What closes, if not both. */
  closes?: string[];
}

const stages: Stage[] = [
  { sentence: 'before the answer', bytes: get(), handle() {} },
  { sentence: 'before the body', bytes: head, handle() {} },
  {
    sentence: 'in the middle of a body that is read',
    bytes: `${head}half`,
    handle: (req) => req.resume(),
  },
  { sentence: 'in the middle of a body that nobody reads', bytes: `${head}half`, handle() {} },
  {
    sentence: 'after the head of the answer',
    bytes: get(),
    handle: (_req, res) => res.flushHeaders(),
  },
  {
    sentence: 'in the middle of the answer',
    bytes: get(),
    handle: (_req, res) => res.write('half'),
  },
  {
    sentence: 'with a large answer in its way',
    bytes: get(),
    handle: (_req, res) => res.end(Buffer.alloc(8_000_000)),
  },
  {
    sentence: 'after an early answer to a body half sent',
    bytes: `${head}half`,
    handle: (_req, res) => res.end('early'),
    closes: ['response'],
  },
  {
    sentence: 'with an answer ended and one waiting',
    bytes: get('/1') + get('/2'),
    handle: (req, res) => {
      if (req.url === '/1') res.end('1');
    },
    requests: 2,
  },
];

const ways: [sentence: string, leave: (client: RawClient) => void][] = [
  ['goes', (client) => client.socket.destroy()],
  ['resets', (client) => client.socket.resetAndDestroy()],
];

for (const { sentence, bytes, handle, requests = 1, closes = ['request', 'response'] } of stages) {
  for (const [how, leave] of ways) {
    behaviour(
      `a client that ${how} ${sentence} leaves nothing behind`,
      async ({ serve }) => {
        const closed: string[] = [];
        const waits: Promise<unknown>[] = [];
        const { server, connect } = await serve((req, res: Response) => {
          req.on('error', () => {});
          req.on('close', () => closed.push(`request ${req.url}`));
          res.on('close', () => closed.push(`response ${req.url}`));
          waits.push(once(res, 'close'));
          handle(req, res);
        });
        const gone = new Promise((resolve) => {
          server.on('connection', (socket) => socket.on('close', resolve));
        });
        const client = connect().send(bytes);
        await until(() => waits.length === requests, 'the requests');
        await turns(3);
        leave(client);
        await gone;
        await Promise.all(waits);
        await until(() => closed.length >= closes.length * requests, "'close'");
        await turns(3);
        const expected = requests === 1 ? ['/'] : ['/1', '/2'];
        assert.deepEqual(
          closed.sort(),
          closes.flatMap((kind) => expected.map((target) => `${kind} ${target}`)),
        );
        const count = await new Promise((resolve) =>
          server.getConnections((_error, number) => resolve(number)),
        );
        assert.equal(count, 0);
      },
      { only: 'plain', since: 24 },
    );
  }
}

behaviour(
  'the close of an answer that was sent comes before the next request is handled',
  async ({ serve }) => {
    const events: string[] = [];
    const { connect } = await serve((req, res) => {
      events.push(`request ${req.url}`);
      res.on('finish', () => events.push(`finish ${req.url}`));
      res.on('close', () => events.push(`close ${req.url}`));
      res.end();
    });
    const client = connect();
    for (const target of ['/1', '/2']) await client.send(get(target)).response();
    await until(() => events.includes('close /2'), "the last 'close'");
    assert.deepEqual(events, ['request /1', 'finish /1', 'close /1', 'request /2', 'finish /2', 'close /2']);
  },
);

behaviour('no listener is left on the socket by the requests it carried', async ({ serve }) => {
  const counts: number[] = [];
  let closed = 0;
  const { connect } = await serve((req, res) => {
    req.on('data', () => {});
    res.on('close', () => closed++);
    counts.push(req.socket.eventNames().reduce((sum, name) => sum + req.socket.listenerCount(name), 0));
    res.write('a');
    res.end('b');
  });
  const client = connect();
  for (let round = 0; round < 5; round++) {
    await client.send(get()).response();
    await until(() => closed === round + 1, "'close' of the answer");
  }
  assert.equal(counts[4], counts[1]);
});
