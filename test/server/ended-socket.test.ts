// What a program writes after its own end of the socket goes nowhere, and makes no noise.
import assert from 'node:assert/strict';
import { behaviour, get, node, type Response, until } from '../subjects.js';

behaviour('a response after the end of its socket is dropped without an error', async ({ serve }) => {
  const events: string[] = [];
  let told = () => {};
  const over = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { connect, server } = await serve((req, res) => {
    res.on('close', () => {
      events.push('close');
      told();
    });
    req.socket.end();
    res.end('nobody reads this');
  });
  server.on('clientError', (error: NodeJS.ErrnoException) => events.push(`clientError ${error.code}`));
  const client = connect().send(get());
  assert.equal(await client.rest(), '');
  client.socket.destroy();
  await over;
  assert.deepEqual(events, ['close']);
});

behaviour(
  'what is written after the end of its socket waits for nothing, and keeps no request from being read',
  async ({ serve }) => {
    const responses: Response[] = [];
    const { connect } = await serve((req, res) => {
      responses.push(res);
      if (responses.length > 1) return;
      req.socket.end();
      res.write('x'.repeat(100_000));
    });
    const client = connect();
    for (const count of [1, 2, 3]) {
      client.send(get());
      await until(() => responses.length === count, `request ${count}`);
    }
    assert.equal(responses[0]?.writableLength, 0);
  },
  { notNode: 'it waits for ever', only: 'plain' },
);

const ends: [how: string, end: (res: Response) => unknown][] = [
  ['ends its socket', ({ req }) => req.socket.end()],
  ['ends its socket with bytes of its own', ({ req }) => req.socket.end('past')],
  ['destroys its socket soon', ({ req }) => req.socket.destroySoon()],
  ['ends its socket, and then the response', (res) => res.req.socket.end() && res.end('late')],
];

for (const [how, end] of ends) {
  behaviour(
    `what a response was corked with leaves when its program ${how}`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => {
        res.cork();
        res.write('held');
        end(res);
      });
      const received = await connect().send('GET / HTTP/1.0\r\nHost: a\r\n\r\n').rest();
      assert.match(received, how.includes('bytes') ? /\r\n\r\nheldpast$/ : /\r\n\r\nheld$/);
    },
    { only: 'plain', ...(node < 26 ? {} : { notNode: 'it loses what was written in the turn' }) },
  );
}

behaviour(
  'what a response was corked with in several pieces leaves when its program ends the socket',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      res.cork();
      for (const piece of ['a', 'b', 'c']) res.write(piece);
      req.socket.end();
    });
    assert.match(await connect().send(get()).rest(), /\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n$/);
  },
  { only: 'plain', notNode: 'it loses all but the first' },
);

behaviour(
  'nothing leaves of a response that was corked before its turn when its program ends the socket',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      if (req.url === '/1') return;
      res.cork();
      res.write('two');
      req.socket.end();
    });
    assert.equal(
      await connect()
        .send(get('/1') + get('/2'))
        .rest(),
      '',
    );
  },
  { only: 'plain' },
);

const answers: [what: string, act: (res: Response) => unknown, finishes: boolean][] = [
  ['had all left before it finishes', (res) => res.write('x'), true],
  ['consists of a head that has left finishes', (res) => res.flushHeaders(), true],
  [
    'had only its head, which comes too late, doesn’t finish',
    (res) => {
      res.req.socket.end();
      res.flushHeaders();
    },
    false,
  ],
  ['had nothing sent doesn’t finish', () => {}, false],
];

for (const [what, act, finishes] of answers) {
  behaviour(
    `a response that ends after its socket did, and ${what}`,
    async ({ serve }) => {
      const events: string[] = [];
      const { connect } = await serve((req, res) => {
        for (const event of ['prefinish', 'finish', 'close']) res.on(event, () => events.push(event));
        act(res);
        req.socket.end();
        res.end();
      });
      const client = connect().send('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
      await client.rest();
      client.socket.destroy();
      await until(() => events.includes('close'), 'the close of the response');
      assert.equal(events.includes('finish'), finishes);
    },
    { only: 'plain' },
  );
}
