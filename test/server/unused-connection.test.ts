// A connection that its client opened and never used doesn't keep a closing server from ending.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { endsUnusedConnections } from '../../dist/node/line-habits.js';
import { CLOSING_GRACE } from '../../dist/server/limits.js';
import { behaviour, get, RawClient, turns, until } from '../subjects.js';

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

const used = get();
const told = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n';

for (const [what, sent, isCut] of [
  ['nothing was sent', '', endsUnusedConnections()],
  ['an empty line was sent', '\r\n', endsUnusedConnections()],
  ['a method was begun', 'GE', false],
  ['a request was answered', used, true],
  ['a second request was begun', `${used}GE`, false],
  ['a body was begun', `${told}bo`, false],
] as const) {
  behaviour(
    `closeIdleConnections() ${isCut ? 'cuts' : 'leaves'} a connection on which ${what}`,
    async ({ serve, subject }) => {
      const { connect, server } = await serve((req, res) => void req.resume().on('end', () => res.end()));
      const accepted = once(server, subject.secure ? 'secureConnection' : 'connection');
      const client = connect();
      const [socket] = (await accepted) as [Socket];
      if (sent !== '') client.send(sent);
      await until(() => socket.bytesRead >= sent.length);
      if (sent.startsWith(used)) await client.response();
      // Node's parser reads in the same turn.
      await turns(2);
      server.closeIdleConnections();
      assert.equal(socket.destroyed, isCut);
      client.socket.destroy();
    },
  );
}
