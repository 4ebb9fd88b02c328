// Every misuse of an answer's methods, and the error with Node's code that it throws.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { behaviour, get, type Http, type Request, type Response } from '../subjects.js';

/** A response on no connection, as programs make them for tests. */
function response(http: Http, method = 'GET'): Response {
  const { IncomingMessage, ServerResponse } = http;
  const req: Request = Object.assign(new IncomingMessage(null as never), {
    method,
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  });
  return new ServerResponse(req) as Response;
}

const sent = (res: Response) => res.writeHead(200) as Response;

const misuse: [sentence: string, act: (res: Response) => unknown, code: string, message?: RegExp][] = [
  [
    'setHeader without a name',
    (res) => res.setHeader('', 'a'),
    'ERR_INVALID_HTTP_TOKEN',
    /Header name must be a valid HTTP token \[""\]/,
  ],
  ['setHeader with a space in the name', (res) => res.setHeader('a b', 'a'), 'ERR_INVALID_HTTP_TOKEN'],
  ['setHeader with CRLF in the name', (res) => res.setHeader('a\r\nb', 'a'), 'ERR_INVALID_HTTP_TOKEN'],
  ['setHeader with an accent in the name', (res) => res.setHeader('é', 'a'), 'ERR_INVALID_HTTP_TOKEN'],
  [
    'setHeader with a name that is no string',
    (res) => res.setHeader(1 as never, 'a'),
    'ERR_INVALID_HTTP_TOKEN',
  ],
  [
    'setHeader without a value',
    (res) => res.setHeader('a', undefined as never),
    'ERR_HTTP_INVALID_HEADER_VALUE',
    /Invalid value "undefined" for header "a"/,
  ],
  [
    'setHeader with CRLF in the value',
    (res) => res.setHeader('a', 'b\r\nc: d'),
    'ERR_INVALID_CHAR',
    /Invalid character in header content \["a"\]/,
  ],
  ['setHeader with LF in the value', (res) => res.setHeader('a', 'b\nc'), 'ERR_INVALID_CHAR'],
  ['setHeader with NUL in the value', (res) => res.setHeader('a', 'b\0'), 'ERR_INVALID_CHAR'],
  ['setHeader with a value beyond latin1', (res) => res.setHeader('a', 'b€'), 'ERR_INVALID_CHAR'],
  ['setHeader with CRLF in a list', (res) => res.setHeader('a', ['b', 'c\r\nd']), 'ERR_INVALID_CHAR'],
  ['appendHeader with a bad name', (res) => res.appendHeader('a:', 'a'), 'ERR_INVALID_HTTP_TOKEN'],
  [
    'appendHeader without a value',
    (res) => res.appendHeader('a', undefined as never),
    'ERR_HTTP_INVALID_HEADER_VALUE',
  ],
  ['appendHeader with a bad value', (res) => res.appendHeader('a', '\r'), 'ERR_INVALID_CHAR'],
  ['setHeaders with an object', (res) => res.setHeaders({ a: 'b' } as never), 'ERR_INVALID_ARG_TYPE'],
  ['setHeaders with a list', (res) => res.setHeaders([['a', 'b']] as never), 'ERR_INVALID_ARG_TYPE'],
  ['setHeaders with nothing', (res) => res.setHeaders(undefined as never), 'ERR_INVALID_ARG_TYPE'],
  ['getHeader without a string', (res) => res.getHeader(1 as never), 'ERR_INVALID_ARG_TYPE'],
  ['hasHeader without a string', (res) => res.hasHeader(undefined as never), 'ERR_INVALID_ARG_TYPE'],
  ['removeHeader without a string', (res) => res.removeHeader(null as never), 'ERR_INVALID_ARG_TYPE'],
  ['writeHead(99)', (res) => res.writeHead(99), 'ERR_HTTP_INVALID_STATUS_CODE', /Invalid status code: 99/],
  ['writeHead(1000)', (res) => res.writeHead(1000), 'ERR_HTTP_INVALID_STATUS_CODE'],
  [
    'writeHead("bad")',
    (res) => res.writeHead('bad' as never),
    'ERR_HTTP_INVALID_STATUS_CODE',
    /Invalid status code: bad/,
  ],
  ['writeHead(undefined)', (res) => res.writeHead(undefined as never), 'ERR_HTTP_INVALID_STATUS_CODE'],
  [
    'writeHead with CRLF in the reason',
    (res) => res.writeHead(200, 'a\r\nb'),
    'ERR_INVALID_CHAR',
    /Invalid character in statusMessage/,
  ],
  ['writeHead with a bad name', (res) => res.writeHead(200, { 'a b': 'c' }), 'ERR_INVALID_HTTP_TOKEN'],
  ['writeHead with a bad value', (res) => res.writeHead(200, { a: 'b\n' }), 'ERR_INVALID_CHAR'],
  [
    'writeHead with an undefined value',
    (res) => res.writeHead(200, { a: undefined }),
    'ERR_HTTP_INVALID_HEADER_VALUE',
  ],
  ['writeHead with an odd list', (res) => res.writeHead(200, ['a', 'b', 'c']), 'ERR_INVALID_ARG_VALUE'],
  [
    'writeHead with a bad name in a list',
    (res) => res.writeHead(200, ['a b', 'c']),
    'ERR_INVALID_HTTP_TOKEN',
  ],
  [
    'writeHead twice',
    (res) => sent(res).writeHead(200),
    'ERR_HTTP_HEADERS_SENT',
    /Cannot write headers after they are sent to the client/,
  ],
  [
    'setHeader after the head',
    (res) => sent(res).setHeader('a', 'b'),
    'ERR_HTTP_HEADERS_SENT',
    /Cannot set headers/,
  ],
  [
    'setHeaders after the head',
    (res) => sent(res).setHeaders(new Map()),
    'ERR_HTTP_HEADERS_SENT',
    /Cannot set headers/,
  ],
  [
    'appendHeader after the head',
    (res) => sent(res).appendHeader('a', 'b'),
    'ERR_HTTP_HEADERS_SENT',
    /Cannot append headers/,
  ],
  [
    'removeHeader after the head',
    (res) => sent(res).removeHeader('a'),
    'ERR_HTTP_HEADERS_SENT',
    /Cannot remove headers/,
  ],
  [
    'end with a bad statusCode',
    (res) => Object.assign(res, { statusCode: 5 }).end(),
    'ERR_HTTP_INVALID_STATUS_CODE',
  ],
  [
    'end with a bad statusMessage',
    (res) => Object.assign(res, { statusMessage: 'a\nb' }).end(),
    'ERR_INVALID_CHAR',
  ],
  [
    'Trailer without chunks',
    (res) => res.writeHead(200, { Trailer: 'A', 'Content-Length': 1 }),
    'ERR_HTTP_TRAILER_INVALID',
  ],
  [
    'addTrailers with a bad name',
    (res) => res.addTrailers({ 'a b': 'c' }),
    'ERR_INVALID_HTTP_TOKEN',
    /Trailer name must be a valid HTTP token/,
  ],
  [
    'addTrailers with a bad value',
    (res) => res.addTrailers({ a: 'b\r\nc' }),
    'ERR_INVALID_CHAR',
    /Invalid character in trailer content \["a"\]/,
  ],
  ['write(null)', (res) => res.write(null), 'ERR_STREAM_NULL_VALUES'],
  ['write()', (res) => res.write(undefined), 'ERR_INVALID_ARG_TYPE'],
  [
    'write(number)',
    (res) => res.write(1),
    'ERR_INVALID_ARG_TYPE',
    /The "chunk" argument must be of type string or an instance of Buffer or Uint8Array/,
  ],
  ['write(object)', (res) => res.write({}), 'ERR_INVALID_ARG_TYPE'],
  ['end(number)', (res) => res.end(1), 'ERR_INVALID_ARG_TYPE'],
  ['writeEarlyHints with a bad link', (res) => res.writeEarlyHints({ link: 'bad' }), 'ERR_INVALID_ARG_VALUE'],
  [
    'writeEarlyHints without an object',
    (res) => res.writeEarlyHints('link' as never),
    'ERR_INVALID_ARG_TYPE',
  ],
];

for (const [sentence, act, code, message] of misuse) {
  behaviour(
    `${sentence} throws ${code}`,
    ({ http }) => {
      assert.throws(
        () => act(response(http)),
        (error: NodeJS.ErrnoException) => {
          assert.ok(error instanceof Error);
          assert.equal(error.code, code);
          const shown = `${error.name} [${code}]: ${error.message}`;
          assert.equal(String(error), shown);
          assert.ok(inspect(error).startsWith(shown), inspect(error));
          assert.ok(`${error.stack}`.startsWith(shown), `${error.stack}`);
          if (message) assert.match(error.message, message);
          return true;
        },
      );
    },
    { only: 'plain' },
  );
}

behaviour(
  'validateHeaderName and validateHeaderValue judge as setHeader does',
  ({ http }) => {
    const { validateHeaderValue } = http;
    const validateHeaderName: (name: string, label?: string) => void = http.validateHeaderName;
    validateHeaderName('X-A');
    validateHeaderValue('X-A', 'b');
    assert.throws(() => validateHeaderName('a b'), { code: 'ERR_INVALID_HTTP_TOKEN', name: 'TypeError' });
    assert.throws(() => validateHeaderName('a b', 'My field'), {
      message: /^My field must be a valid HTTP token/,
    });
    assert.throws(() => validateHeaderValue('a', undefined as never), {
      code: 'ERR_HTTP_INVALID_HEADER_VALUE',
    });
    assert.throws(() => validateHeaderValue('a', 'b\r\n'), { code: 'ERR_INVALID_CHAR' });
  },
  { only: 'plain' },
);

type RawWriter = Response & { _writeRaw(data: string, encoding: string): boolean };

for (const [what, encoding, isKnown] of [
  ['that does not exist', 'bogus', false],
  ['that does not exist, of no name', 'x-', false],
  ['that exists', 'latin1', true],
] as const) {
  for (const isCorked of [false, true]) {
    behaviour(
      `_writeRaw in an encoding ${what}, ${isCorked ? 'corked' : 'not corked'}, ${isKnown ? 'sends' : 'throws at once'}`,
      async ({ serve }) => {
        const { ask } = await serve((_req, res) => {
          const writer = res as RawWriter;
          res.writeHead(200, { 'Content-Length': 1 });
          res.flushHeaders();
          if (isCorked) res.cork();
          if (isKnown) writer._writeRaw('a', encoding);
          else assert.throws(() => writer._writeRaw('a', encoding), { code: 'ERR_UNKNOWN_ENCODING' });
          if (isCorked) res.uncork();
          if (!isKnown) res.write('b');
          res.end();
        });
        assert.equal((await ask(get())).body, isKnown ? 'a' : 'b');
      },
      { only: 'plain' },
    );
  }
}

type Sender = Response & Record<'_writeRaw' | '_send', (data: unknown) => boolean>;

const noChunks: [what: string, data: unknown, code: string][] = [
  ['a list', ['a'], 'ERR_INVALID_ARG_TYPE'],
  ['an object with a length', { length: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ['a number', 5, 'ERR_INVALID_ARG_TYPE'],
  ['null', null, 'ERR_STREAM_NULL_VALUES'],
];

for (const method of ['_writeRaw', '_send'] as const) {
  for (const isCorked of [false, true]) {
    behaviour(
      `what is neither text nor bytes is refused by ${method} at once, ${isCorked ? 'corked' : 'not corked'}`,
      async ({ serve }) => {
        const { ask } = await serve((_req, res) => {
          res.writeHead(200, { 'Content-Length': 1 });
          res.flushHeaders();
          if (isCorked) res.cork();
          for (const [what, data, code] of noChunks)
            assert.throws(() => (res as Sender)[method](data), { code }, what);
          if (isCorked) res.uncork();
          res.end('b');
        });
        assert.equal((await ask(get())).body, 'b');
      },
      { only: 'plain' },
    );
  }
}

const bodies: [what: string, chunk: string | Uint8Array][] = [
  ['text', 'a'],
  ['a Buffer', Buffer.from('a')],
  ['a Uint8Array', Uint8Array.of(97)],
];

for (const [what, chunk] of bodies) {
  behaviour(
    `an encoding that does not exist is refused at once with ${what}, and nothing of it is sent`,
    async ({ serve }) => {
      const { ask } = await serve((_req, res) => {
        for (const encoding of ['bogus', 5, ...(what === 'text' ? ['buffer'] : [])]) {
          for (const method of ['write', 'end'] as const) {
            const call = () => res[method](chunk, encoding as BufferEncoding);
            assert.throws(call, { code: 'ERR_UNKNOWN_ENCODING' }, `${method}, ${encoding}`);
          }
        }
        res.end('b');
      });
      assert.equal((await ask(get())).body, 'b');
    },
    { notNode: 'it throws when the piece leaves, after what stands before it', only: 'plain' },
  );
}

behaviour('bytes may be said to be in whatever encoding exists, or in that of buffers', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    for (const encoding of ['buffer', 'hex', 'latin1', 'utf16le', ''])
      res.write(Buffer.from('a'), encoding as BufferEncoding);
    res.end(Uint8Array.of(98), 'base64');
  });
  assert.equal((await ask(get())).body, 'aaaaab');
});
