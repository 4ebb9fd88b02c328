// A request as the Readable it is: every way a program may read its body, or not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { buffer, json, text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { behaviour, get, type Listener, type Request, turns, until } from '../subjects.js';

const withLength = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello\xc3\xa9world'.slice(0, -1);
const inChunks =
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\xc3\r\n5\r\n\xa9worl\r\n0\r\n\r\n';
const body = 'helloéworl';

const readers: [sentence: string, read: (req: Request) => Promise<string>][] = [
  [
    "on('data')",
    async (req) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk) => chunks.push(chunk));
      await once(req, 'end');
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'for await',
    async (req) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'read() on readable',
    async (req) => {
      const chunks: Buffer[] = [];
      req.on('readable', () => {
        for (let chunk = req.read(); chunk !== null; chunk = req.read()) chunks.push(chunk);
      });
      await once(req, 'end');
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'read(1) byte by byte',
    async (req) => {
      const chunks: Buffer[] = [];
      req.on('readable', () => {
        for (let chunk = req.read(1); chunk !== null; chunk = req.read(1)) chunks.push(chunk);
      });
      await once(req, 'end');
      assert.equal(chunks.length, 11);
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'setEncoding, no character torn',
    async (req) => {
      let all = '';
      req.setEncoding('utf8');
      req.on('data', (chunk) => {
        assert.equal(typeof chunk, 'string');
        all += chunk;
      });
      await once(req, 'end');
      return all;
    },
  ],
  [
    'pipe',
    async (req) => {
      const chunks: Buffer[] = [];
      const sink = new Writable({
        write(chunk, _encoding, callback) {
          chunks.push(chunk);
          setImmediate(callback);
        },
      });
      await once(req.pipe(sink), 'finish');
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'pipeline',
    async (req) => {
      const chunks: Buffer[] = [];
      await pipeline(req, async (source) => {
        for await (const chunk of source) chunks.push(chunk as Buffer);
      });
      return Buffer.concat(chunks).toString();
    },
  ],
  ['stream/consumers text', (req) => text(req)],
  ['stream/consumers buffer', async (req) => (await buffer(req)).toString()],
  ['toArray', async (req) => Buffer.concat(await req.toArray()).toString()],
  [
    'Readable.toWeb',
    (req) => new globalThis.Response(Readable.toWeb(req) as unknown as ReadableStream).text(),
  ],
  [
    'pause and resume after each chunk',
    async (req) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk) => {
        chunks.push(chunk);
        req.pause();
        assert.equal(req.isPaused(), true);
        setImmediate(() => req.resume());
      });
      await once(req, 'end');
      return Buffer.concat(chunks).toString();
    },
  ],
  [
    'reading that begins later',
    async (req) => {
      await turns(5);
      return text(req);
    },
  ],
];

for (const [sentence, read] of readers) {
  behaviour(`a body is read by ${sentence}`, async ({ serve }) => {
    const { connect } = await serve(async (req, res) => res.end(await read(req)));
    const client = connect();
    const expected = Buffer.from(body).toString('latin1');
    for (const request of [withLength, inChunks]) {
      assert.equal((await client.send(request).response()).body, expected);
      for (let at = 0; at < request.length; at += 5) client.send(request.slice(at, at + 5));
      assert.equal((await client.response()).body, expected);
    }
  });
}

behaviour('a GET without a body ends at once, however it is read', async ({ serve }) => {
  const { connect } = await serve(async (req, res) => {
    if (req.url === '/data') await once(req.on('data', assert.fail), 'end');
    else if (req.url === '/await') for await (const _ of req) assert.fail();
    else if (req.url === '/readable')
      await once(
        req.on('readable', () => assert.equal(req.read(), null)),
        'end',
      );
    else await pipeline(req, new Writable({ write: assert.fail }));
    res.end(req.url);
  });
  const client = connect();
  for (const target of ['/data', '/await', '/readable', '/pipeline']) {
    assert.equal((await client.send(get(target)).response()).body, target);
  }
});

behaviour('a large body is held back until it is read', async ({ serve, http }) => {
  const size = 8_000_000;
  let request: Request | undefined;
  const { connect } = await serve(async (req, res) => {
    request = req;
    await once(req, 'go');
    let length = 0;
    for await (const chunk of req) length += chunk.length;
    res.end(String(length));
  });
  const client = connect();
  client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  client.send(Buffer.alloc(size));
  await until(() => request !== undefined && request.readableLength >= request.readableHighWaterMark);
  // In each turn the server could read more of what lies in the kernel.
  await turns(50);
  assert.ok(request instanceof http.IncomingMessage);
  assert.ok(
    request.readableLength <= 4 * request.readableHighWaterMark,
    `${request.readableLength} bytes are held`,
  );
  request.emit('go');
  assert.equal((await client.response()).body, String(size));
});

behaviour('end and close come once, in this order, with complete set', async ({ serve }) => {
  const events: string[] = [];
  const { connect } = await serve((req, res) => {
    for (const event of ['end', 'close', 'aborted', 'error']) {
      req.on(event, () => events.push(`${event} ${req.complete} ${req.readableEnded}`));
    }
    events.push(`request ${req.complete} ${req.readableEnded}`);
    req.resume();
    res.on('close', () => events.push('answered'));
    req.on('end', () => setImmediate(() => res.end()));
  });
  const client = connect();
  client.send(withLength.slice(0, -1));
  await until(() => events.length === 1, 'the request');
  client.send(withLength.slice(-1));
  await client.response();
  await until(() => events.includes('answered'), "'close' of the answer");
  assert.deepEqual(events, ['request false false', 'end true true', 'close true true', 'answered']);
});

behaviour('a pause on the last of the data holds back the end', async ({ serve }) => {
  const events: string[] = [];
  const { ask } = await serve((req, res) => {
    req.on('data', () => {
      events.push('data');
      req.pause();
      turns(10).then(() => {
        events.push('resume');
        req.resume();
      });
    });
    req.on('end', () => {
      events.push('end');
      res.end();
    });
  });
  await ask(withLength);
  assert.deepEqual(events, ['data', 'resume', 'end']);
});

const pushed: [what: string, request: string, told: string[]][] = [
  ['no body', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', ['data a', 'end']],
  ['a body of no bytes', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n', ['data a', 'end']],
  [
    'a body of no chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ['data a', 'end'],
  ],
  ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nb', ['data a']],
  [
    'a body in chunks',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n',
    ['data a'],
  ],
];
for (const [what, request, told] of pushed) {
  behaviour(
    `a pause on what the program pushed itself, and ${what}: the end is ${told.includes('end') ? 'told' : 'held back'}`,
    async ({ serve }) => {
      const events: string[] = [];
      const { connect } = await serve(async (req, res) => {
        req.on('data', (data) => {
          events.push(`data ${data}`);
          req.pause();
        });
        req.on('end', () => events.push('end'));
        req.push('a');
        await turns(10);
        res.end(events.join());
      });
      const client = connect();
      assert.equal((await client.send(request).response()).body, told.join());
      events.length = 0;
      const next = await client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n').response();
      assert.equal(next.body, 'data a,end');
    },
  );
}

behaviour('stream.finished and destroyed tell of a whole request', async ({ serve }) => {
  const { ask } = await serve(async (req, res) => {
    req.resume();
    await finished(req);
    res.end(JSON.stringify([req.complete, req.aborted, req.readableAborted, req.errored, req.destroyed]));
  });
  assert.equal((await ask(withLength)).body, '[true,false,false,null,true]');
});

behaviour('a request echoes itself through pipe', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    req.pipe(res);
  });
  const large = 'premier '.repeat(50_000);
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${large.length}\r\n\r\n`;
  assert.ok((await ask(head + large)).body === large);
});

const early: [sentence: string, listener: Listener][] = [
  ['unread', (_req, res) => res.end('early')],
  [
    'paused',
    (req, res) => {
      req.on('data', () => {}).pause();
      res.end('early');
      req.resume();
    },
  ],
  [
    'half read',
    (req, res) => {
      req.once('data', () => res.end('early'));
    },
  ],
];
for (const [sentence, listener] of early) {
  behaviour(
    `an answer before the body ended leaves it ${sentence} and the connection usable`,
    async ({ serve }) => {
      const { connect } = await serve(listener);
      const client = connect();
      for (let round = 0; round < 2; round++) {
        client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n');
        client.send('x'.repeat(100_000));
        assert.equal((await client.response()).body, 'early');
      }
    },
  );
}

behaviour('JSON is parsed from a body', async ({ serve }) => {
  const { ask } = await serve(async (req, res) => res.end(JSON.stringify(await json(req))));
  const sent = '{"a":[1,2,{"b":null}]}';
  const response = await ask(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${sent.length}\r\n\r\n${sent}`);
  assert.equal(response.body, sent);
});

behaviour(
  'a small piece of a body lies where small buffers do, and a copy of it in memory of its own',
  async ({ serve }) => {
    const seen: unknown[] = [];
    const { ask } = await serve((req, res) => {
      req.once('data', (piece: Buffer) => {
        const copy = Uint8Array.from(piece);
        const moved = structuredClone(copy, { transfer: [copy.buffer] });
        seen.push(piece.buffer.byteLength, Buffer.from(moved).toString(), piece.toString());
      });
      req.resume().on('end', () => res.end());
    });
    await ask(withLength);
    assert.deepEqual(seen, [Buffer.from(body).buffer.byteLength, body, body]);
  },
  { only: 'plain', notNode: 'it lies in memory of that read' },
);
