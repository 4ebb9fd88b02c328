// How an answer's writing goes on: the order of events and callbacks, and back-pressure.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { behaviour, get, outcome, turns, until } from '../subjects.js';

behaviour(
  'events and callbacks of a chunked answer come in order',
  async ({ serve }) => {
    const events: string[] = [];
    const { connect } = await serve((_req, res) => {
      for (const event of ['prefinish', 'finish', 'close']) {
        res.on(event, () =>
          events.push(`${event} ended ${res.writableEnded} finished ${res.writableFinished}`),
        );
      }
      res.write('a', () => events.push('write callback'));
      res.end('b', () => events.push('end callback'));
      events.push('end returned');
    });
    await connect().send(get()).response();
    await until(() => events.length >= 6, 'all events');
    assert.deepEqual(events, [
      'prefinish ended true finished false',
      'end returned',
      'write callback',
      'end callback',
      'finish ended true finished true',
      'close ended true finished true',
    ]);
  },
  { since: 24 },
);

behaviour(
  'events and callbacks of a one-piece answer come in order',
  async ({ serve }) => {
    const events: string[] = [];
    const { connect } = await serve((req, res) => {
      for (const event of ['prefinish', 'finish', 'close'])
        res.on(event, () => events.push(`${event} response`));
      req.on('close', () => events.push('close request'));
      res.end('b', () => events.push('end callback'));
      events.push('end returned');
    });
    await connect().send(get()).response();
    await until(() => events.length >= 6, 'all events');
    assert.deepEqual(
      events.filter((event) => event !== 'close request'),
      ['prefinish response', 'end returned', 'end callback', 'finish response', 'close response'],
    );
    assert.ok(events.includes('close request'));
  },
  { since: 24 },
);

behaviour('end returns the response, and write true while there is room', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    assert.equal(res.write('a'), true);
    assert.equal(res.end('b'), res);
  });
  assert.equal((await ask(get())).body, 'ab');
});

behaviour(
  'write is false above the high-water mark, and drain follows when there is room',
  async ({ serve }) => {
    const counts = { full: 0, drain: 0 };
    const piece = Buffer.alloc(100_000, 'x');
    const { connect } = await serve((_req, res) => {
      let left = 100;
      const go = () => {
        while (left > 0) {
          left--;
          if (!res.write(piece)) {
            counts.full++;
            assert.equal(res.writableNeedDrain, true);
            assert.ok(res.writableLength > 0);
            return;
          }
        }
        res.end();
      };
      res.on('drain', () => {
        counts.drain++;
        assert.equal(res.writableNeedDrain, false);
        go();
      });
      go();
    });
    const client = connect().send(get());
    client.socket.pause();
    await until(() => counts.full > 0, 'a write that returns false');
    await turns(50);
    assert.ok(counts.full < 100);
    client.socket.resume();
    assert.equal((await client.response()).body.length, 10_000_000);
    assert.ok(counts.full > 0);
    assert.equal(counts.drain, counts.full);
  },
);

behaviour('a source piped into an answer waits for a slow client', async ({ serve }) => {
  let produced = 0;
  const { connect } = await serve((_req, res) => {
    Readable.from(
      (function* () {
        for (; produced < 500; produced++) yield Buffer.alloc(64 * 1024, 'x');
      })(),
    ).pipe(res);
  });
  const client = connect().send(get());
  await client.sees('\r\n\r\n');
  client.socket.pause();
  let before = -1;
  while (before !== produced) {
    before = produced;
    await turns(50);
  }
  assert.ok(produced < 500, `${produced} pieces were taken from the source`);
  client.socket.resume();
  assert.equal((await client.response()).body.length, 500 * 64 * 1024);
});

behaviour('a body goes on being received after a large answer that nobody reads yet', async ({ serve }) => {
  const received = outcome<number>();
  const { connect } = await serve((req, res) => {
    let length = 0;
    req.on('data', (data: Buffer) => {
      length += data.length;
    });
    req.on('end', () => received.resolve(length));
    res.end(Buffer.alloc(20_000_000, 'x'));
  });
  const client = connect();
  client.socket.pause();
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n${'y'.repeat(20_000_000)}`);
  assert.equal(await received.promise, 20_000_000);
  client.socket.resume();
  assert.equal((await client.response()).body.length, 20_000_000);
});

const empty: [what: string, chunk: string | Buffer][] = [
  ['an empty string', ''],
  ['an empty Buffer', Buffer.alloc(0)],
  ['some text', 'x'],
];

for (const [what, chunk] of empty) {
  behaviour(`while too much waits, a write of ${what} returns false as well`, async ({ serve }) => {
    const drained = outcome();
    const { connect } = await serve((_req, res) => {
      assert.equal(res.write(Buffer.alloc(1 << 20)), false);
      assert.equal(res.write(chunk), false);
      res.on('drain', () => {
        drained.resolve(undefined);
        res.end();
      });
    });
    assert.equal((await connect().send(get()).response()).body.length, (1 << 20) + chunk.length);
    await drained.promise;
  });
}
