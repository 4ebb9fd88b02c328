// What the handler sees of a request's fields: how duplicates are joined, and the raw and distinct views.
import assert from 'node:assert/strict';
import { refusesManyFields } from '../../dist/node/line-habits.js';
import { behaviour, get, until } from '../subjects.js';

/** Field lines sent, and what `headers` makes of them (Host apart). */
const joins: [
  sentence: string,
  lines: string[],
  headers: Record<string, string | string[]>,
  notNode?: string,
][] = [
  ['names are lowercased', ['X-FoO: Bar'], { 'x-foo': 'Bar' }],
  ['whitespace around values goes', ['X:  \t a b \t '], { x: 'a b' }],
  ['an empty value stays', ['X:'], { x: '' }],
  ['unknown fields are joined with a comma', ['X: a', 'x: b', 'X: c'], { x: 'a, b, c' }],
  ['an empty value is joined too', ['X: a', 'X:', 'X: b'], { x: 'a, , b' }],
  ['Cookie is joined with a semicolon', ['Cookie: a=1', 'Cookie: b=2'], { cookie: 'a=1; b=2' }],
  ['Set-Cookie is a list, even alone', ['Set-Cookie: a'], { 'set-cookie': ['a'] }],
  ['Set-Cookie is a list', ['Set-Cookie: a', 'Set-Cookie: b'], { 'set-cookie': ['a', 'b'] }],
  ['values are latin1', ['X: \xe9t\xe9'], { x: 'été' }],
  [
    '__proto__ is a field like others',
    ['__proto__: a'],
    JSON.parse('{"__proto__":"a"}'),
    'it loses the field',
  ],
  ['constructor is a field like others', ['constructor: a'], { constructor: 'a' }],
  ...[
    'Age',
    'Authorization',
    'Content-Type',
    'ETag',
    'Expires',
    'From',
    'If-Modified-Since',
    'If-Unmodified-Since',
    'Last-Modified',
    'Location',
    'Max-Forwards',
    'Proxy-Authorization',
    'Referer',
    'Retry-After',
    'Server',
    'User-Agent',
  ].map((name): [string, string[], Record<string, string>] => [
    `of two ${name} the first counts`,
    [`${name}: a`, `${name}: b`],
    { [name.toLowerCase()]: 'a' },
  ]),
  ...[
    'Accept',
    'Accept-Encoding',
    'Accept-Language',
    'Cache-Control',
    'Content-Encoding',
    'Date',
    'If-Match',
    'If-None-Match',
    'Origin',
    'Vary',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'Via',
    'Range',
  ].map((name): [string, string[], Record<string, string>] => [
    `two ${name} are joined`,
    [`${name}: a`, `${name.toUpperCase()}: b`],
    { [name.toLowerCase()]: 'a, b' },
  ]),
];

for (const [sentence, lines, expected, notNode] of joins) {
  behaviour(
    `headers: ${sentence}`,
    async ({ serve }) => {
      let headers: object = {};
      const { ask } = await serve((req, res) => {
        headers = { ...req.headers };
        res.end();
      });
      await ask(get('/', ...lines));
      delete (headers as Record<string, string>).host;
      assert.deepEqual(headers, { ...expected });
    },
    notNode ? { notNode } : {},
  );
}

behaviour(
  'two Host fields are refused',
  async ({ serve }) => {
    const { ask } = await serve(() => assert.fail('request was emitted'));
    assert.equal((await ask('GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')).status, 400);
  },
  { notNode: 'it takes the first' },
);

behaviour('joinDuplicateHeaders joins what else would be dropped', async ({ serve }) => {
  const { ask } = await serve({ joinDuplicateHeaders: true }, (req, res) =>
    res.end(JSON.stringify(req.headers)),
  );
  const lines = [
    'Authorization: a',
    'Authorization: b',
    'Cookie: a',
    'Cookie: b',
    'Set-Cookie: a',
    'X: a',
    'X: b',
  ];
  assert.deepEqual(JSON.parse((await ask(get('/', ...lines))).body), {
    host: 'a',
    authorization: 'a, b',
    cookie: 'a; b',
    'set-cookie': ['a'],
    x: 'a, b',
  });
});

behaviour('rawHeaders has every line as sent, in order', async ({ serve }) => {
  const { ask } = await serve((req, res) => res.end(JSON.stringify(req.rawHeaders)));
  const response = await ask(get('/', 'X-a: 1', 'x-A: 2 ', 'Authorization: b', 'AUTHORIZATION: c'));
  assert.deepEqual(JSON.parse(response.body), [
    ...['Host', 'a', 'X-a', '1', 'x-A', '2', 'Authorization', 'b', 'AUTHORIZATION', 'c'],
  ]);
});

behaviour('headersDistinct has a list for every field, on an object without prototype', async ({ serve }) => {
  let prototype: unknown = 1;
  const { ask } = await serve((req, res) => {
    prototype = Object.getPrototypeOf(req.headersDistinct);
    assert.equal(req.headersDistinct, req.headersDistinct);
    res.end(JSON.stringify(req.headersDistinct));
  });
  const response = await ask(
    get('/', 'X: a', 'Authorization: b', 'Authorization: c', 'Set-Cookie: d', 'x: e'),
  );
  assert.deepEqual(JSON.parse(response.body), {
    host: ['a'],
    x: ['a', 'e'],
    authorization: ['b', 'c'],
    'set-cookie': ['d'],
  });
  assert.equal(prototype, null);
});

behaviour('headers is made once, may be changed and replaced', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    const { headers } = req;
    headers['x-added'] = 'yes';
    const same = req.headers === headers && req.headers['x-added'] === 'yes';
    req.headers = { other: 'object' };
    res.end(JSON.stringify([same, req.headers, Object.hasOwn(headers, 'host'), headers instanceof Object]));
  });
  assert.deepEqual(JSON.parse((await ask(get())).body), [true, { other: 'object' }, true, true]);
});

behaviour('headers are there after the answer was sent', async ({ serve }) => {
  let late: unknown;
  const { ask } = await serve((req, res) => {
    res.on('close', () => {
      late = [req.headers.x, req.rawHeaders.length, req.url];
    });
    res.end();
  });
  await ask(get('/url', 'X: a', 'Connection: close'));
  await until(() => late !== undefined, "'close' of the answer");
  assert.deepEqual(late, ['a', 6, '/url']);
});

/** Whether fields beyond the bound are refused on this Node. */
const refuses = refusesManyFields();

for (const [says, count, fields, expected] of [
  ['as many as were set', 2, 2, '200 2'],
  ['one more than was set', 2, 3, refuses ? '431' : '200 2'],
  ['a hundred more than were set', 2, 102, refuses ? '431' : '200 2'],
  ['any number where 0 was set', 0, 1002, '200 1002'],
  ['any number where less than 0 was set', -1, 1002, '200 1002'],
  ['as many as Node lets through by itself', null, 1000, '200 1000'],
  ['more than that', null, 1001, refuses ? '431' : '200 1001'],
  ['a number that is text counts for nothing', '2', 1000, '200 1000'],
] as const) {
  behaviour(
    `maxHeadersCount: ${says}`,
    async ({ serve }) => {
      const { server, ask } = await serve((req, res) => res.end(`${req.rawHeaders.length / 2}`));
      server.maxHeadersCount = count as never;
      const { status, body } = await ask(get('/', ...Array.from({ length: fields - 1 }, () => 'a:')));
      assert.equal(status === 200 ? `200 ${body}` : `${status}`, expected);
    },
    // It looks at fields by thirty-two there.
    !refuses && expected === '200 2' && fields > 2 ? { notNode: 'it drops most of them only' } : {},
  );
}

const chunked =
  'POST / HTTP/1.1\r\nHost: a\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n';

behaviour('trailers come after the body, in all their views', async ({ serve }) => {
  const before: unknown[] = [];
  const { ask } = await serve((req, res) => {
    before.push(Object.keys(req.trailers).length, req.rawTrailers.length);
    req.resume().on('end', () => {
      const { trailers, trailersDistinct, rawTrailers } = req;
      res.end(JSON.stringify({ trailers, trailersDistinct, rawTrailers, x: req.headers.x ?? null }));
    });
  });
  const response = await ask(`${chunked}X: a\r\nx: b\r\nSet-Cookie: c\r\nETag: d\r\nETag: e\r\n\r\n`);
  assert.deepEqual(before, [0, 0]);
  assert.deepEqual(JSON.parse(response.body), {
    trailers: { x: 'a, b', 'set-cookie': ['c'], etag: 'd' },
    trailersDistinct: { x: ['a', 'b'], 'set-cookie': ['c'], etag: ['d', 'e'] },
    rawTrailers: ['X', 'a', 'x', 'b', 'Set-Cookie', 'c', 'ETag', 'd', 'ETag', 'e'],
    x: null,
  });
});

behaviour('without trailers their views are empty', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    req.resume().on('end', () => {
      res.end(JSON.stringify([req.trailers, req.trailersDistinct, req.rawTrailers]));
    });
  });
  assert.equal((await ask(`${chunked}\r\n`)).body, '[{},{},[]]');
  assert.equal((await ask(get())).body, '[{},{},[]]');
});
