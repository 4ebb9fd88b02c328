// What an answer tells of itself on its way, and its ends before time.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { behaviour, get, outcome, type RawClient, type Response, turns, until } from '../subjects.js';

const shown = [
  'finished',
  'headersSent',
  'writableEnded',
  'writableFinished',
  'destroyed',
  'closed',
] as const;
const state = (res: Response) =>
  shown.filter((name) => (res as unknown as Record<string, unknown>)[name]).join(' ');

behaviour(
  'the properties of an answer tell where it is',
  async ({ serve }) => {
    const states: string[] = [];
    let done = () => {};
    const closed = new Promise<void>((resolve) => {
      done = resolve;
    });
    const { ask } = await serve((_req, res: Response) => {
      states.push(state(res));
      res.writeHead(200);
      states.push(state(res));
      res.write('a');
      states.push(state(res));
      res.on('finish', () => states.push(state(res)));
      res.on('close', () => {
        states.push(state(res));
        done();
      });
      res.end();
      states.push(state(res));
    });
    await ask(get());
    await closed;
    assert.deepEqual(states, [
      '',
      'headersSent',
      'headersSent',
      'finished headersSent writableEnded',
      'finished headersSent writableEnded writableFinished',
      'finished headersSent writableEnded writableFinished destroyed closed',
    ]);
  },
  { since: 24 },
);

behaviour('the writable properties begin as those of a writable', async ({ serve }) => {
  const { ask } = await serve((req, res) => {
    assert.equal(res.writable, true);
    assert.equal(res.writableLength, 0);
    assert.equal(res.writableCorked, 0);
    assert.equal(res.writableObjectMode, false);
    assert.equal(res.writableNeedDrain, false);
    assert.equal(res.writableHighWaterMark, req.socket.writableHighWaterMark);
    assert.equal(res.errored, null);
    assert.equal(res.req, req);
    assert.equal(res.socket, req.socket);
    assert.equal(res.connection, req.socket);
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

behaviour('cork is counted', async ({ serve }) => {
  const { ask } = await serve((_req, res) => {
    res.cork();
    res.cork();
    assert.equal(res.writableCorked, 2);
    res.uncork();
    assert.equal(res.writableCorked, 1);
    res.uncork();
    assert.equal(res.writableCorked, 0);
    res.end('ok');
  });
  assert.equal((await ask(get())).body, 'ok');
});

behaviour('a finished answer has let go of its socket', async ({ serve }) => {
  let response: Response | undefined;
  const { ask } = await serve((_req, res: Response) => {
    response = res;
    res.end();
  });
  await ask(get());
  await until(() => response?.writableFinished === true, "'finish'");
  await turns();
  assert.equal(response?.socket, null);
  assert.equal(response?.connection, null);
});

const late: [
  sentence: string,
  act: (res: Response, callback: (error?: Error | null) => void) => void,
  code: string,
][] = [
  ['write after end', (res, callback) => res.write('a', callback), 'ERR_STREAM_WRITE_AFTER_END'],
  ['end with a body after end', (res, callback) => res.end('a', callback), 'ERR_STREAM_WRITE_AFTER_END'],
];
for (const [sentence, act, code] of late) {
  behaviour(`${sentence} gives ${code} to its callback and to 'error'`, async ({ serve }) => {
    const codes: unknown[] = [];
    const { ask } = await serve((_req, res: Response) => {
      res.on('error', (error: NodeJS.ErrnoException) => codes.push(`event ${error.code}`));
      res.end('ok');
      act(res, (error) => codes.push(`callback ${(error as NodeJS.ErrnoException).code}`));
    });
    assert.equal((await ask(get())).body, 'ok');
    await until(() => codes.length >= 2, 'both errors');
    assert.deepEqual(codes, [`callback ${code}`, `event ${code}`]);
  });
}

behaviour(
  'end twice without a body does no harm, and calls back when finished',
  async ({ serve }) => {
    const calls: unknown[] = [];
    const { ask } = await serve((_req, res) => {
      res.end('ok', () => calls.push('first'));
      res.end(() => calls.push('second'));
      assert.equal(res.end(), res);
    });
    assert.equal((await ask(get())).body, 'ok');
    await until(() => calls.length >= 2, 'both callbacks');
    assert.deepEqual(calls, ['first', 'second']);
  },
  { since: 24 },
);

behaviour('end after finish calls back with ERR_STREAM_ALREADY_FINISHED', async ({ serve }) => {
  const code = outcome();
  const { ask } = await serve((_req, res) => {
    res.on('finish', () => res.end((error?: NodeJS.ErrnoException) => code.resolve(error?.code)));
    res.end();
  });
  await ask(get());
  assert.equal(await code.promise, 'ERR_STREAM_ALREADY_FINISHED');
});

behaviour('write after destroy calls back with ERR_STREAM_DESTROYED', async ({ serve }) => {
  const code = outcome();
  const { connect } = await serve((_req, res) => {
    assert.equal(res.destroy(), res);
    assert.equal(res.destroyed, true);
    assert.equal(
      res.write('a', (error) => code.resolve((error as NodeJS.ErrnoException).code)),
      false,
    );
  });
  await connect().send(get()).rest();
  assert.equal(await code.promise, 'ERR_STREAM_DESTROYED');
});

behaviour(
  'destroy cuts the connection, closes request and answer, and finishes neither',
  async ({ serve }) => {
    const events: string[] = [];
    const { connect } = await serve((req, res) => {
      res.on('finish', () => events.push('finish'));
      res.on('close', () => events.push('close response'));
      req.on('close', () => events.push('close request'));
      res.write('half');
      setImmediate(() => res.destroy());
    });
    const client = connect().send(get());
    await client.rest();
    await until(() => events.length >= 2, "'close' of both");
    await turns(5);
    assert.deepEqual(events.sort(), ['close request', 'close response']);
  },
);

behaviour('destroy with an error tells it as errored', async ({ serve }) => {
  let errored: unknown;
  const { connect } = await serve((_req, res) => {
    res.on('close', () => {
      errored = res.errored;
    });
    res.destroy(new Error('mine'));
  });
  await connect().send(get()).rest();
  await until(() => errored !== undefined, "'close'");
  assert.equal((errored as Error).message, 'mine');
});

behaviour('an answer whose client goes away is closed and not finished', async ({ serve }) => {
  const result = outcome<string>();
  const { connect } = await serve((_req, res: Response) => {
    res.on('finish', () => result.resolve('finish'));
    res.on('close', () => result.resolve(state(res)));
    res.write('half');
    client.socket.destroy();
  });
  const client: RawClient = connect().send(get());
  assert.equal(await result.promise, 'headersSent destroyed closed');
});

behaviour(
  'an answer ended after its client has gone is not finished',
  async ({ serve }) => {
    const events: string[] = [];
    const done = outcome<Response>();
    const { connect } = await serve((_req, res: Response) => {
      res.on('finish', () => events.push('finish'));
      res.on('close', () => {
        events.push('close');
        setImmediate(() => {
          assert.equal(res.write('a'), false);
          res.end('b', () => events.push('callback'));
          done.resolve(res);
        });
      });
      res.write('half');
      client.socket.destroy();
    });
    const client: RawClient = connect().send(get());
    const { writableFinished } = await done.promise;
    await turns(5);
    assert.equal(writableFinished, false);
    assert.deepEqual(
      events.filter((event) => event !== 'callback'),
      ['close'],
    );
  },
  { since: 24 },
);

behaviour('stream.finished tells a whole answer from one cut short', async ({ serve }) => {
  const results: unknown[] = [];
  const { connect, ask } = await serve(async (req, res) => {
    const result = finished(res).then(
      () => 'whole',
      (error) => error.code,
    );
    if (req.url === '/whole') res.end();
    else res.write('half', () => req.socket.destroy());
    results.push(await result);
  });
  await ask(get('/whole'));
  await connect().send(get('/cut')).rest();
  await until(() => results.length === 2, 'both results');
  assert.deepEqual(results, ['whole', 'ERR_STREAM_PREMATURE_CLOSE']);
});

behaviour('an answer cannot be piped from', async ({ serve }) => {
  const code = outcome();
  const { ask } = await serve((_req, res) => {
    res.on('error', (error: NodeJS.ErrnoException) => code.resolve(error.code));
    res.pipe(new Writable());
    res.end();
  });
  await ask(get());
  assert.equal(await code.promise, 'ERR_STREAM_CANNOT_PIPE');
});

const destroyed: [what: string, act: (res: Response) => unknown, composes: boolean][] = [
  ['end()', (res) => res.end(), true],
  ["end('')", (res) => res.end(''), true],
  ['end of an empty Buffer', (res) => res.end(Buffer.alloc(0)), false],
  ['end of some text', (res) => res.end('x'), false],
];

for (const [what, act, composes] of destroyed) {
  behaviour(`${what} of a destroyed answer composes ${composes ? 'its' : 'no'} head`, async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      res.destroy();
      act(res);
      assert.equal(res.headersSent, composes);
      assert.equal(res.writableEnded, true);
    });
    assert.equal(await connect().send(get()).rest(), '');
  });
}

const tooLate: [what: string, act: (res: Response) => unknown, errors: string[]][] = [
  ['goes on to tell', () => {}, ['ERR_STREAM_WRITE_AFTER_END']],
  ['is destroyed meanwhile tells nobody', (res) => res.destroy(), []],
  ['is destroyed with null meanwhile tells nobody', (res) => res.destroy(null as never), []],
  ['is destroyed with an error meanwhile tells nobody', (res) => res.destroy(new Error('mine')), []],
];

for (const [what, act, expected] of tooLate) {
  behaviour(`of a chunk after the end, an answer that ${what}`, async ({ serve }) => {
    const errors: unknown[] = [];
    const closed = outcome();
    const { connect } = await serve((_req, res) => {
      res.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
      res.on('close', closed.resolve);
      res.end();
      res.end('too late');
      act(res);
    });
    connect().send(get('/', 'Connection: close'));
    await closed.promise;
    await turns(3);
    assert.deepEqual(errors, expected);
  });
}

const cut: [what: string, act: (res: Response) => unknown, errored: string | null][] = [
  ['its request is destroyed', (res) => res.req.destroy(new Error('mine')), null],
  ['its socket is destroyed', (res) => res.req.socket.destroy(new Error('mine')), null],
  ['it is destroyed itself', (res) => res.destroy(new Error('mine')), 'mine'],
];

for (const [what, act, errored] of cut) {
  behaviour(
    `the error of an ended answer where ${what} is ${errored ?? 'none of its own'}`,
    async ({ serve }) => {
      let response: Response | undefined;
      // Over HTTP/2 a connection outlives its response until it has been idle.
      const { connect } = await serve({ keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 }, (_req, res) => {
        response = res;
        res.end();
        act(res);
      });
      await connect().send(get()).rest();
      await turns(5);
      assert.equal(response?.errored?.message ?? null, errored);
    },
  );
}

const refusedHeads: [what: string, act: (res: Response) => unknown, body: string][] = [
  ['its reason', (res) => res.writeHead(304, 'a\r\nb'), 'body'],
  ['its status', (res) => res.writeHead(1000), 'body'],
  ['nothing', (res) => res.writeHead(304), ''],
];

for (const [what, act, body] of refusedHeads) {
  behaviour(`a head of which ${what} is refused leaves ${body ? 'a' : 'no'} body`, async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      try {
        act(res);
      } catch {
        res.writeHead(200, 'Fine');
      }
      res.end('body');
    });
    assert.equal((await connect().send(get()).response()).body, body);
  });
}

const told: [
  what: string,
  method: string,
  act: (res: Response, callback: (...values: unknown[]) => void) => unknown,
  values: unknown[],
][] = [
  ['a piece of a body', 'GET', (res, callback) => res.write('x', callback), [null]],
  ['a body that is dropped', 'HEAD', (res, callback) => res.write('x', callback), []],
  [
    'a piece after the end',
    'GET',
    (res, callback) => res.end() && res.write('x', callback),
    ['ERR_STREAM_WRITE_AFTER_END'],
  ],
];

for (const [what, method, act, expected] of told) {
  behaviour(`the callback of a write of ${what} gets what it gets on node:http`, async ({ serve }) => {
    const called = outcome<unknown[]>();
    const { connect } = await serve((_req, res) => {
      res.on('error', () => {});
      act(res, (...values) => called.resolve(values));
      res.end();
    });
    connect().send(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    const values = await called.promise;
    assert.deepEqual(
      values.map((value) => (value as NodeJS.ErrnoException | null)?.code ?? value),
      expected,
    );
  });
}

for (const [what, act, sent] of [
  ['has a head', (res) => res.writeHead(200).destroy().end('x'), true],
  ['has none, and is ended with a text', (res) => res.destroy().end('x'), false],
  ['has none, and is ended', (res) => res.destroy().end(), true],
] as [string, (res: Response) => unknown, boolean][])
  behaviour(`_headerSent of a response that ends after it was destroyed: it ${what}`, async ({ serve }) => {
    const seen = outcome<unknown>();
    const { connect } = await serve((_req, res) => {
      act(res);
      seen.resolve((res as Response & { _headerSent: boolean })._headerSent);
    });
    await connect().send(get()).rest();
    assert.equal(await seen.promise, sent);
  });
