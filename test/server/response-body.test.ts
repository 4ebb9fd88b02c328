// The body of an answer: write and end with every argument, trailers, and a length that is kept to.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { behaviour, get, type Response } from '../subjects.js';

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
  [
    'a list of cookies',
    { Cookie: ['1', '2'] },
    [
      ['Cookie', '1'],
      ['Cookie', '2'],
    ],
  ],
  [
    'a list of one value',
    { Cookie: ['1'], A: [] },
    [
      ['Cookie', '1'],
      ['A', ''],
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

/** Whether `writeHead` takes a field that announces trailers, beside what it says of the framing. */
const announced: [status: number, version: string, framing: Record<string, string>, isTaken: boolean][] = [
  [200, '1.1', {}, true],
  [200, '1.1', { 'Transfer-Encoding': 'chunked' }, true],
  [200, '1.1', { 'Transfer-Encoding': 'gzip' }, false],
  [200, '1.1', { 'Content-Length': '1' }, false],
  [200, '1.0', {}, false],
  [200, '1.0', { 'Transfer-Encoding': 'chunked' }, true],
  [200, '1.0', { 'Transfer-Encoding': 'gzip, Chunked' }, true],
  ...[103, 199].flatMap((status): typeof announced => [
    [status, '1.1', {}, false],
    [status, '1.1', { 'Transfer-Encoding': 'chunked' }, true],
    [status, '1.1', { 'Transfer-Encoding': 'gzip' }, false],
  ]),
  ...[204, 304].flatMap((status): typeof announced => [
    [status, '1.1', {}, false],
    [status, '1.1', { 'Transfer-Encoding': 'chunked' }, false],
  ]),
];
for (const [status, version, framing, isTaken] of announced) {
  const [line = 'nothing'] = Object.entries(framing).map((field) => field.join(': '));
  behaviour(
    `trailers that a ${status} to HTTP/${version} announces beside ${line} are ${isTaken ? 'taken' : 'refused'}`,
    async ({ serve }) => {
      const told: string[] = [];
      const { connect } = await serve((_req, res) => {
        try {
          res.writeHead(status, { Trailer: 'X-T', ...framing });
          told.push('taken');
        } catch (error) {
          told.push((error as NodeJS.ErrnoException).code ?? '');
        }
        res.destroy();
      });
      await connect().send(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`).rest();
      assert.deepEqual(told, [isTaken ? 'taken' : 'ERR_HTTP_TRAILER_INVALID']);
    },
  );
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
/** Ways to say a length. */
const says: [how: string, say: (res: Response, length: number | string) => unknown][] = [
  ['set', (res, length) => res.setHeader('Content-Length', length)],
  ['given with the head', (res, length) => res.writeHead(200, { 'Content-Length': length })],
  [
    'given with the head beside a field that was set',
    (res, length) => res.setHeader('A', 'b').writeHead(200, ['Content-Length', `${length}`]),
  ],
];

/** What is written to a response with that length is refused, and nothing else. */
function refusesLength(
  sentence: string,
  length: number | string,
  act: (res: Response) => unknown,
  say = says[0]?.[1],
): void {
  behaviour(`strictContentLength refuses ${sentence}`, async ({ serve }) => {
    const codes: unknown[] = [];
    const { connect } = await serve((_req, res) => {
      res.strictContentLength = true;
      say?.(res, length);
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

for (const [sentence, act] of strict) refusesLength(sentence, 4, act);

for (const length of ['abc', '', '-3', '3.5', '1e1', '3,3', 'Infinity', 'NaN'])
  for (const [how, act] of [
    ['whole', (res) => res.end('abc')],
    ['in pieces', (res) => res.write('ab') && res.end('c')],
    ['before its end', (res) => res.write('abc') && res.end()],
  ] as [string, (res: Response) => unknown][])
    for (const [said, say] of says)
      refusesLength(
        `a body that is written ${how} to a length of ${JSON.stringify(length)} that is ${said}`,
        length,
        act,
        say,
      );

behaviour(
  'to strictContentLength a length with a sign or a fraction is none',
  async ({ serve }) => {
    const codes: unknown[] = [];
    const { connect } = await serve((req, res) => {
      res.strictContentLength = true;
      res.setHeader('Content-Length', req.url === '/sign' ? '+3' : '3.0');
      assert.throws(
        () => res.end('abc'),
        (error: NodeJS.ErrnoException) => codes.push(error.code) > 0,
      );
      res.destroy();
    });
    for (const target of ['/sign', '/fraction']) await connect().send(get(target)).rest();
    assert.deepEqual(codes, Array(2).fill('ERR_HTTP_CONTENT_LENGTH_MISMATCH'));
  },
  { notNode: 'it sends +3' },
);

for (const [version, body] of ['1.1', '1.0'].flatMap((version) =>
  ['', 'abc', 'abcd'].map((body) => [version, body] as const),
))
  behaviour(
    `strictContentLength doesn't count to HTTP/${version} a length beside Transfer-Encoding: ${body.length} of 3 bytes`,
    async ({ serve }) => {
      const ended: (string | undefined)[] = [];
      const { connect } = await serve((req, res) => {
        res.strictContentLength = true;
        if (req.url === '/set') {
          res.setHeader('Transfer-Encoding', 'chunked');
          res.setHeader('Content-Length', 3);
        } else res.writeHead(200, { 'Transfer-Encoding': 'chunked', 'Content-Length': 3 });
        res.end(body);
        ended.push(req.url);
      });
      for (const target of ['/set', '/head'])
        await connect()
          .send(get(target, 'Connection: close').replace('HTTP/1.1', `HTTP/${version}`))
          .rest();
      assert.deepEqual(ended, ['/set', '/head']);
    },
  );

behaviour('strictContentLength counts nothing of an end that it refuses', async ({ serve }) => {
  const said: string[] = [];
  const { connect } = await serve((_req, res) => {
    res.strictContentLength = true;
    res.writeHead(200, { 'Content-Length': 'abc' });
    for (let times = 0; times < 2; times++)
      assert.throws(
        () => res.end('abc'),
        (error: Error) => said.push(error.message) > 0,
      );
    res.destroy();
  });
  await connect().send(get()).rest();
  assert.equal(said.length, 2);
  for (const message of said) assert.match(message, /content-length of 3 byte/);
});

behaviour('strictContentLength allows what fits', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.strictContentLength = true;
    res.setHeader('Content-Length', 4);
    res.write('12');
    res.end('34');
  });
  assert.equal((await ask(get())).body, '1234');
});

const withoutBody: [what: string, act: (res: Response) => unknown, code: string | undefined][] = [
  ['some of it', (res) => res.end('x'), 'ERR_HTTP_BODY_NOT_ALLOWED'],
  ['an empty Buffer', (res) => res.end(Buffer.alloc(0)), 'ERR_HTTP_BODY_NOT_ALLOWED'],
  ['an empty string', (res) => res.end(''), undefined],
];

for (const [what, act, code] of withoutBody) {
  behaviour(`where no body may be written, end of ${what} ${code ? 'throws' : 'ends'}`, async ({ serve }) => {
    let thrown: unknown;
    const { connect } = await serve({ rejectNonStandardBodyWrites: true }, (_req, res) => {
      try {
        act(res);
      } catch (error) {
        thrown = error;
        res.socket?.destroy();
      }
    });
    const client = connect().send('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await client.rest();
    assert.equal((thrown as NodeJS.ErrnoException | undefined)?.code, code);
  });
}

/** Heads that are refused where they are composed, and how a program makes them right. */
const refusedHeads: [what: string, spoil: (res: Response) => void, mend: (res: Response) => void][] = [
  [
    'a reason',
    (res) => void Object.assign(res, { statusMessage: 'a\r\nb' }),
    (res) => void Object.assign(res, { statusMessage: 'ok' }),
  ],
  [
    'a status',
    (res) => void Object.assign(res, { statusCode: 1000 }),
    (res) => void Object.assign(res, { statusCode: 200 }),
  ],
  [
    'a list that has changed',
    (res) => {
      const list = ['a'];
      res.setHeader('X-List', list);
      list.push('b\r\nc');
    },
    (res) => res.removeHeader('X-List'),
  ],
];

for (const [what, spoil, mend] of refusedHeads)
  for (const [goesOn, writes] of [
    ['written to and ended', (res: Response) => void [res.write('ab'), res.end('c')]],
    ['ended', (res: Response) => void res.end('abc')],
    ['flushed and ended', (res: Response) => void [res.flushHeaders(), res.end('abc')]],
  ] as const)
    behaviour(
      `a response whose end was refused for ${what} is whole where it is mended, and ${goesOn}`,
      async ({ serve }) => {
        const { connect } = await serve((_req, res) => {
          spoil(res);
          try {
            res.end('z');
          } catch {
            mend(res);
            writes(res);
          }
        });
        const client = connect();
        for (let i = 0; i < 2; i++) assert.equal((await client.send(get()).response()).body, 'abc');
      },
      what !== 'a list that has changed' && goesOn === 'ended'
        ? {}
        : { notNode: 'it sends what was refused, or says the length of that' },
    );
