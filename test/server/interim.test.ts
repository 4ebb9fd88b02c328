// Interim answers and Expect: 100 Continue, 102 Processing, 103 Early Hints (RFC 9110, sections 10.1.1 and 15.2).
import assert from 'node:assert/strict';
import { behaviour, get, type Response, until } from '../subjects.js';

const expecting = (length: number, expect = '100-continue') =>
  `POST / HTTP/1.1\r\nHost: a\r\nExpect: ${expect}\r\nContent-Length: ${length}\r\n\r\n`;

behaviour('Expect: 100-continue is answered with 100 and then the handler', async ({ serve }) => {
  const { connect } = await serve((req, res) => {
    req.pipe(res);
  });
  const client = connect().send(expecting(4));
  await client.sees('HTTP/1.1 100 Continue\r\n\r\n');
  client.send('body');
  const response = await client.response();
  assert.deepEqual(
    response.interim.map(({ status, fields }) => [status, fields]),
    [[100, []]],
  );
  assert.equal(response.body, 'body');
  assert.equal((await client.send(get()).response()).status, 200);
});

behaviour('100-continue is known in any case', async ({ serve }) => {
  const { connect } = await serve((_req, res) => res.end());
  const client = connect().send(expecting(0, '100-Continue'));
  assert.equal((await client.response()).interim.length, 1);
});

behaviour("with 'checkContinue' the handler decides, and 'request' is not emitted", async ({ serve }) => {
  const { server, connect } = await serve(() => assert.fail('request was emitted'));
  server.on('checkContinue', (req, res) => {
    res.writeContinue();
    req.pipe(res);
  });
  const client = connect().send(expecting(4));
  await client.sees('100 Continue');
  assert.equal((await client.send('body').response()).body, 'body');
});

behaviour('a refusal instead of 100 ends the connection', async ({ serve }) => {
  const { server, connect } = await serve(() => assert.fail('request was emitted'));
  server.on('checkContinue', (_req, res) => {
    res.statusCode = 403;
    res.end('no');
  });
  const client = connect().send(expecting(4));
  const response = await client.response();
  assert.equal(response.status, 403);
  assert.equal(response.field('connection'), 'close');
  assert.deepEqual(response.interim, []);
  await client.nothingMore();
});

behaviour('another expectation is answered with 417', async ({ serve }) => {
  const { ask } = await serve(() => assert.fail('request was emitted'));
  assert.equal((await ask(get('/', 'Expect: miracles'))).status, 417);
});

behaviour("'checkExpectation' gets another expectation", async ({ serve }) => {
  const { server, ask } = await serve(() => assert.fail('request was emitted'));
  server.on('checkExpectation', (req, res) => res.end(req.headers.expect));
  assert.equal((await ask(get('/', 'Expect: miracles'))).body, 'miracles');
});

behaviour('Expect from HTTP/1.0 is ignored', async ({ serve }) => {
  const { connect } = await serve((_req, res) => res.end('ok'));
  const client = connect().send('GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n');
  const response = await client.response();
  assert.deepEqual([response.status, response.interim.length], [200, 0]);
});

const interims: [sentence: string, act: (res: Response) => void, expected: unknown][] = [
  ['writeContinue', (res) => res.writeContinue(), [[100, 'Continue', []]]],
  ['writeProcessing', (res) => res.writeProcessing(), [[102, 'Processing', []]]],
  [
    'writeEarlyHints with a string',
    (res) => res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' }),
    [[103, 'Early Hints', [['Link', '</a.css>; rel=preload; as=style']]]],
  ],
  [
    'writeEarlyHints with a list',
    (res) => res.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] }),
    [[103, 'Early Hints', [['Link', '</a.css>; rel=preload, </b.js>; rel=preload']]]],
  ],
  [
    'writeEarlyHints with more fields',
    (res) => res.writeEarlyHints({ link: '</a>; rel=preload', 'x-id': '7' }),
    [
      [
        103,
        'Early Hints',
        [
          ['Link', '</a>; rel=preload'],
          ['x-id', '7'],
        ],
      ],
    ],
  ],
  [
    'writeEarlyHints with lists in a list',
    (res) =>
      res.writeEarlyHints({ link: [['</a>; rel=preload'], { toString: () => '</b>; rel=x' }] as never }),
    [[103, 'Early Hints', [['Link', '</a>; rel=preload, </b>; rel=x']]]],
  ],
  ['writeEarlyHints with an empty list', (res) => res.writeEarlyHints({ link: [] }), []],
  ['writeEarlyHints without a link', (res) => res.writeEarlyHints({}), []],
  [
    'several in a row',
    (res) => {
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a>; rel=preload' });
      res.writeProcessing();
    },
    [
      [102, 'Processing', []],
      [103, 'Early Hints', [['Link', '</a>; rel=preload']]],
      [102, 'Processing', []],
    ],
  ],
];

for (const [sentence, act, expected] of interims) {
  behaviour(`${sentence} sends what it says before the answer`, async ({ serve }) => {
    const { connect } = await serve((_req, res: Response) => {
      res.setHeader('X-A', 'b');
      act(res);
      assert.equal(res.headersSent, false);
      res.end('final');
    });
    const client = connect();
    for (let round = 0; round < 2; round++) {
      const response = await client.send(get()).response();
      assert.deepEqual(
        response.interim.map(({ status, reason, fields }) => [status, reason, fields]),
        expected,
      );
      assert.equal(response.body, 'final');
      assert.equal(response.field('x-a'), 'b');
    }
  });
}

behaviour('an interim answer leaves at once and calls back', async ({ serve }) => {
  let calls = 0;
  let go = () => {};
  const { connect } = await serve((_req, res) => {
    res.writeProcessing(() => calls++);
    res.writeEarlyHints({ link: '</a>; rel=preload' }, () => calls++);
    go = () => res.end();
  });
  const client = connect().send(get());
  await client.sees('rel=preload\r\n\r\n');
  await until(() => calls === 2, 'both callbacks');
  go();
  assert.equal((await client.response()).interim.length, 2);
});

for (const [name, act] of [
  ['writeContinue', (res: Response) => res.writeContinue()],
  ['writeProcessing', (res: Response) => res.writeProcessing()],
  ['writeEarlyHints', (res: Response) => res.writeEarlyHints({ link: '</a>; rel=preload' })],
] as const) {
  behaviour(
    `${name} after the head throws`,
    async ({ serve }) => {
      const { ask } = await serve((_req, res: Response) => {
        res.writeHead(200);
        assert.throws(() => act(res), { code: 'ERR_HTTP_HEADERS_SENT' });
        res.end('ok');
      });
      assert.equal((await ask(get())).body, 'ok');
    },
    { since: 24 },
  );
}

const wrongStatuses = [
  [200, 'ERR_OUT_OF_RANGE', /It must be >= 100 && <= 199\. Received 200$/],
  [99, 'ERR_OUT_OF_RANGE', /It must be >= 100 && <= 199\. Received 99$/],
  [103.5, 'ERR_OUT_OF_RANGE', /It must be an integer\. Received 103\.5$/],
  [Number.NaN, 'ERR_OUT_OF_RANGE', /It must be an integer\. Received NaN$/],
  ['103', 'ERR_INVALID_ARG_TYPE', /must be of type number\. Received type string \('103'\)$/],
  [undefined, 'ERR_INVALID_ARG_TYPE', /must be of type number\. Received undefined$/],
  [Symbol('a'), 'ERR_INVALID_ARG_TYPE', /must be of type number\. Received type symbol \(Symbol\(a\)\)$/],
] as const;

behaviour(
  'writeInformation sends any interim status with fields',
  async ({ serve }) => {
    type Informing = Response & { writeInformation(status: number, fields?: unknown): void };
    const { ask } = await serve((_req, response) => {
      const res = response as Informing;
      res.writeInformation(199, { 'X-A': 'b' });
      for (const [status, code, what] of wrongStatuses)
        assert.throws(() => res.writeInformation(status as number), { code, message: what });
      assert.throws(() => res.writeInformation(101), { code: 'ERR_HTTP_INVALID_STATUS_CODE' });
      assert.throws(() => res.writeInformation(103, { 'a b': 'c' }), { code: 'ERR_INVALID_HTTP_TOKEN' });
      assert.throws(() => res.writeInformation(103, { a: '\r\n' }), { code: 'ERR_INVALID_CHAR' });
      res.end();
    });
    const { interim } = await ask(get());
    assert.deepEqual(interim[0]?.fields, [['X-A', 'b']]);
  },
  { since: 24 },
);

behaviour(
  'hints that would split the answer are refused',
  async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      assert.throws(() => res.writeEarlyHints({ link: '</a>; rel=preload', 'x-a': 'b\r\nc: d' }), {
        code: 'ERR_INVALID_CHAR',
      });
      res.end('ok');
    });
    assert.equal((await ask(get())).body, 'ok');
  },
  { since: 24 },
);

for (const [what, callback] of [
  ['a number', 5],
  ['text', 'told'],
  ['an object', {}],
] as const) {
  for (const [call, since] of [
    ['writeContinue', 18],
    ['writeProcessing', 18],
    ['writeEarlyHints', 18],
    ['writeInformation', 25],
  ] as const) {
    for (const version of ['1.0', '1.1']) {
      behaviour(
        `${call} with ${what} for a callback, in answer to HTTP/${version}, calls nothing`,
        async ({ serve }) => {
          const { ask } = await serve((_req, res) => {
            const given = { writeEarlyHints: [{ link: '</a>; rel=preload' }], writeInformation: [103, {}] };
            const before = given[call as keyof typeof given] ?? [];
            Reflect.apply(Reflect.get(res, call), res, [...before, callback]);
            res.end('answered');
          });
          const { status, body } = await ask(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
          assert.deepEqual([status, body], [200, 'answered']);
        },
        version === '1.0' ? { notNode: 'it sends interim answers to HTTP/1.0' } : { since },
      );
    }
  }
}
