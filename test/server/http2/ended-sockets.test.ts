// A socket that the program ends, and doesn't destroy: what was written before leaves, as over HTTP/1.1.
import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import type { Request, Response } from '../../subjects.js';
import { outcome, until } from '../../subjects.js';
import { read, serve, test } from './client.js';

/** More than the window with which a client begins. */
const LARGE = 'w'.repeat(300_000);

type Ending = (socket: Request['socket'] & { destroySoon(): void }) => void;

const endings: [name: string, end: Ending][] = [
  ['end', (socket) => socket.end()],
  ["end('')", (socket) => socket.end('')],
  ['end of no bytes', (socket) => socket.end(new Uint8Array(0))],
  ['destroySoon', (socket) => socket.destroySoon()],
];

interface Case {
  name: string;
  handle(res: Response, end: () => void): void;
  body: string;
  code: number;
}

const { NGHTTP2_INTERNAL_ERROR: cut, NGHTTP2_NO_ERROR: whole } = constants;

const cases: Case[] = [
  {
    name: 'a whole answer',
    handle: (res, end) => {
      res.end('whole');
      end();
    },
    body: 'whole',
    code: whole,
  },
  {
    name: 'a whole answer that its client must first make room for',
    handle: (res, end) => {
      res.end(LARGE);
      end();
    },
    body: LARGE,
    code: whole,
  },
  {
    name: 'a whole answer, once it has left',
    handle: (res, end) => {
      res.once('finish', end);
      res.end(LARGE);
    },
    body: LARGE,
    code: whole,
  },
  {
    name: 'a part of an answer',
    handle: (res, end) => {
      res.write('part');
      end();
    },
    body: 'part',
    code: cut,
  },
  {
    name: 'a part that its client must first make room for',
    handle: (res, end) => {
      res.write(LARGE);
      end();
    },
    body: LARGE,
    code: cut,
  },
  {
    name: 'a head',
    handle: (res, end) => {
      res.flushHeaders();
      end();
    },
    body: '',
    code: cut,
  },
];

for (const [name, endOf] of endings)
  for (const { name: what, handle, body, code } of cases) {
    test(`${what} leaves before the stream of a socket with ${name} is over`, async (context) => {
      const events: string[] = [];
      const closed = outcome<boolean>();
      const { ask } = await serve(context, (req, res) => {
        req.on('aborted', () => events.push('aborted'));
        res.on('finish', () => events.push('finish'));
        req.socket.on('close', closed.resolve);
        handle(res, () => {
          endOf(req.socket as never);
          if (!req.socket.destroyed) assert.equal(req.socket.writable, false);
        });
      });
      const answer = await ask();
      assert.deepEqual([answer.status, answer.body.length, answer.code], [200, body.length, code]);
      assert.equal(await closed.promise, false);
      assert.deepEqual(events, [code === whole ? 'finish' : 'aborted']);
    });
  }

for (const [name, endOf] of endings)
  test(`nothing of an answer leaves where ${name} comes before it`, async (context) => {
    const { ask } = await serve(context, (req, res) => {
      endOf(req.socket as never);
      res.end('late');
    });
    const { status, body, code } = await ask();
    assert.deepEqual([status, body, code], [0, '', cut]);
  });

test('the rest of a request is waited for by nobody where the socket was ended with the answer', async (context) => {
  const closed = outcome<boolean>();
  const { begin } = await serve(context, (req, res) => {
    req.on('error', () => {});
    req.on('data', () => {
      res.end('enough');
      req.socket.end();
    });
    req.socket.on('close', closed.resolve);
  });
  const stream = begin({ ':method': 'POST' });
  stream.write('some of it');
  const { status, body, code } = await read(stream);
  assert.deepEqual([status, body, code], [200, 'enough', whole]);
  assert.equal(await closed.promise, false);
});

for (const [what, giveUp] of [
  ['the socket is destroyed', (req: Request) => void req.socket.destroy()],
  ['the socket ends', (req: Request) => void req.socket.end()],
  ['the response is destroyed', (_req: Request, res: Response) => void res.destroy()],
] as const)
  test(`who still reads a request hears that the rest never comes where ${what} after the answer`, async (context) => {
    const events: string[] = [];
    const { begin } = await serve(context, (req, res) => {
      for (const name of ['aborted', 'end']) req.on(name, () => events.push(name));
      req.on('error', () => events.push('error'));
      req.on('close', () => events.push('close'));
      req.once('data', () => {
        res.end('enough');
        giveUp(req, res);
      });
    });
    const stream = begin({ ':method': 'POST' });
    stream.write('some of it');
    const { body, code } = await read(stream);
    assert.deepEqual([body, code], ['enough', whole]);
    await until(() => events.includes('close'), 'the request is closed');
    assert.deepEqual(events, ['aborted', 'error', 'close']);
  });

test('the callback of end comes when the socket is over, also where it was before', async (context) => {
  const calls: string[] = [];
  const done = outcome<void>();
  const { ask } = await serve(context, (req, res) => {
    req.socket.on('close', () => calls.push('close'));
    res.end(LARGE);
    req.socket.end(() => {
      calls.push('callback');
      req.socket.end(() => done.resolve());
    });
    assert.deepEqual(calls, []);
  });
  assert.equal((await ask()).body.length, LARGE.length);
  await done.promise;
  assert.deepEqual(calls, ['close', 'callback']);
});

test('a socket that was ended can still be destroyed, and then what waits never leaves', async (context) => {
  const { ask } = await serve(context, (req, res) => {
    res.end(LARGE);
    req.socket.end();
    setImmediate(() => req.socket.destroy());
  });
  const { status, body, code } = await ask();
  assert.equal(status, 200);
  assert.ok(body.length < LARGE.length);
  assert.equal(code, cut);
});

for (const [what, begin] of [
  ['its socket was destroyed before', (res: Response) => void res.socket?.destroy()],
  ['its connection is lost', () => {}],
] as const)
  test(`the callback of a response's end gets an error that says so where ${what}`, async (context) => {
    const told = outcome<{ code?: string } | null | undefined>();
    const { connect } = await serve(context, (req, res) => {
      req.on('error', () => {});
      begin(res);
      res.end(LARGE, (error?: Error | null) => told.resolve(error as never));
    });
    const session = connect();
    const stream = session.request({});
    stream.on('error', () => {});
    stream.once('response', () => session.destroy());
    assert.equal((await told.promise)?.code, 'ERR_STREAM_DESTROYED');
  });
