// The buffer that connections share: who gets the bytes, and what happens where one is read within another.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { Server, Socket } from 'node:net';
import { test } from 'node:test';
import { shareReads, stopSharing } from '../../dist/transport/shared-reads.js';

const server = new Server();
const listener = () => {};

/** A socket whose handle reads what the test says; `usual` is what took the usual way. */
function accept(receiveLent: (text: string) => void, by: Server | null = server) {
  let lent: Buffer | undefined;
  const socket = new Socket();
  const usual: Buffer[] = [];
  const told = { overrun: 0 };
  const _handle = {
    useUserBuffer: (buffer: Buffer) => {
      lent = buffer;
    },
    readStart: () => 0,
    close() {},
  };
  Object.assign(socket, { _handle, _server: by, push: (chunk: Buffer) => usual.push(chunk) > 0 });
  socket.on('data', listener);
  const reader = {
    receiveLent: (chunk: Buffer) => receiveLent(chunk.toString()),
    overrun: () => void told.overrun++,
  };
  shareReads(server, socket, reader, listener);
  const receive = (text: string) => {
    const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'kBufferCb');
    assert.ok(key && lent);
    const { [key]: callback } = socket as unknown as Record<symbol, (n: number, bytes: Buffer) => boolean>;
    return callback?.call(socket, lent.write(text), lent);
  };
  return { receive, socket, told, usual, isShared: () => lent !== undefined };
}

test('each connection is lent what it received', () => {
  const heard: string[] = [];
  const first = accept((text) => heard.push(`first ${text}`));
  const second = accept((text) => heard.push(`second ${text}`));
  first.receive('abc');
  second.receive('d');
  first.receive('ef');
  assert.deepEqual(heard, ['first abc', 'second d', 'first ef']);
});

for (const [when, change] of [
  ['a program listens as well', (socket: Socket) => socket.on('data', () => {})],
  ['a program reads by itself', (socket: Socket) => socket.on('readable', () => {})],
  ['the socket is paused', (socket: Socket) => socket.pause()],
  ['the connection has left', (socket: Socket) => stopSharing(socket)],
] as const) {
  test(`bytes take the usual way, in memory of their own, when ${when}`, () => {
    const { receive, socket, usual } = accept(() => assert.fail('lent'));
    change(socket);
    receive('kept');
    accept(() => {}).receive('other');
    assert.equal(usual.join(''), 'kept');
  });
}

test('a read within a read tells the first that its bytes are lost', () => {
  const inner = accept(() => {});
  const outer = accept((text) => {
    if (text === 'outer') inner.receive('inner');
  });
  outer.receive('outer');
  assert.equal(outer.told.overrun, 1);
  inner.receive('later');
  outer.receive('later');
  assert.deepEqual([outer.told.overrun, inner.told.overrun], [1, 0]);
});

test('a socket that comes back to a server is lent to whoever has it now', () => {
  const { receive, socket } = accept(() => assert.fail('the first one has left'));
  stopSharing(socket);
  const heard: string[] = [];
  const receiveLent = (chunk: Buffer) => void heard.push(chunk.toString());
  shareReads(new Server(), socket, { receiveLent, overrun: () => {} }, listener);
  receive('again');
  assert.deepEqual(heard, ['again']);
});

test('a socket that no server accepted keeps its own way', () => {
  assert.equal(accept(() => {}, null).isShared(), false);
});
