// An exchange that its program gives up once its answer has ended: the answer leaves, and is told of as one that has.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import {
  behaviour,
  get,
  outcome,
  type Request,
  type Response,
  type Server,
  turns,
  until,
} from '../subjects.js';

type Exchange = { req: Request; res: Response; socket: Socket; server: Server };

const ways: [what: string, giveUp: (exchange: Exchange) => void][] = [
  ['the socket ends', ({ socket }) => void socket.end()],
  ['the socket is destroyed when all is written', ({ socket }) => socket.destroySoon()],
  ['the socket is destroyed', ({ socket }) => void socket.destroy()],
  ['the response is destroyed', ({ res }) => void res.destroy()],
  ['the request is destroyed', ({ req }) => void req.destroy()],
  ['all connections are closed', ({ server }) => server.closeAllConnections()],
];

const moments: [where: string, end: (exchange: Exchange, giveUp: () => void) => void][] = [
  [
    "in 'prefinish'",
    ({ res }, giveUp) => {
      res.once('prefinish', giveUp);
      res.write('the wh');
      res.end('ole');
    },
  ],
  [
    "in 'prefinish' of an answer in one piece",
    ({ res }, giveUp) => {
      res.once('prefinish', giveUp);
      res.end('the whole');
    },
  ],
  [
    'right after its end',
    ({ res }, giveUp) => {
      res.end('the whole');
      giveUp();
    },
  ],
  ["in the callback of 'end'", ({ res }, giveUp) => void res.end('the whole', giveUp)],
  [
    "in 'finish'",
    ({ res }, giveUp) => {
      res.once('finish', giveUp);
      res.end('the whole');
    },
  ],
];

for (const [what, giveUp] of ways)
  for (const [where, end] of moments) {
    behaviour(`an answer arrives where ${what} ${where}`, async ({ serve }) => {
      const events: string[] = [];
      const { promise: closed, resolve } = outcome<void>();
      const { server, ask } = await serve((req, res) => {
        const { socket } = req;
        for (const name of ['aborted', 'error']) req.on(name, () => events.push(name));
        res.on('finish', () => events.push('finish'));
        res.on('close', resolve);
        end({ req, res, socket, server }, () => giveUp({ req, res, socket, server }));
      });
      const { status, body } = await ask(get());
      assert.deepEqual([status, body], [200, 'the whole']);
      await closed;
      await turns();
      // Who destroys a request that has not been read is told so by itself.
      const isRequest = what.startsWith('the request');
      assert.deepEqual(
        events.filter((event) => !isRequest || event === 'finish'),
        ['finish'],
      );
    });
  }

for (const [what, end] of [
  ['destroyed', (socket: Socket) => void socket.destroy()],
  ['ended', (socket: Socket) => void socket.end()],
] as const)
  behaviour(
    `what was answered arrives where a program that kept its connections has one ${what}`,
    async (stage) => {
      let connection: Socket | undefined;
      const { server, ask } = await stage.serve((_req, res) => {
        res.end('the whole');
        if (connection) end(connection);
      });
      server.on(stage.subject.secure ? 'secureConnection' : 'connection', (socket: Socket) => {
        connection = socket;
      });
      assert.equal((await ask(get())).body, 'the whole');
    },
  );

behaviour(
  'a request that has come whole is read to its end after its socket is gone with the answer',
  async ({ serve }) => {
    const { promise, resolve } = outcome<string>();
    const { connect } = await serve((req, res) => {
      let body = '';
      req.on('aborted', () => resolve('aborted'));
      req.once('end', () => resolve(body));
      req.pause();
      void until(() => req.complete, 'all of it has come').then(() => {
        res.end('the whole');
        req.socket.destroy();
        req.on('data', (data) => {
          body += data;
        });
        req.resume();
      });
    });
    connect().send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nnine more');
    assert.equal(await promise, 'nine more');
  },
);
