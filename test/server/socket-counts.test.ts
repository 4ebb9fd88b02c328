// What a socket says of itself counts what was written to a response, from the moment it was written.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { behaviour, get, type Response } from '../subjects.js';

/** What programs ask of a socket, without the bytes of a head. */
function counts(socket: Socket, head: number): number[] {
  const { bytesWritten, writableLength } = socket;
  return [bytesWritten - head, writableLength > 0 ? writableLength - head : 0];
}

/** Bytes of the head as it will be, with its Date. */
const headOf = (res: Response) => (res as unknown as { _header: string })._header.length;

for (const [how, framing, perWrite] of [
  ['in chunks', {}, 10],
  ['of a length', { 'Content-Length': 10 }, 5],
] as const) {
  behaviour(
    `right after each write the socket counts what was written, ${how}`,
    async ({ serve }) => {
      const seen: number[][] = [];
      const { ask } = await serve(async (req, res) => {
        const { socket } = req;
        const before = socket.bytesWritten;
        res.writeHead(200, framing);
        for (const text of ['hello', 'world']) {
          res.write(text);
          seen.push(counts(socket, headOf(res) + before));
          assert.equal((socket as Socket & { bufferSize: number }).bufferSize, socket.writableLength);
          assert.equal(res.writableLength, socket.writableLength);
        }
        await new Promise(setImmediate);
        seen.push(counts(socket, headOf(res) + before));
        res.end();
        const finished = socket.bytesWritten - before - headOf(res);
        await once(res, 'finish');
        assert.equal(socket.bytesWritten - before - headOf(res), finished);
      });
      await ask(get());
      assert.deepEqual(seen, [
        [perWrite, perWrite],
        [2 * perWrite, 2 * perWrite],
        [2 * perWrite, 0],
      ]);
    },
    // On Node 26 what is written in one turn becomes one chunk.
    { only: 'plain', until: 24 },
  );
}

behaviour(
  'right after the end, bytesWritten counts all of the answer',
  async ({ serve }) => {
    let written = 0;
    const { ask } = await serve((req, res) => {
      const before = req.socket.bytesWritten;
      res.end('hello');
      written = req.socket.bytesWritten - before - headOf(res);
    });
    assert.equal((await ask(get())).body, 'hello');
    assert.equal(written, 5);
  },
  { only: 'plain' },
);

behaviour(
  'a socket that left HTTP counts as any other, and has the methods of its class',
  async ({ serve }) => {
    const { server, connect } = await serve(() => {});
    const upgraded = once(server, 'upgrade');
    const client = connect().send(get('/', 'Connection: upgrade', 'Upgrade: x'));
    const [, socket] = (await upgraded) as [unknown, Socket];
    assert.equal(Object.getPrototypeOf(socket), Socket.prototype);
    for (const name of ['write', 'end', 'destroy', 'setTimeout'] as const) {
      assert.equal(socket[name], Socket.prototype[name]);
      assert.ok(!Object.keys(socket).includes(name));
    }
    socket.end('bye');
    assert.equal(await client.rest(), 'bye');
    assert.equal(socket.bytesWritten, 3);
  },
  { only: 'plain' },
);
