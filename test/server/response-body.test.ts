// The body of an answer: write and end with every argument, their callbacks and events, back-pressure, trailers.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { behaviour, get, type Response, turns } from '../subjects.js';

const bodies: [sentence: string, act: (res: Response) => void, body: string, notNode?: string][] = [
  ['end(string)', (res) => res.end('é'), '\xc3\xa9'],
  ['end(Buffer)', (res) => res.end(Buffer.from([0, 255, 13, 10])), '\x00\xff\r\n'],
  ['end(Uint8Array)', (res) => res.end(new Uint8Array([1, 2, 250])), '\x01\x02\xfa'],
  ['end(callback)', (res) => res.end(() => {}), ''],
  ['end(null)', (res) => res.end(null), ''],
  ['end(undefined, undefined)', (res) => res.end(undefined, undefined as never), ''],
  ['end(0-length Buffer)', (res) => res.end(Buffer.alloc(0)), ''],
  ['end(string, callback)', (res) => res.end('a', () => {}), 'a'],
  ['end(string, encoding, callback)', (res) => res.end('6162', 'hex', () => {}), 'ab'],
  ['end(string, utf8)', (res) => res.end('é', 'utf8'), '\xc3\xa9'],
  ['end(string, latin1)', (res) => res.end('é', 'latin1'), '\xe9'],
  ['end(string, binary)', (res) => res.end('é', 'binary'), '\xe9'],
  ['end(string, ascii)', (res) => res.end('abc', 'ascii'), 'abc'],
  ['end(string, hex)', (res) => res.end('00ff', 'hex'), '\x00\xff'],
  ['end(string, base64)', (res) => res.end('w6k=', 'base64'), '\xc3\xa9'],
  ['end(string, base64url)', (res) => res.end('_-8', 'base64url'), '\xff\xef'],
  ['end(string, utf16le)', (res) => res.end('aé', 'utf16le'), 'a\x00\xe9\x00'],
  ['end(string, ucs2)', (res) => res.end('a', 'ucs2'), 'a\x00'],
  ['end(string, UTF-8)', (res) => res.end('é', 'UTF-8' as never), '\xc3\xa9'],
  ...(['utf8', 'latin1', 'hex', 'base64', 'utf16le'] as const).map(
    (encoding): [string, (res: Response) => void, string] => [
      `write(string, ${encoding})`,
      (res) => {
        res.write(Buffer.from('abcdé').toString(encoding), encoding);
        res.write('!');
        res.end();
      },
      'abcd\xc3\xa9!',
    ],
  ),
  [
    'write(string, callback)',
    (res) => {
      res.write('a', () => {});
      res.end('b');
    },
    'ab',
  ],
  [
    'write of every kind',
    (res) => {
      res.write('é');
      res.write(Buffer.from('b'));
      res.write(new Uint8Array([99]));
      res.write('64', 'hex');
      res.end('e', 'latin1');
    },
    '\xc3\xa9bcde',
  ],
  [
    'writes from several turns',
    (res) => {
      res.write('a');
      setImmediate(() => {
        res.write('b');
        setTimeout(() => res.end('c'), 2);
      });
    },
    'abc',
  ],
  [
    'cork and uncork',
    (res) => {
      res.cork();
      res.write('a');
      res.cork();
      res.write('b');
      res.uncork();
      res.write('c');
      res.uncork();
      setImmediate(() => res.end('d'));
    },
    'abcd',
  ],
  [
    'end while corked',
    (res) => {
      res.cork();
      res.write('a');
      res.write('b');
      res.end('c');
    },
    'abc',
    'Node 22 and 24 lose what was written',
  ],
  ['pipe into it', (res) => Readable.from(['a', Buffer.from('b'), 'c']).pipe(res), 'abc'],
  ['pipeline into it', (res) => pipeline(Readable.from(['a', 'b']), res), 'ab'],
];

for (const [sentence, act, body, notNode] of bodies) {
  behaviour(
    `${sentence} sends the body it says`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => act(res));
      const client = connect();
      for (let round = 0; round < 2; round++) {
        assert.equal((await client.send(get()).response()).body, body);
      }
    },
    notNode ? { notNode } : {},
  );
}

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
    await turns();
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
    await turns();
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
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.ok(counts.full < 100);
    client.socket.resume();
    assert.equal((await client.response()).body.length, 10_000_000);
    assert.ok(counts.full >= 50);
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
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(produced < 500, `${produced} pieces were taken from the source`);
  client.socket.resume();
  assert.equal((await client.response()).body.length, 500 * 64 * 1024);
});

const trailed: [sentence: string, trailers: unknown, lines: [string, string][]][] = [
  [
    'an object',
    { A: '1', 'X-B': '2' },
    [
      ['A', '1'],
      ['X-B', '2'],
    ],
  ],
  [
    'a list of pairs',
    [
      ['A', '1'],
      ['A', '2'],
    ],
    [
      ['A', '1'],
      ['A', '2'],
    ],
  ],
  [
    'a list value',
    { A: ['1', '2'] },
    [
      ['A', '1'],
      ['A', '2'],
    ],
  ],
];
for (const [sentence, trailers, lines] of trailed) {
  behaviour(`addTrailers with ${sentence} sends them after the last chunk`, async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      res.writeHead(200, { Trailer: 'A' });
      res.write('body');
      res.addTrailers(trailers as never);
      res.end();
    });
    const client = connect();
    for (let round = 0; round < 2; round++) {
      const response = await client.send(get()).response();
      assert.equal(response.body, 'body');
      assert.deepEqual(response.trailers, lines);
    }
  });
}

behaviour('trailers of an answer that is not chunked are not sent', async ({ serve }) => {
  const { connect } = await serve((_req, res) => {
    res.addTrailers({ A: '1' });
    res.setHeader('Content-Length', 4);
    res.end('body');
  });
  const client = connect();
  assert.equal((await client.send(get()).response()).body, 'body');
  assert.equal((await client.send(get()).response()).body, 'body');
});

const strict: [sentence: string, act: (res: Response) => void][] = [
  [
    'a write too long',
    (res) => {
      res.flushHeaders();
      res.write('12345');
    },
  ],
  [
    'writes too long together',
    (res) => {
      res.write('123');
      res.write('45');
    },
  ],
  ['an end too short', (res) => res.end('123')],
  ['an end too long', (res) => res.end('12345')],
  [
    'an end after too little',
    (res) => {
      res.write('12');
      res.end();
    },
  ],
];
for (const [sentence, act] of strict) {
  behaviour(`strictContentLength refuses ${sentence}`, async ({ serve }) => {
    const codes: unknown[] = [];
    const { connect } = await serve((_req, res) => {
      res.strictContentLength = true;
      res.setHeader('Content-Length', 4);
      try {
        act(res);
      } catch (error) {
        codes.push((error as NodeJS.ErrnoException).code);
      }
      res.destroy();
    });
    await connect().send(get()).rest();
    assert.deepEqual(codes, ['ERR_HTTP_CONTENT_LENGTH_MISMATCH']);
  });
}

behaviour('strictContentLength allows what fits', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.strictContentLength = true;
    res.setHeader('Content-Length', 4);
    res.write('12');
    res.end('34');
  });
  assert.equal((await ask(get())).body, '1234');
});
