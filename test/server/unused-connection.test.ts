// A connection that its client opened and never used doesn't keep a closing server from ending.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CLOSING_GRACE } from '../../dist/server/limits.js';
import { behaviour, get, RawClient } from '../subjects.js';

behaviour(
  'server.close() ends although a client holds a connection on which it never sent anything',
  async ({ serve }) => {
    const { connect, server, ask } = await serve((_req, res) => res.end('answered'));
    const accepted = once(server, 'connection');
    const unused = connect();
    await accepted;
    assert.equal((await ask(get())).body, 'answered');
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await unused.rest(), '');
  },
  { notNode: 'it waits for as long as the client likes' },
);

behaviour(
  'a server that listens again keeps its new connections, used or not',
  async ({ serve, subject, context }) => {
    const { server } = await serve((_req, res) => res.end('answered'));
    await new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = once(server, subject.secure ? 'secureConnection' : 'connection');
    const socket = subject.connect({ port: (server.address() as AddressInfo).port });
    context.after(() => socket.destroy());
    await accepted;
    // What a closing server leaves to connections; it began before this wait, and so ends before it.
    await wait(CLOSING_GRACE);
    assert.equal((await new RawClient(socket).send(get()).response()).body, 'answered');
  },
);
