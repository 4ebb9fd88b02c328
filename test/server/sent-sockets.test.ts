// Sockets that a program sends to another process: the server lets go of them as node:http's does.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { behaviour, get, outcome, type Server, turns, until } from '../subjects.js';

type HttpSocket = Socket & { parser: unknown; _httpMessage: unknown };

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nchild';

let child: ChildProcess;

before(async () => {
  child = fork(fileURLToPath(new URL('sent-socket-program.js', import.meta.url)), {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  await once(child, 'message');
});

after(() => child.disconnect());

/** For the end of a test: node:http's own throws where a socket was sent. */
const closeNone = (server: Server): void => {
  server.closeAllConnections = () => {};
};

/** What the server left on a socket. */
const left = ({ parser, _httpMessage, timeout }: HttpSocket) => ({ parser, _httpMessage, timeout });

const FREE = { parser: null, _httpMessage: null, timeout: 0 };

behaviour(
  'a socket that was sent has neither parser nor response, and the server closes without it',
  async ({ serve }) => {
    const seen: unknown[] = [];
    const { server, ask } = await serve({}, (_req, res) => {
      const socket = res.socket as HttpSocket;
      child.send(ANSWER, socket);
      seen.push(left(socket), res.socket);
      server.close();
    });
    closeNone(server);
    const closed = outcome();
    server.on('close', closed.resolve);
    assert.equal((await ask(get())).body, 'child');
    assert.deepEqual(seen, [FREE, null]);
    await closed.promise;
  },
  { only: 'plain' },
);

behaviour(
  'what was written before a socket is sent leaves before',
  async ({ serve }) => {
    const { ask } = await serve((_req, res) => {
      res.setHeader('Content-Length', 13);
      res.write('parent, ');
      child.send('child', res.socket as Socket);
    });
    assert.equal((await ask(get())).body, 'parent, child');
  },
  { only: 'plain', notNode: 'it holds the text back for a tick, and loses it' },
);

behaviour(
  'a whole answer leaves before its socket is sent, and the next is that of the other process',
  async ({ serve }) => {
    const { connect } = await serve((_req, res) => {
      const socket = res.socket as HttpSocket;
      res.end('parent');
      child.send(ANSWER, socket);
    });
    const client = connect().send(get());
    assert.equal((await client.response()).body, 'parent');
    assert.equal((await client.response()).body, 'child');
  },
  { only: 'plain', notNode: 'an assertion of its own ends the process' },
);

behaviour(
  'a connection that is idle can be sent',
  async ({ serve }) => {
    let socket: HttpSocket | undefined;
    const { connect } = await serve((_req, res) => {
      socket = res.socket as HttpSocket;
      res.end('parent');
    });
    const client = connect().send(get());
    assert.equal((await client.response()).body, 'parent');
    await until(() => socket?._httpMessage === null);
    child.send(ANSWER, socket as Socket);
    assert.deepEqual(left(socket as HttpSocket), FREE);
    assert.equal((await client.send(get()).response()).body, 'child');
  },
  { only: 'plain' },
);

behaviour(
  'the program is told nothing of the request whose socket was sent',
  async ({ serve }) => {
    const events: string[] = [];
    const { server, ask } = await serve((req, res) => {
      const { socket } = res;
      for (const event of ['aborted', 'error', 'close']) req.on(event, () => events.push(`request ${event}`));
      for (const event of ['finish', 'error', 'close']) res.on(event, () => events.push(`response ${event}`));
      child.send(ANSWER, socket as Socket);
    });
    closeNone(server);
    assert.equal((await ask(get())).body, 'child');
    await turns();
    assert.deepEqual(events, []);
  },
  { only: 'plain', since: 24 },
);

behaviour(
  'a socket that is sent and kept goes on here',
  async ({ serve }) => {
    const seen: unknown[] = [];
    const { ask } = await serve((_req, res) => {
      const socket = res.socket as HttpSocket;
      child.send(ANSWER, socket, { keepOpen: true }, () => {});
      seen.push(socket.parser !== null, socket._httpMessage === res, res.socket === socket);
    });
    assert.equal((await ask(get())).body, 'child');
    assert.deepEqual(seen, [true, true, true]);
  },
  { only: 'plain' },
);
