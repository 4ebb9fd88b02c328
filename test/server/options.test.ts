// Every option of createServer: its default, what it refuses, and what it does.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { getDefaultHighWaterMark } from 'node:stream';
import { inspect } from 'node:util';
import { behaviour, get, type Options, type Server } from '../subjects.js';

const defaults: [property: string, value: unknown, since?: number][] = [
  ['timeout', 0],
  ['keepAliveTimeout', 5000],
  ['headersTimeout', 60_000],
  ['requestTimeout', 300_000],
  ['maxHeadersCount', null],
  ['listening', false],
  ['connectionsCheckingInterval', 30_000],
  ['keepAliveTimeoutBuffer', 1000, 24],
  ['joinDuplicateHeaders', undefined],
  ['requireHostHeader', true],
  ['rejectNonStandardBodyWrites', false],
  ['insecureHTTPParser', undefined],
  ['maxHeaderSize', undefined],
  ['httpAllowHalfOpen', false],
];

for (const [property, value, since] of defaults) {
  behaviour(
    `${property} is ${value} by default`,
    ({ subject }) => {
      const server = subject.createServer({}) as Server & Record<string, unknown>;
      assert.equal(server[property], value);
    },
    since ? { since } : {},
  );
}

behaviour(
  'maxRequestsPerSocket is 0 by default',
  ({ subject }) => {
    assert.equal(subject.createServer({}).maxRequestsPerSocket, 0);
  },
  { only: 'plain' },
);

const kept: [option: string, value: unknown, since?: number][] = [
  ['keepAliveTimeout', 1234],
  ['headersTimeout', 1234],
  ['requestTimeout', 100_000],
  ['connectionsCheckingInterval', 1234],
  ['keepAliveTimeoutBuffer', 12, 24],
  ['joinDuplicateHeaders', true],
  ['requireHostHeader', false],
  ['rejectNonStandardBodyWrites', true],
  ['insecureHTTPParser', true],
  ['maxHeaderSize', 1234],
];

for (const [option, value, since] of kept) {
  behaviour(
    `the option ${option} is kept on the server`,
    ({ subject }) => {
      const server = subject.createServer({ [option]: value }) as Server & Record<string, unknown>;
      assert.equal(server[option], value);
    },
    since ? { since } : {},
  );
}

behaviour(
  'noDelay that is null counts as one that is not set',
  ({ subject }) => {
    const noDelay = (value: unknown) =>
      (subject.createServer({ noDelay: value as boolean }) as Server & { noDelay: boolean }).noDelay;
    assert.deepEqual([null, undefined, false, true].map(noDelay), [true, true, false, true]);
  },
  { only: 'plain' },
);

behaviour('headersTimeout is never above requestTimeout by default', ({ subject }) => {
  assert.equal(subject.createServer({ requestTimeout: 1000 }).headersTimeout, 1000);
});

const refused: [sentence: string, options: Options, code: string, since?: number][] = [
  ...[
    'keepAliveTimeout',
    'headersTimeout',
    'requestTimeout',
    'connectionsCheckingInterval',
    'maxHeaderSize',
  ].flatMap((option): [string, Options, string][] => [
    [`${option} as text`, { [option]: '1' }, 'ERR_INVALID_ARG_TYPE'],
    [`${option} below 0`, { [option]: -1 }, 'ERR_OUT_OF_RANGE'],
    [`${option} as a fraction`, { [option]: 1.5 }, 'ERR_OUT_OF_RANGE'],
    [`${option} beyond what numbers tell apart`, { [option]: 2 ** 53 }, 'ERR_OUT_OF_RANGE'],
  ]),
  ['keepAliveTimeoutBuffer below 0', { keepAliveTimeoutBuffer: -1 }, 'ERR_OUT_OF_RANGE', 24],
  ...['insecureHTTPParser', 'requireHostHeader', 'joinDuplicateHeaders', 'rejectNonStandardBodyWrites'].map(
    (option): [string, Options, string] => [`${option} as text`, { [option]: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
  ),
  ['optimizeEmptyRequests as text', { optimizeEmptyRequests: 'yes' as never }, 'ERR_INVALID_ARG_TYPE', 24],
  ['shouldUpgradeCallback as text', { shouldUpgradeCallback: 'yes' as never }, 'ERR_INVALID_ARG_TYPE', 24],
  ['headersTimeout above requestTimeout', { headersTimeout: 2, requestTimeout: 1 }, 'ERR_OUT_OF_RANGE'],
  ['keepAliveInitialDelay as text', { keepAliveInitialDelay: 'long' as never }, 'ERR_INVALID_ARG_TYPE'],
];

for (const [sentence, options, code, since] of refused) {
  const place = /^keepAliveInitialDelay /.test(sentence) ? ({ only: 'plain' } as const) : {};
  behaviour(
    `${sentence} is refused with ${code}`,
    ({ subject }) => {
      assert.throws(() => subject.createServer(options), { code });
    },
    since ? { since } : place,
  );
}

for (const none of [undefined, null, 0, false, '', Number.NaN])
  for (const name of ['IncomingMessage', 'ServerResponse'] as const)
    behaviour(
      `${name} that is ${none === '' ? 'an empty text' : none} is no class of the program's own`,
      async ({ serve }) => {
        const { ask } = await serve({ [name]: none } as Options, (_req, res) => res.end('answered'));
        assert.equal((await ask(get())).body, 'answered');
      },
      { only: 'plain' },
    );

for (const name of ['IncomingMessage', 'ServerResponse'] as const)
  for (const value of [5, 'text', true, {}, [], Symbol('class'), () => {}, async () => {}])
    behaviour(
      `${name} that is ${inspect(value)} is refused when the server is made`,
      ({ subject }) => {
        assert.throws(() => subject.createServer({ [name]: value } as Options), {
          code: 'ERR_INVALID_ARG_TYPE',
          message: new RegExp(`options\\.${name}.+derived from http\\.${name}`),
        });
      },
      { notNode: 'it throws at the first request, which ends the process', only: 'plain' },
    );

behaviour(
  'a function that makes requests or responses is taken for their class',
  async ({ serve, http }) => {
    function Request(socket: never) {
      return new http.IncomingMessage(socket);
    }
    const Response = new Proxy(http.ServerResponse, {});
    const { ask } = await serve(
      { IncomingMessage: Request, ServerResponse: Response } as never,
      (_req, res) => res.end('answered'),
    );
    assert.equal((await ask(get())).body, 'answered');
  },
  { only: 'plain' },
);

for (const [which, options, expected] of [
  [
    'the usual ones',
    {},
    { highWaterMark: getDefaultHighWaterMark(false), rejectNonStandardBodyWrites: false },
  ],
  ['highWaterMark', { highWaterMark: 77 }, { highWaterMark: 77, rejectNonStandardBodyWrites: false }],
  [
    'rejectNonStandardBodyWrites',
    { rejectNonStandardBodyWrites: true },
    { highWaterMark: getDefaultHighWaterMark(false), rejectNonStandardBodyWrites: true },
  ],
] as const)
  behaviour(
    `a response class of the program's own is given its settings: ${which}`,
    async ({ serve, http }) => {
      const given: unknown[] = [];
      class Own extends http.ServerResponse {
        constructor(request: never, settings: unknown) {
          super(request);
          given.push({ ...(settings as object) });
        }
      }
      const { ask } = await serve({ ...options, ServerResponse: Own } as never, (_req, res) => res.end());
      await ask(get());
      assert.deepEqual(given, [expected]);
    },
    { only: 'plain' },
  );

for (const list of [[1], [null], [undefined], [['a', 'b']], ['a', ['a']], [{}]])
  behaviour(
    `uniqueHeaders of ${inspect(list)} is refused${Array.isArray(list[1]) ? ', though it begins well' : ''}`,
    ({ subject }) => {
      const refusal = subject.oracle
        ? { name: 'TypeError' }
        : { name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' };
      assert.throws(() => subject.createServer({ uniqueHeaders: list as never }), refusal);
    },
    { only: 'plain' },
  );

behaviour(
  'uniqueHeaders that is no list counts as one that is not set',
  async ({ serve }) => {
    for (const none of ['a', 5, {}, null, new Set(['a']), true]) {
      const { ask } = await serve({ uniqueHeaders: none as never }, (_req, res) => {
        res.setHeader('A', ['1', '2']);
        res.end();
      });
      assert.equal((await ask(get())).fields.filter(([name]) => name === 'A').length, 2);
    }
  },
  { only: 'plain' },
);

behaviour(
  'options may be null, and must be an object',
  ({ http }) => {
    (http.createServer as unknown as (options: null) => unknown)(null);
    assert.throws(() => http.createServer('x' as never), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => http.createServer([] as never), { code: 'ERR_INVALID_ARG_TYPE' });
  },
  { only: 'plain' },
);

behaviour('maxHeaderSize bounds the head of a request', async ({ serve }) => {
  const { ask } = await serve({ maxHeaderSize: 1000 }, (_req, res) => res.end('ok'));
  assert.equal((await ask(get('/', `X: ${'a'.repeat(500)}`))).status, 200);
  const response = await ask(get('/', `X: ${'a'.repeat(1500)}`));
  assert.equal(response.status, 431);
  assert.equal(response.field('connection'), 'close');
});

behaviour('the head of a request is bounded by 16 KiB by default', async ({ serve, http }) => {
  const { ask } = await serve((_req, res) => res.end('ok'));
  assert.equal((await ask(get('/', `X: ${'a'.repeat(http.maxHeaderSize - 200)}`))).status, 200);
  assert.equal((await ask(get('/', `X: ${'a'.repeat(http.maxHeaderSize)}`))).status, 431);
});

behaviour('maxHeaderSize above the default allows more', async ({ serve }) => {
  const { ask } = await serve({ maxHeaderSize: 100_000 }, (req, res) =>
    res.end(String(req.headers.x?.length)),
  );
  assert.equal((await ask(get('/', `X: ${'a'.repeat(60_000)}`))).body, '60000');
});

behaviour('requireHostHeader: false allows HTTP/1.1 without Host', async ({ serve }) => {
  const { ask } = await serve({ requireHostHeader: false }, (_req, res) => res.end('ok'));
  assert.equal((await ask('GET / HTTP/1.1\r\n\r\n')).body, 'ok');
});

for (const [sentence, request, status] of [
  ['HEAD', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', 200],
  ['204', get(), 204],
  ['304', get(), 304],
] as const) {
  behaviour(`rejectNonStandardBodyWrites makes a body for ${sentence} throw`, async ({ serve }) => {
    const codes: unknown[] = [];
    const { connect } = await serve({ rejectNonStandardBodyWrites: true }, (_req, res) => {
      res.statusCode = status;
      for (const act of [() => res.write('body'), () => res.end('body')]) {
        try {
          act();
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code);
        }
      }
      res.end();
    });
    await connect().send(request).response('HEAD');
    assert.deepEqual(codes, ['ERR_HTTP_BODY_NOT_ALLOWED', 'ERR_HTTP_BODY_NOT_ALLOWED']);
  });
}

behaviour(
  'optimizeEmptyRequests gives a request without a body no body events',
  async ({ serve }) => {
    const { ask } = await serve({ optimizeEmptyRequests: true }, (req, res) => {
      const events: string[] = [];
      for (const event of ['data', 'end', 'close']) req.on(event, () => events.push(event));
      setTimeout(() => res.end(`${req.headers['content-length'] ?? 'none'}: ${events}`), 5);
    });
    assert.equal((await ask(get())).body, 'none: ');
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab';
    assert.equal((await ask(post)).body, '2: data,end,close');
  },
  { since: 24 },
);

behaviour(
  'highWaterMark is that of sockets, requests and answers',
  async ({ serve }) => {
    const { ask } = await serve({ highWaterMark: 12_345 }, (req, res) => {
      res.end(
        String([req.socket.readableHighWaterMark, req.readableHighWaterMark, res.writableHighWaterMark]),
      );
    });
    assert.equal((await ask(get())).body, '12345,12345,12345');
  },
  { only: 'plain' },
);

for (const [option, method] of [
  ['noDelay', 'setNoDelay'],
  ['keepAlive', 'setKeepAlive'],
] as const) {
  behaviour(
    `${option} reaches the socket`,
    async ({ serve }) => {
      const { server, ask } = await serve({ [option]: true, keepAliveInitialDelay: 1000 }, (_req, res) =>
        res.end('ok'),
      );
      server.on('connection', (socket: Socket) => assert.equal(typeof socket[method], 'function'));
      assert.equal((await ask(get())).body, 'ok');
      assert.equal((server as unknown as Record<string, unknown>)[option], true);
    },
    { only: 'plain' },
  );
}
