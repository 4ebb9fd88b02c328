// Programs that pause the socket of a connection: what comes meanwhile waits, and is read once they let it go on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import process from 'node:process';
import { behaviour, get, type Request, type Response, turns, until } from '../subjects.js';

const tick = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** A resume starts to read when its tick is over, whatever was said meanwhile. */
const notNode = 'what comes is read nevertheless';

const pauses: [what: string, act: (socket: Socket) => unknown, where?: { notNode: string }][] = [
  ['is paused', (socket) => socket.pause()],
  ['is paused twice', (socket) => socket.pause().pause()],
  ['is resumed and paused', (socket) => socket.resume().pause()],
  [
    'is paused and resumed, and a tick later paused',
    async (socket) => {
      socket.pause().resume();
      await tick();
      socket.pause();
    },
  ],
  ['is paused, resumed and paused', (socket) => socket.pause().resume().pause(), { notNode }],
  [
    'is paused, and a tick later resumed and paused',
    async (socket) => {
      socket.pause();
      await tick();
      socket.resume().pause();
    },
    { notNode },
  ],
  [
    'is paused, resumed twice and paused twice',
    (socket) => socket.pause().resume().resume().pause().pause(),
    { notNode },
  ],
];

for (const [what, act, where] of pauses) {
  behaviour(
    `a connection that ${what} is not read until it is resumed`,
    async ({ serve }) => {
      const requests: Request[] = [];
      const { connect } = await serve((req, res) => {
        requests.push(req);
        res.end();
      });
      const client = connect().send(get('/first'));
      await client.response();
      const { socket } = requests[0] as Request;
      const stop = async () => {
        await turns();
        await act(socket);
      };
      await stop();
      client.send(get('/next'));
      await turns(20);
      assert.equal(requests.length, 1);
      socket.resume();
      await client.response();
      await stop();
      client.finish();
      await turns(20);
      assert.ok(!socket.destroyed);
      socket.resume();
      await until(() => socket.destroyed, 'the end of the connection');
    },
    where,
  );
}

behaviour(
  'a connection that is paused after its request was asked for more is not read until it is resumed',
  async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const requested = once(server, 'request');
    const client = connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab');
    const [req, res] = (await requested) as [Request, Response];
    await turns();
    req.socket.pause();
    assert.equal(`${req.read()}`, 'ab');
    req.socket.pause();
    client.send('cd');
    await turns(20);
    assert.equal(req.readableLength, 0);
    req.socket.resume();
    await until(() => req.readableLength > 0, 'the rest of the body');
    res.end(`${req.read()}`);
    assert.equal((await client.response()).body, 'cd');
  },
  { notNode },
);

const stopsWithBody: [when: string, answer: (req: Request, res: Response) => unknown][] = [
  [
    'before its answer',
    ({ socket }, res) => {
      socket.pause();
      res.end();
    },
  ],
  [
    'after its answer',
    ({ socket }, res) => {
      res.end();
      socket.pause();
    },
  ],
  [
    'and answered in a later turn',
    async ({ socket }, res) => {
      socket.pause();
      await turns();
      res.end();
    },
  ],
  [
    'after an answer in a later turn',
    async ({ socket }, res) => {
      await turns();
      res.end();
      socket.pause();
    },
  ],
  [
    'and whose request the program has looked at',
    async (req, res) => {
      req.isPaused();
      req.socket.pause();
      await turns();
      res.end();
    },
  ],
];

for (const [when, answer] of stopsWithBody) {
  for (const begun of ['', 'he']) {
    behaviour(
      `a connection that is paused ${when} reads the rest of a body ${begun === '' ? '' : 'that has begun '}to drop it`,
      async ({ serve }) => {
        const { connect } = await serve((req, res) => {
          if (req.method === 'GET') res.end('next');
          else answer(req, res);
        });
        const client = connect().send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n${begun}`);
        await client.response();
        client.send('hello'.slice(begun.length) + get('/next'));
        assert.equal((await client.response()).body, 'next');
      },
    );
  }
}
