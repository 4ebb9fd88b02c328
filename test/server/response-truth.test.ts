// What leaves is exactly what was written, counted and framed once, whatever order a program calls in.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { runInNewContext } from 'node:vm';
import { behaviour, get, type Listener, type Response, until } from '../subjects.js';

/** Fills what is allocated without being cleared, so that it shows where it leaks. */
function poisoned<T>(work: () => Promise<T>): Promise<T> {
  const { allocUnsafe } = Buffer;
  Buffer.allocUnsafe = (size) => allocUnsafe(size).fill('POISON');
  return work().finally(() => {
    Buffer.allocUnsafe = allocUnsafe;
  });
}

const emoji = '\ud83d\ude00';
const slices = (text: string, length: number) =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, i) => text.slice(i * length, (i + 1) * length));

const halves: [sentence: string, pieces: (string | Uint8Array)[], encoding?: BufferEncoding][] = [
  ['in neighbouring writes', ['\ud83d', '\ude00']],
  ['with a buffer after', ['\ud83d', '\ude00', Buffer.alloc(2000, 'b')]],
  ['thirty times', Array.from({ length: 30 }, () => ['\ud83d', '\ude00']).flat()],
  ['in slices of 16,384', slices(`a${emoji.repeat(20_000)}`, 16_384)],
  ['with text that is US-ASCII between', ['\ud83d', '', 'a', '\ude00']],
  ['the low one first', ['\ude00', '\ud83d']],
  ['two high ones', ['\ud83d', '\ud83d', '\ude00']],
  ['as UTF-16', ['\ud83d', '\ude00'], 'utf16le'],
];

for (const [sentence, pieces, encoding] of halves) {
  const expected = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, encoding) : Buffer.from(piece))),
  ).toString('latin1');
  const length = expected.length;
  const write = (res: Response) => {
    for (const piece of pieces) res.write(piece, encoding as BufferEncoding);
  };
  const ways: [string, Listener][] = [
    [
      'in chunks',
      (_req, res) => {
        write(res);
        res.end();
      },
    ],
    [
      'corked',
      (_req, res) => {
        res.flushHeaders();
        res.cork();
        write(res);
        res.uncork();
        res.end();
      },
    ],
    [
      'with a length',
      (_req, res) => {
        res.setHeader('Content-Length', length);
        write(res);
        res.end();
      },
    ],
  ];
  for (const [way, listener] of ways) {
    behaviour(`halves of surrogate pairs ${sentence}, ${way}, are encoded each by itself`, ({ serve }) =>
      poisoned(async () => {
        const { ask } = await serve(listener);
        assert.equal((await ask(get())).body, expected);
      }),
    );
  }
}

/** 4,000 bytes that can become up to 8,000. */
function resizable(): ArrayBuffer & { resize(length: number): void } {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(length: number): void };
  return new Resizable(4000, { maxByteLength: 8000 });
}

const resized: [sentence: string, make: () => { bytes: Uint8Array; resize: () => void }][] = [
  [
    'transferred',
    () => {
      const bytes = new Uint8Array(4000).fill(0x61);
      return { bytes, resize: () => structuredClone(bytes.buffer, { transfer: [bytes.buffer] }) };
    },
  ],
  [
    'shrunk',
    () => {
      const buffer = resizable();
      return { bytes: new Uint8Array(buffer).fill(0x61), resize: () => buffer.resize(10) };
    },
  ],
];

for (const [sentence, make] of resized) {
  behaviour(
    `a buffer that is ${sentence} before it leaves cuts the connection, and sends nobody's bytes`,
    ({ serve }) =>
      poisoned(async () => {
        const { connect } = await serve((_req, res) => {
          const { bytes, resize } = make();
          res.write('first');
          res.write(bytes);
          resize();
          res.end('last');
        });
        assert.doesNotMatch(await connect().send(get()).rest(), /POISON|last/);
      }),
    { notNode: 'its framing breaks' },
  );
}

behaviour(
  "a buffer that grows before it leaves is sent as it was written, and nobody's bytes",
  ({ serve }) =>
    poisoned(async () => {
      const { ask } = await serve((_req, res) => {
        const buffer = resizable();
        res.write('first');
        res.write(new Uint8Array(buffer).fill(0x61));
        buffer.resize(8000);
        res.end('last');
      });
      assert.equal((await ask(get())).body, `first${'a'.repeat(4000)}last`);
    }),
  { notNode: 'its framing breaks' },
);

const changing: [sentence: string, listener: Listener, field: RegExp][] = [
  [
    'a list that grows after it was set is sent as it is when the head leaves',
    (_req, res) => {
      const list = ['a'];
      res.setHeader('X', list);
      list.push('é'.repeat(40));
      res.end('é');
    },
    /\r\nX: a\r\nX: \xe9{40}\r\n/,
  ],
  [
    'a list that shrinks after it was set',
    (_req, res) => {
      const list = ['a', 'b'];
      res.setHeader('X', list);
      list.length = 1;
      res.end();
    },
    /\r\nX: a\r\n(?!X)/,
  ],
];

for (const [sentence, listener, field] of changing) {
  behaviour(
    sentence,
    async ({ serve }) => {
      const { connect } = await serve(listener);
      assert.match(await connect().send(get('/', 'Connection: close')).rest(), field);
    },
    { notNode: 'it writes the field in another encoding where the body asks for that' },
  );
}

const splitting: [sentence: string, set: (res: Response) => unknown][] = [
  [
    'a list that gets a line break after it was set',
    (res) => {
      const list = ['a'];
      res.setHeader('X', list);
      list.push('b\r\nInjected: 1');
      res.end();
    },
  ],
  [
    'an object whose text changes',
    (res) => {
      let times = 0;
      const value = { toString: () => (times++ === 0 ? 'a' : 'a\r\nInjected: 1') };
      res.setHeader('X', value as never);
      res.end();
    },
  ],
  [
    'a reason phrase whose text changes',
    (res) => {
      let times = 0;
      res.statusMessage = { toString: () => (times++ === 0 ? 'a' : 'a\r\nInjected: 1') } as never;
      res.end();
    },
  ],
  [
    'an object in a trailer whose text changes',
    (res) => {
      let times = 0;
      res.write('a');
      res.addTrailers({ X: { toString: () => (times++ === 0 ? 'a' : 'a\r\nInjected: 1') } as never });
      res.end();
    },
  ],
  [
    'an object in early hints whose text changes',
    (res) => {
      let times = 0;
      const value = { toString: () => (times++ === 0 ? 'a' : 'a\r\nInjected: 1') };
      res.writeEarlyHints({ link: '</a>; rel=preload', 'x-a': value as never });
      res.end();
    },
  ],
];

for (const [sentence, set] of splitting) {
  behaviour(
    `${sentence} makes no line of its own`,
    async ({ serve }) => {
      const { connect } = await serve((_req, res) => {
        try {
          set(res);
        } catch {
          res.destroy();
        }
      });
      assert.doesNotMatch(await connect().send(get('/', 'Connection: close')).rest(), /^Injected/m);
    },
    { notNode: 'it looks at some values twice' },
  );
}

const corked: [sentence: string, listener: Listener, body: string][] = [
  [
    'twice and ended',
    (_req, res) => {
      res.cork();
      res.cork();
      res.end('x');
    },
    'x',
  ],
  [
    'three times, written and ended',
    (_req, res) => {
      res.cork();
      res.cork();
      res.cork();
      res.write('a');
      res.end('x');
    },
    'ax',
  ],
  [
    'before its head was written, and uncorked later',
    (_req, res) => {
      res.cork();
      res.write('a');
      setImmediate(() => {
        res.uncork();
        setImmediate(() => res.end('b'));
      });
    },
    'ab',
  ],
  [
    'uncorked once too often',
    (_req, res) => {
      res.cork();
      res.write('a');
      res.uncork();
      res.uncork();
      res.end('b');
    },
    'ab',
  ],
];

for (const [sentence, listener, body] of corked) {
  behaviour(
    `a response that was corked ${sentence} leaves`,
    async ({ serve }) => {
      const { ask } = await serve(listener);
      assert.equal((await ask(get())).body, body);
    },
    sentence.includes('times') || sentence.includes('too often')
      ? { notNode: 'some lines throw, or hold it back' }
      : {},
  );
}

behaviour('a response that is corked holds back no other', async ({ serve }) => {
  const held: Response[] = [];
  const { connect } = await serve((req, res) => {
    if (req.url === '/second') {
      res.cork();
      res.write('two');
      held.push(res);
    } else {
      res.end('one');
      res.cork();
    }
  });
  const client = connect().send(get('/first') + get('/second'));
  assert.equal((await client.response()).body, 'one');
  held[0]?.end();
  assert.equal((await client.response()).body, 'two');
});

for (const [sentence, destroy] of [
  ['at once', (res: Response) => void res.destroy()],
  ['in the next tick', (res: Response) => process.nextTick(() => res.destroy())],
  ['in a later turn', (res: Response) => setImmediate(() => res.destroy())],
] as const) {
  behaviour(
    `a response that was ended and then destroyed ${sentence}, before its turn, leaves whole, and so do those after it`,
    async ({ serve }) => {
      let first: Response | undefined;
      const { connect } = await serve((req, res) => {
        if (req.url === '/first') {
          first = res;
        } else if (req.url === '/second') {
          res.end('second');
          destroy(res);
          setImmediate(() => first?.end('first'));
        } else {
          res.end('third');
        }
      });
      const client = connect().send(get('/first') + get('/second') + get('/third'));
      for (const body of ['first', 'second', 'third']) assert.equal((await client.response()).body, body);
    },
    { since: 24 },
  );
}

const destroyed: [sentence: string, destroy: (res: Response) => unknown][] = [
  ['destroyed', (res) => res.destroy()],
  ['destroyed with an error', (res) => res.on('error', () => {}).destroy(new Error('no'))],
  ['destroyed and ended', (res) => res.destroy().end('late')],
  [
    'written and destroyed',
    (res) => {
      res.write('lost');
      res.destroy();
    },
  ],
];

for (const [sentence, destroy] of destroyed) {
  for (const large of [false, true]) {
    behaviour(
      `where a response is ${sentence} before its turn, ${large ? 'a large answer' : 'the answer'} before it leaves, and the connection is cut`,
      async ({ serve }) => {
        const first: Response[] = [];
        const { connect } = await serve((req, res) => {
          if (req.url === '/first') {
            first.push(res);
            return;
          }
          if (req.url !== '/second') return;
          destroy(res);
          setImmediate(() => first[0]?.end(large ? 'x'.repeat(4_000_000) : 'first'));
        });
        const client = connect().send(get('/first') + get('/second') + get('/third'));
        assert.equal((await client.response()).body.length, large ? 4_000_000 : 5);
        assert.equal(await client.rest(), '');
      },
      { notNode: 'the connection hangs, or the answer before is lost' },
    );
  }
}

const framings: [sentence: string, listener: Listener, present: RegExp, absent: RegExp, status?: number][] = [
  [
    'the codings of a list are all said',
    (_req, res) => res.writeHead(200, { 'Transfer-Encoding': ['gzip', 'chunked'] as never }).end('x'),
    /\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n/,
    /content-length/i,
  ],
  [
    'the codings of two lines are all said',
    (_req, res) => res.writeHead(200, ['Transfer-Encoding', 'gzip', 'transfer-encoding', 'chunked']).end('x'),
    /\r\nTransfer-Encoding: gzip\r\ntransfer-encoding: chunked\r\n/,
    /content-length/i,
  ],
  [
    'chunked is the last coding, and said once',
    (_req, res) =>
      res.writeHead(200, { 'Transfer-Encoding': ['chunked', 'gzip', 'chunked'] as never }).end('x'),
    /\r\nTransfer-Encoding: gzip, chunked\r\n/,
    /Transfer-Encoding: chunked\r\n/,
  ],
  [
    'two lengths beside chunked',
    (_req, res) =>
      res
        .writeHead(200, ['Content-Length', '1', 'Content-Length', '1', 'Transfer-Encoding', 'chunked'])
        .end('x'),
    /Transfer-Encoding: chunked/,
    /content-length/i,
  ],
  [
    'two lengths',
    (_req, res) => res.writeHead(200, ['Content-Length', '1', 'Content-Length', '1']).end('x'),
    /Content-Length: 1\r\n/,
    /Content-Length: 1\r\n[\s\S]*Content-Length/,
  ],
  [
    'two lengths in a 204',
    (_req, res) => res.writeHead(204, ['Content-Length', '1', 'content-length', '1']).end(),
    /204/,
    /content-length/i,
    204,
  ],
  [
    'a length that is no number',
    (_req, res) => res.writeHead(200, { 'Content-Length': '1, 1' }).end('x'),
    /Transfer-Encoding: chunked/,
    /content-length/i,
  ],
  [
    'a length and a coding in early hints',
    (_req, res) => {
      res.writeEarlyHints({
        link: '</a>; rel=preload',
        'content-length': '3',
        'transfer-encoding': 'chunked',
      });
      res.writeHead(204).end();
    },
    /103 Early Hints/,
    /content-length|transfer-encoding/i,
    204,
  ],
];

for (const [sentence, listener, present, absent] of framings) {
  behaviour(
    `framing: ${sentence}`,
    async ({ serve }) => {
      const { connect } = await serve(listener);
      const received = await connect().send(get('/', 'Connection: close')).rest();
      assert.match(received, present);
      assert.doesNotMatch(received, absent);
    },
    { notNode: 'it says what the program set, also where that contradicts itself' },
  );
}

const lengths: [sentence: string, listener: Listener, body: string, goesOn: boolean][] = [
  [
    'a body that is too short ends the connection',
    (_req, res) => {
      res.setHeader('Content-Length', 60);
      res.write('short');
      res.end();
    },
    'short',
    false,
  ],
  [
    'no body where one was announced',
    (_req, res) => res.writeHead(200, { 'Content-Length': 60 }).end(),
    '',
    false,
  ],
  [
    'a body that is too long is cut',
    (_req, res) => {
      res.setHeader('Content-Length', 2);
      res.end('hello world');
    },
    'he',
    true,
  ],
  [
    'a body that grows too long is cut',
    (_req, res) => {
      res.setHeader('Content-Length', 3);
      res.write('ab');
      res.write(Buffer.from('cd'));
      res.end('é');
    },
    'abc',
    true,
  ],
  [
    'a body where none was announced',
    (_req, res) => res.writeHead(200, { 'Content-Length': 0 }).end('x'),
    '',
    true,
  ],
];

for (const [sentence, listener, body, goesOn] of lengths) {
  behaviour(
    `a length: ${sentence}`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => (req.url === '/' ? listener(req, res) : res.end('next')));
      const received = await connect()
        .send(get() + get('/next', 'Connection: close'))
        .rest();
      const after = received.slice(received.indexOf('\r\n\r\n') + 4);
      if (goesOn) assert.match(after, new RegExp(`^${body}HTTP/1\\.1 200 OK\r\n[\\s\\S]*next$`));
      else assert.equal(after, body);
    },
    { notNode: 'the next answer is read as body, or the rest as the next answer' },
  );
}

behaviour(
  "what is put into a response's outputData leaves in no other's answer",
  async ({ serve }) => {
    const { ask } = await serve((req, res) => {
      const { outputData } = res as unknown as { outputData: unknown[] };
      if (req.url === '/put') outputData.push({ data: 'INTRUDER', encoding: 'latin1', callback: null });
      setImmediate(() => res.end('mine'));
    });
    for (const target of ['/put', '/other']) {
      const { body } = await ask(get(target));
      assert.equal(body, 'mine');
    }
  },
  { notNode: 'it leaves in the answer of its own, before the status line' },
);

for (const status of [100, 102, 199]) {
  behaviour(
    `a final answer with the status ${status} ends the connection, since its client waits for another`,
    async ({ serve }) => {
      const { connect } = await serve((req, res) => {
        if (req.url === '/') res.writeHead(status);
        res.end();
      });
      const received = await connect()
        .send(get() + get('/next'))
        .rest();
      assert.match(received, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\r\n\r\n$`));
      assert.doesNotMatch(received, /200/);
    },
    { notNode: 'its client takes the answer to the next request for it' },
  );
}

const lying: [sentence: string, make: () => Uint8Array][] = [
  [
    'whose length was defined anew',
    () => {
      const bytes = Buffer.alloc(1100, 'a');
      for (const name of ['length', 'byteLength']) Object.defineProperty(bytes, name, { value: 1700 });
      return bytes;
    },
  ],
  [
    'of a class that has a length of its own',
    () => {
      class Longer extends Uint8Array {
        override get length() {
          return 1700;
        }
        override get byteLength() {
          return 1700;
        }
      }
      return new Longer(1100).fill(0x61);
    },
  ],
];

for (const [sentence, make] of lying) {
  behaviour(
    `bytes ${sentence} are sent as they are`,
    ({ serve }) =>
      poisoned(async () => {
        const { ask } = await serve((_req, res) => {
          res.write('head');
          res.write(make());
          res.write('u');
          res.write(make());
          res.end('t');
        });
        const { body } = await ask(get());
        assert.doesNotMatch(body, /POISON/);
        assert.equal(body.replace(/[a\0]+/g, '-'), 'he-d-u-t');
      }),
    { notNode: 'its framing breaks' },
  );
}

behaviour('bytes of another realm are sent', async ({ serve }) => {
  const { ask } = await serve((_req, res) => res.end(runInNewContext('new Uint8Array([97, 98])')));
  assert.equal((await ask(get())).body, 'ab');
});

behaviour(
  'a buffer that is used again for the next answer keeps what it was for this one',
  async ({ serve }) => {
    const scratch = Buffer.alloc(2000);
    const { connect } = await serve((req, res) => {
      if (req.url !== '/2') scratch.fill(`${req.url}`.slice(1));
      res.end(req.url === '/2' ? 'small' : scratch);
    });
    const client = connect().send(get('/1') + get('/2') + get('/3'));
    assert.equal((await client.response()).body, '1'.repeat(2000));
  },
);

behaviour(
  'a buffer that is used again in the next tick keeps what it was',
  async ({ serve }) => {
    const scratch = Buffer.alloc(2000);
    const { ask } = await serve(async (_req, res) => {
      for (const letter of 'abc') {
        res.write(scratch.fill(letter));
        await new Promise((resolve) => process.nextTick(resolve));
      }
      res.end();
    });
    assert.equal((await ask(get())).body, ['a', 'b', 'c'].map((letter) => letter.repeat(2000)).join(''));
  },
  { notNode: 'over TLS it is encrypted later' },
);

behaviour(
  'an answer is not lost because the next one on its connection has a buffer that was transferred',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      if (req.url === '/1') {
        res.end('one');
        return;
      }
      const bytes = new Uint8Array(3000);
      res.write(bytes);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      res.end('z');
    });
    const client = connect().send(get('/1') + get('/2'));
    assert.equal((await client.response()).body, 'one');
  },
  { notNode: 'its framing breaks' },
);

behaviour(
  'what was written before the turn of a response comes before what its turn brings',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      if (req.url === '/1') {
        setImmediate(() => res.end('one'));
        return;
      }
      res.on('socket', () => res.write('B'));
      res.write('A');
      res.on('socket', () => setImmediate(() => res.end('C')));
    });
    const client = connect().send(get('/1') + get('/2'));
    assert.equal((await client.response()).body, 'one');
    assert.equal((await client.response()).body, 'ABC');
  },
);

behaviour('a program that corks the socket and ends its answer is answered', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    req.socket.cork();
    req.socket.cork();
    res.end('corked');
  });
  assert.equal((await ask(get())).body, 'corked');
});

behaviour(
  'a response whose socket is taken away and given back leaves',
  async ({ serve }) => {
    const { connect } = await serve((req, res) => {
      const { socket } = req;
      if (req.url === '/1') {
        res.detachSocket(socket);
        setImmediate(() => {
          res.assignSocket(socket);
          res.end('back');
        });
      } else res.end('next');
    });
    const client = connect().send(get('/1') + get('/2'));
    assert.equal((await client.response()).body, 'back');
    assert.equal((await client.response()).body, 'next');
  },
  { notNode: 'the next response may not wait for it' },
);

for (const [sentence, set] of [
  ['_header', (res: Response) => Object.assign(res, { _header: 'HTTP/1.1 200 OK\r\nX: y\r\n\r\n' })],
  [
    'a _header that it defined',
    (res: Response) => Object.defineProperty(res, '_header', { value: null, writable: true }),
  ],
  [
    '_storeHeader',
    (res: Response) =>
      (res as unknown as { _storeHeader(line: string, fields: object): void })._storeHeader(
        'HTTP/1.1 203 Well\r\n',
        { A: 'b' },
      ),
  ],
] as [string, (res: Response) => unknown][]) {
  behaviour(
    `a body leaves with a head also where a program used ${sentence} by hand`,
    async ({ serve }) => {
      const { ask } = await serve((_req, res) => {
        set(res);
        res.end('a');
        assert.ok(res.headersSent);
      });
      const { body, status, field } = await ask(get('/', 'Connection: close'));
      assert.equal(body, 'a');
      if (sentence === '_storeHeader') assert.deepEqual([status, field('a')], [203, 'b']);
    },
    { notNode: 'it sends the text without a look at it' },
  );
}

behaviour('a socket lists no methods of the server', async ({ serve }) => {
  let keys: string[] = [];
  const { ask } = await serve((req, res) => {
    keys = Object.keys(req.socket);
    res.end();
  });
  await ask(get());
  for (const name of ['write', 'end', 'destroy']) assert.ok(!keys.includes(name), name);
});

behaviour('a client that reads slowly gets every byte of a body in small pieces', async ({ serve }) => {
  const { connect } = await serve(async (_req, res) => {
    for (let i = 0; i < 2000; i++) {
      if (!res.write(`${i},`.repeat(50))) await new Promise((resolve) => res.once('drain', resolve));
    }
    res.end();
  });
  const client = connect();
  client.socket.pause();
  client.send(get());
  await until(() => client.socket.bytesRead >= 0);
  client.socket.resume();
  const { body } = await client.response();
  assert.equal(body, Array.from({ length: 2000 }, (_, i) => `${i},`.repeat(50)).join(''));
});
