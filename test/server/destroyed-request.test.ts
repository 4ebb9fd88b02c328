// What a request that was destroyed, or whose client went away, still tells of its body.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pipeline, Writable } from 'node:stream';
import { behaviour, get, node, outcome, type Request, type Response, turns, until } from '../subjects.js';

const put = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';

/** The events of a request in order, until nothing comes any more. */
async function eventsOf(req: Request): Promise<string[]> {
  const events: string[] = [];
  for (const event of ['aborted', 'data', 'end', 'close']) req.on(event, () => events.push(event));
  await until(() => events.includes('close'), 'the close of the request');
  await turns(5);
  return events;
}

const destroyed: [what: string, sent: string, act: (req: Request) => unknown, events: string[]][] = [
  ['before its body comes tells nothing of its end', put, (req) => req.destroy(), ['aborted', 'close']],
  ['that has no body tells of its end', get(), (req) => req.destroy(), ['aborted', 'end', 'close']],
  [
    'after something was put back tells of that, and of its end',
    get(),
    (req) => {
      req.unshift('a');
      req.destroy();
    },
    ['aborted', 'data', 'end', 'close'],
  ],
];

for (const [what, sent, act, events] of destroyed) {
  behaviour(`a request destroyed ${what}`, async ({ serve }) => {
    let seen: Promise<string[]> | undefined;
    const { connect } = await serve((req) => {
      seen = eventsOf(req);
      act(req);
    });
    connect().send(sent);
    await until(() => seen !== undefined, 'the request');
    assert.deepEqual(await seen, events);
  });
}

const lost: [what: string, sent: string][] = [
  ['without a body', get()],
  ['with a body', put],
  ['before another', get() + get()],
];

for (const [what, sent] of lost) {
  behaviour(`a request ${what} has an error once its client is gone, whoever looks`, async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const requested = once(server, 'request');
    const client = connect().send(sent);
    const [req] = (await requested) as [Request];
    const gone = once(req.socket, 'close');
    client.socket.destroy();
    await gone;
    await turns(5);
    const { destroyed, readableAborted, readableEnded, errored } = req;
    assert.deepEqual(
      { destroyed, readableAborted, readableEnded },
      {
        destroyed: true,
        readableAborted: true,
        readableEnded: false,
      },
    );
    assert.equal((errored as NodeJS.ErrnoException).code, 'ECONNRESET');
  });
}

const paused: [what: string, act: (req: Request, res: Response) => unknown, dropped: boolean][] = [
  [
    'is paused again keeps it for whoever goes on',
    (req, res) => {
      req.on('data', () => assert.fail('paused'));
      req.pause();
      res.end();
    },
    false,
  ],
  [
    'is paused after the answer keeps it as well',
    (req, res) => {
      req.on('data', () => assert.fail('paused'));
      res.end();
      req.pause();
    },
    false,
  ],
  [
    'was asked for, and paused at once, keeps it too',
    (req, res) => {
      req.resume();
      req.pause();
      res.end();
    },
    false,
  ],
  ['was never read is dropped', (req, res) => res.end(`${req.pause().readableFlowing}`), true],
];

for (const [what, act, dropped] of paused) {
  behaviour(`the body of an answered request that ${what}`, async ({ serve }) => {
    let request: Request | undefined;
    const { connect } = await serve((req, res) => {
      request = req;
      act(req, res);
    });
    await connect().send(put).response('PUT');
    await turns(5);
    assert.equal(request?.readableLength, dropped ? 0 : 5);
    assert.equal(request?.destroyed, dropped);
  });
}

const asked: [event: string, where: string][] = [
  ['close', 'finish'],
  ['end', 'finish'],
  ['close', 'prefinish'],
];

for (const [event, where] of asked) {
  behaviour(`'${event}' of a request comes for who asks at the response's '${where}'`, async ({ serve }) => {
    const told = outcome();
    const { connect } = await serve((req, res) => {
      res.on(where, () => {
        req.on(event, told.resolve);
      });
      res.end();
    });
    const client = connect().send(get());
    await client.response();
    await told.promise;
  });
}

const late: [event: string, events: string[]][] = [
  ['readable', node < 26 ? ['end', 'close'] : ['readable', 'end', 'close']],
  ['data', ['end', 'close']],
  ['end', []],
];

for (const [event, events] of late) {
  behaviour(
    `a request without a body that tells who asks for '${event}' late of ${events.join(' and ') || 'nothing'}`,
    async ({ serve }) => {
      const seen: string[] = [];
      const { server, connect } = await serve(() => {});
      const requested = once(server, 'request');
      connect().send(get());
      const [req] = (await requested) as [Request];
      await turns(5);
      for (const name of ['readable', 'data', 'end', 'close']) {
        if (name === event || name === 'end' || name === 'close') req.on(name, () => seen.push(name));
      }
      await turns(5);
      assert.deepEqual(seen, events);
    },
  );
}

/** What reads a body, and stops before its end. */
const stopping: [what: string, read: (req: Request) => Promise<unknown>][] = [
  [
    'for await that breaks',
    async (req) => {
      for await (const _ of req) break;
    },
  ],
  [
    'a pipeline whose other end fails',
    (req) => {
      const write = (_chunk: unknown, _encoding: string, done: (error: Error) => void) =>
        done(new Error('too much'));
      return new Promise((resolve) => pipeline(req, new Writable({ write }), resolve));
    },
  ],
];

for (const [what, read] of stopping) {
  for (const length of [5, 300_000]) {
    behaviour(`${what} leaves the response to a body of ${length} bytes`, async ({ serve }) => {
      const { ask } = await serve(async (req, res) => {
        await read(req);
        assert.equal(req.destroyed, true);
        res.statusCode = 413;
        res.end('too much');
      });
      const head = `PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
      const { status, body } = await ask(head + 'x'.repeat(length));
      assert.deepEqual([status, body], [413, 'too much']);
    });
  }
}
