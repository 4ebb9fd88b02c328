// What adapters and test tools put in the place of a socket is handed what the program gave, when it gave it.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { behaviour, type Http, type Response, turns } from '../subjects.js';

/** Of a socket only what `node:http` asks for; it keeps what it is handed. */
class MockSocket extends EventEmitter {
  writable = true;
  writableLength = 0;
  writableHighWaterMark = 16_384;
  readonly _writableState = {};
  readonly handed: unknown[] = [];
  /** Whether a write is said to be done within it. */
  constructor(readonly accepts = true) {
    super();
  }
  // biome-ignore format: one line each
  cork() {}
  uncork() {}
  destroy() {}
  write(data: unknown, encoding?: unknown, callback?: unknown): boolean {
    this.handed.push(data);
    const written = typeof encoding === 'function' ? encoding : callback;
    if (typeof written === 'function') written();
    return this.accepts;
  }

  /** Those that are no framing. */
  get bodies(): unknown[] {
    return this.handed.filter((data) => !/^(HTTP\/.*\r\n\r\n)?([0-9a-f]+)?(\r\n)*$|^0\r\n/s.test(`${data}`));
  }

  get text(): string {
    return this.handed
      .map((data) => (data instanceof Uint8Array ? Buffer.from(data).toString('latin1') : data))
      .join('');
  }
}

function answered(http: Http, socket: MockSocket): Response {
  const res = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as never);
  res.sendDate = false;
  res.assignSocket(socket as never);
  return res as never;
}

const GIVEN: Record<string, () => Uint8Array | string> = {
  'bytes that are no text': () => Buffer.from([0xff, 0xfe, 0x80, 0]),
  'a byte': () => Buffer.from([0xe9]),
  'a Uint8Array': () => new Uint8Array([1, 2, 3]),
  'many bytes': () => Buffer.alloc(100_000, 0xee),
  'text in UTF-8': () => 'h\u00e9llo',
  'text of US-ASCII': () => 'hello',
};

for (const framing of ['chunked', 'of a length'] as const) {
  for (const [what, make] of Object.entries(GIVEN)) {
    behaviour(
      `a mock socket is handed ${what} as they were given, within the call: ${framing}`,
      ({ http }) => {
        const socket = new MockSocket();
        const res = answered(http, socket);
        const given = make();
        const length = Buffer.byteLength(given as string);
        if (framing === 'of a length') res.setHeader('Content-Length', 3 * length);
        res.flushHeaders();
        for (const times of [1, 2]) {
          assert.equal(res.write(given), true);
          assert.equal(socket.bodies.length, times);
          assert.equal(socket.bodies.at(-1), given);
        }
        res.end(given);
        assert.deepEqual(socket.bodies, [given, given, given]);
      },
      // Node 26 makes one chunk of what is written in a tick.
      framing === 'chunked' ? { only: 'plain', until: 24 } : { only: 'plain' },
    );
  }
}

behaviour(
  'a head is handed over with the text that follows it, and before bytes',
  ({ http }) => {
    const [text, bytes] = [new MockSocket(), new MockSocket()];
    answered(http, text).end('hello');
    const given = Buffer.from('hello');
    answered(http, bytes).end(given);
    assert.equal(text.handed.length, 1);
    assert.match(`${text.handed[0]}`, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nhello$/s);
    assert.equal(bytes.handed.length, 2);
    assert.match(`${bytes.handed[0]}`, /^HTTP\/1\.1 200 OK\r\n.*\r\n\r\n$/s);
    assert.equal(bytes.handed[1], given);
  },
  { only: 'plain', since: 24 },
);

behaviour(
  'what a mock socket says of a write is what the program hears',
  ({ http }) => {
    const res = answered(http, new MockSocket(false));
    assert.equal(res.write('a'), false);
    assert.equal(res.writableNeedDrain, true);
    assert.equal(answered(http, new MockSocket(true)).write('a'), true);
  },
  { only: 'plain', until: 24 },
);

behaviour(
  'a mock socket that is done at once tells of it at once: the write, the end, and that it has finished',
  ({ http }) => {
    const told: string[] = [];
    const res = answered(http, new MockSocket());
    res.on('finish', () => told.push('finish'));
    res.write(Buffer.of(1), () => told.push('write'));
    assert.deepEqual(told, ['write']);
    res.end(Buffer.of(2), () => told.push('end'));
    assert.deepEqual(told, ['write', 'end', 'finish']);
  },
  { only: 'plain', since: 24, until: 24 },
);

behaviour(
  'what was written before a mock socket came is handed over when it comes, and trailers at the end',
  ({ http }) => {
    const socket = new MockSocket();
    const res = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as never);
    res.sendDate = false;
    res.setHeader('Trailer', 'X-Sum');
    const given = Buffer.from([0xc3, 0x28]);
    res.write(given);
    res.assignSocket(socket as never);
    assert.deepEqual(socket.bodies, [given]);
    res.addTrailers({ 'X-Sum': '1' });
    res.end();
    assert.match(socket.text, /\r\n\r\n2\r\n\u00c3\(\r\n0\r\nX-Sum: 1\r\n\r\n$/);
  },
  { only: 'plain' },
);

behaviour(
  'what a mock socket throws reaches whoever wrote',
  ({ http }) => {
    const socket = new MockSocket();
    const res = answered(http, socket);
    socket.write = () => {
      throw new Error('full');
    };
    assert.throws(() => res.write('a'), /^Error: full$/);
  },
  { only: 'plain', until: 24 },
);

for (const [what, writable] of [
  ['is not writable', false],
  ['does not say that it is writable', undefined],
] as const)
  behaviour(
    `a mock socket that ${what} is handed nothing, and nobody is told`,
    async ({ http }) => {
      const socket = Object.assign(new MockSocket(), { writable });
      const res = answered(http, socket);
      for (const event of ['finish', 'error']) res.on(event, () => assert.fail(event));
      assert.equal(
        res.write('a', () => assert.fail('written')),
        true,
      );
      res.end('b', () => assert.fail('ended'));
      await turns();
      assert.deepEqual(socket.handed, []);
      assert.deepEqual([res.finished, res.headersSent, res.writableFinished], [true, true, false]);
    },
    { only: 'plain' },
  );

behaviour(
  'a stream that the program has ended is not written to, and has no error of it',
  async ({ http }) => {
    const stream = new Writable({ write: () => assert.fail('it was written to') });
    stream.on('error', () => assert.fail('it was told of an error')).end();
    const res = answered(http, stream as never);
    res.write('a');
    res.end('b');
    await turns();
    assert.equal(res.writableFinished, false);
  },
  { only: 'plain' },
);

behaviour(
  'a mock socket without the state of a Writable takes a whole answer',
  ({ http }) => {
    const socket = new MockSocket();
    Reflect.deleteProperty(socket, '_writableState');
    answered(http, socket).end('hello');
    assert.match(socket.text, /hello/);
  },
  { only: 'plain', notNode: '`end` throws' },
);
