// The head of an answer: writeHead in all its forms, the status line, Date and the server's own fields.
import assert from 'node:assert/strict';
import { behaviour, get, type Response } from '../subjects.js';

type Fields = [name: string, value: string][];

/** `act` writes the head; then the answer is ended. `fields` are those of the answer but the server's own. */
const table: [
  sentence: string,
  act: (res: Response) => void,
  status: number,
  reason: string,
  fields: Fields,
][] = [
  ['nothing at all', () => {}, 200, 'OK', []],
  [
    'statusCode',
    (res: Response) => {
      res.statusCode = 404;
    },
    404,
    'Not Found',
    [],
  ],
  ['writeHead(status)', (res) => res.writeHead(201), 201, 'Created', []],
  ['writeHead(status, reason)', (res) => res.writeHead(200, 'Fine'), 200, 'Fine', []],
  ['writeHead(status, empty reason)', (res) => res.writeHead(200, ''), 200, '', []],
  ['writeHead(status, object)', (res) => res.writeHead(200, { 'X-A': 'b' }), 200, 'OK', [['X-A', 'b']]],
  [
    'writeHead(status, reason, object)',
    (res) => res.writeHead(299, 'Odd', { A: '1' }),
    299,
    'Odd',
    [['A', '1']],
  ],
  [
    'writeHead(status, undefined, object)',
    (res) => res.writeHead(200, undefined, { A: '1' }),
    200,
    'OK',
    [['A', '1']],
  ],
  ['writeHead(unknown status)', (res) => res.writeHead(799), 799, 'unknown', []],
  ['writeHead("202")', (res) => res.writeHead('202' as never), 202, 'Accepted', []],
  ['writeHead(200.9)', (res) => res.writeHead(200.9), 200, 'OK', []],
  [
    'a list value as lines of their own',
    (res) => res.writeHead(200, { 'X-A': ['1', '2'], 'Set-Cookie': ['a', 'b'] }),
    200,
    'OK',
    [
      ['X-A', '1'],
      ['X-A', '2'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ],
  ],
  [
    'a list of cookies as one line',
    (res) => res.writeHead(200, { Cookie: ['a', 'b'] }),
    200,
    'OK',
    [['Cookie', 'a; b']],
  ],
  ['a number as value', (res) => res.writeHead(200, { 'X-A': 7 }), 200, 'OK', [['X-A', '7']]],
  [
    'a flat list of fields',
    (res) => res.writeHead(200, ['X-A', '1', 'X-B', '2', 'X-A', '3']),
    200,
    'OK',
    [
      ['X-A', '1'],
      ['X-B', '2'],
      ['X-A', '3'],
    ],
  ],
  [
    'a list of pairs',
    (res) =>
      res.writeHead(200, [
        ['X-A', '1'],
        ['X-A', '2'],
      ] as never),
    200,
    'OK',
    [
      ['X-A', '1'],
      ['X-A', '2'],
    ],
  ],
  [
    'writeHead over setHeader',
    (res) => {
      res.setHeader('x-a', 'old');
      res.setHeader('X-B', 'kept');
      res.writeHead(200, { 'X-A': 'new' });
    },
    200,
    'OK',
    [
      ['X-A', 'new'],
      ['X-B', 'kept'],
    ],
  ],
  [
    'statusMessage',
    (res) => {
      res.statusMessage = 'Mine';
    },
    200,
    'Mine',
    [],
  ],
  [
    'statusMessage with writeHead(status)',
    (res) => {
      res.statusMessage = 'Mine';
      res.writeHead(400);
    },
    400,
    'Mine',
    [],
  ],
];

const own = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

for (const [sentence, act, status, reason, fields] of table) {
  behaviour(`${sentence} makes the head it says`, async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      act(res);
      res.end('body');
    });
    const response = await ask(get());
    assert.equal(response.status, status);
    assert.equal(response.reason, reason);
    assert.deepEqual(
      response.fields.filter(([name]) => !own.has(name.toLowerCase())),
      fields,
    );
    assert.equal(response.body, 'body');
  });
}

behaviour(
  'a flat list over setHeader replaces, and keeps its own duplicates',
  async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      res.setHeader('x-a', 'old');
      res.writeHead(200, ['X-A', '1', 'X-A', '2']);
      res.end();
    });
    assert.equal((await ask(get())).field('x-a'), '1, 2');
  },
  { since: 22 },
);

behaviour('field values leave as latin1', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.setHeader('X-A', 'été');
    res.end(Buffer.from('body'));
  });
  assert.equal((await ask(get())).field('x-a'), '\xe9t\xe9');
});

behaviour("the server's own fields follow the handler's, in Node's order", async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.setHeader('X-A', 'b');
    res.end('ok');
  });
  const response = await ask(get());
  assert.deepEqual(
    response.fields.map(([name]) => name),
    ['X-A', 'Date', 'Connection', 'Keep-Alive', 'Content-Length'],
  );
});

behaviour('Date is an IMF-fixdate near now', async ({ serve }) => {
  const { ask } = await serve((_req, res) => res.end());
  const date = (await ask(get())).field('date') ?? '';
  assert.equal(new Date(date).toUTCString(), date);
  assert.ok(Math.abs(Date.now() - Date.parse(date)) < 60_000);
});

const dates: [sentence: string, act: (res: Response) => void, date: string | undefined][] = [
  [
    'sendDate = false',
    (res) => {
      res.sendDate = false;
    },
    undefined,
  ],
  ['removeHeader("Date")', (res) => res.removeHeader('Date'), undefined],
  ['setHeader("Date")', (res) => res.setHeader('Date', 'then'), 'then'],
  ['writeHead with a date', (res) => res.writeHead(200, { date: 'then' }), 'then'],
];
for (const [sentence, act, date] of dates) {
  behaviour(`${sentence} decides the Date field`, async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      act(res);
      res.end();
    });
    assert.equal((await ask(get())).field('date'), date);
  });
}

behaviour('writeHead returns the response and sets its status', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    assert.equal(res.statusMessage, undefined);
    assert.equal(res.headersSent, false);
    assert.equal(res.writeHead(404), res);
    assert.equal(res.headersSent, true);
    res.end(`${res.statusCode} ${res.statusMessage}`);
  });
  assert.equal((await ask(get())).body, '404 Not Found');
});

behaviour('fields given to writeHead alone are not among getHeaders', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.writeHead(200, { 'X-A': 'b' });
    res.end(JSON.stringify([res.getHeaders(), res.getHeader('x-a') ?? null, res.hasHeader('x-a')]));
  });
  assert.equal((await ask(get())).body, '[{},null,false]');
});

behaviour('fields given to writeHead beside setHeader are', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.setHeader('X-C', 'd');
    res.writeHead(200, { 'X-A': 'b' });
    res.end(JSON.stringify(res.getHeaders()));
  });
  assert.equal((await ask(get())).body, '{"x-c":"d","x-a":"b"}');
});

behaviour(
  'uniqueHeaders joins the values of a field into one line',
  async ({ serve }) => {
    const { ask } = await serve({ uniqueHeaders: ['X-A', 'x-t'] }, (_req, res) => {
      res.setHeader('x-a', ['1', '2']);
      res.setHeader('X-B', ['1', '2']);
      res.setHeader('Trailer', 'X-T');
      res.write('body');
      res.addTrailers({ 'X-T': ['1', '2'], 'X-U': ['1', '2'] } as never);
      res.end();
    });
    const response = await ask(get());
    assert.deepEqual(
      response.fields.filter(([name]) => name.toLowerCase().startsWith('x-')),
      [
        ['x-a', '1; 2'],
        ['X-B', '1'],
        ['X-B', '2'],
      ],
    );
    assert.deepEqual(response.trailers, [
      ['X-T', '1; 2'],
      ['X-U', '1'],
      ['X-U', '2'],
    ]);
  },
  { only: 'plain' },
);

for (const [sentence, write] of [
  ['an object', (res, value) => res.writeHead(200, { 'X-A': value })],
  ['a list', (res, value) => res.writeHead(200, ['X-A', value as never])],
  ['setHeader', (res, value) => res.setHeader('X-A', value)],
] as [string, (res: Response, value: string[]) => unknown][]) {
  behaviour(
    `what uniqueHeaders joins may have nothing among it, given by ${sentence}`,
    async ({ serve }) => {
      for (const [value, text] of [
        [[undefined], ''],
        [['a', undefined], 'a;'],
        [[undefined, 'a'], '; a'],
      ] as [never, string][]) {
        const { ask } = await serve({ uniqueHeaders: ['X-A'] }, (_req, res) => {
          write(res, value);
          res.end();
        });
        assert.equal((await ask(get())).field('x-a'), text);
      }
    },
    { only: 'plain' },
  );
}

for (const names of [[undefined], [1], ['X-A', null], [{}]]) {
  behaviour(
    `uniqueHeaders that are no names are refused: ${JSON.stringify(names)}`,
    ({ subject }) => {
      assert.throws(() => subject.createServer({ uniqueHeaders: names as never }), TypeError);
    },
    { only: 'plain' },
  );
}

behaviour(
  'writeHeader is an older name of writeHead',
  async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      (res as unknown as { writeHeader: Response['writeHead'] }).writeHeader(202);
      res.end();
    });
    assert.equal((await ask(get())).status, 202);
  },
  { until: 25 },
);

const saidBefore: [what: string, name: string, value: string | string[]][] = [
  ['that the connection ends', 'Connection', 'close'],
  ['that it ends, in a list', 'Connection', ['close']],
  ['that it goes on', 'Connection', 'keep-alive'],
  ['for how long it stays', 'Keep-Alive', 'timeout=1'],
  ['the length of the body', 'Content-Length', '7'],
  ['its coding', 'Transfer-Encoding', 'gzip'],
  ['that it comes in chunks', 'Transfer-Encoding', 'chunked'],
  ['that trailers follow', 'Trailer', 'X-T'],
  ['when it was made', 'Date', 'never'],
];

const refusedAfter: [name: string, value: unknown][] = [
  ['X-A', 'a\nb'],
  ['X-A', ['a', 'a\nb']],
  ['X-A', undefined],
  ['X A', 'b'],
];

for (const [what, ...said] of saidBefore) {
  behaviour(
    `${what} doesn't count where a field after it in the head is refused`,
    async ({ serve }) => {
      const heads = refusedAfter.flatMap((refused) => [
        [said, refused],
        [...said, ...refused],
        Object.fromEntries([said, refused]),
      ]);
      const { connect } = await serve((req, res) => {
        const head = heads[Number(req.url?.slice(1))];
        if (head !== undefined) assert.throws(() => res.writeHead(200, head as never));
        res.end('body');
      });
      const client = connect();
      const answer = async (target: string) => {
        const { fields, body, framing } = await client.send(get(target)).response();
        return {
          framing,
          body,
          fields: fields.map(([name, value]) => [name, Date.parse(value) > 0 ? 'a time' : value]),
        };
      };
      const plain = await answer('/none');
      for (const at of heads.keys()) assert.deepEqual(await answer(`/${at}`), plain, `head ${at}`);
    },
    { notNode: 'some of it counts' },
  );
}

const refusedHeads: [what: string, ...head: unknown[]][] = [
  ...refusedAfter.map(([name, value]): [string, unknown] => [
    `a field ${JSON.stringify([name, value])}`,
    { [name]: value },
  ]),
  ['a list without its last value', ['X-A']],
  ['trailers where no chunks come', { Trailer: 'X-T' }],
];

for (const status of [204, 304]) {
  behaviour(
    `a ${status} that is refused leaves the next head of the response its body`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => {
        const [, ...head] = refusedHeads[Number(req.url?.slice(1))] ?? [];
        if (head.length > 0) assert.throws(() => res.writeHead(status, ...(head as [string])));
        res.writeHead(500, 'Failed').end('failed');
      });
      const client = connect();
      for (const [at, [what]] of refusedHeads.entries()) {
        const answer = await client.send(get(`/${at}`)).response();
        assert.deepEqual([answer.status, answer.framing, answer.body], [500, 'chunked', 'failed'], what);
      }
    },
    { notNode: 'it has none, and nothing says where it ends' },
  );

  behaviour(
    `a ${status} that is refused has no body where it is said again without what was refused`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => {
        assert.throws(() => res.writeHead(status, { 'X-A': 'a\nb' }));
        res.end('failed');
      });
      const client = connect();
      for (const target of ['/first', '/next']) {
        const answer = await client.send(get(target)).response();
        assert.deepEqual([answer.status, answer.body], [status, '']);
      }
    },
  );
}

behaviour('an answer to HEAD has no body after a head that was refused', async ({ serve }) => {
  const { connect } = await serve((_req, res) => {
    assert.throws(() => res.writeHead(204, { 'X-A': 'a\nb' }));
    res.writeHead(500).end('failed');
  });
  const client = connect();
  for (const target of ['/first', '/next']) {
    const answer = await client.send(get(target).replace('GET', 'HEAD')).response('HEAD');
    assert.deepEqual([answer.status, answer.body], [500, '']);
  }
});
