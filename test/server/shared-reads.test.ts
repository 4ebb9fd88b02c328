// The buffer that connections share: who gets the bytes, and what happens where one is read within another.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { Server, Socket } from 'node:net';
import { test } from 'node:test';
import { shareReads } from '../../dist/server/shared-reads.js';

/** A handle of Node's as far as reading goes; `receive` is what the kernel would do. */
class Handle {
  bytesRead = 0;
  readonly usual: (Buffer | undefined)[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  onread(bytes: ArrayBuffer | undefined): void {
    this.usual.push(bytes && Buffer.from(bytes));
  }
  readStart(): number {
    return 0;
  }
  readStop(): number {
    return 0;
  }
  close(): void {}
  useUserBuffer(buffer: Buffer): void {
    this.#buffer = buffer;
  }
  receive(text: string): void {
    this.bytesRead += this.#buffer.write(text);
    this.onread(undefined);
  }
}

const server = new Server();
const listener = () => {};

function accept(receiveLent: (text: string) => void) {
  const handle = new Handle();
  const socket = new Socket();
  const told = { overrun: 0 };
  socket.on('data', listener);
  socket.resume();
  Object.assign(socket, { _handle: handle, _server: server });
  const reader = {
    receiveLent: (chunk: Buffer) => receiveLent(chunk.toString()),
    overrun: () => void told.overrun++,
  };
  shareReads(server, socket, reader, listener);
  return { handle, socket, told };
}

test('each connection is lent what it received', () => {
  const heard: string[] = [];
  const first = accept((text) => heard.push(`first ${text}`));
  const second = accept((text) => heard.push(`second ${text}`));
  first.handle.receive('abc');
  second.handle.receive('d');
  first.handle.receive('ef');
  assert.deepEqual(heard, ['first abc', 'second d', 'first ef']);
});

test('the end of what a client sends takes the usual way', () => {
  const { handle } = accept(() => assert.fail('nothing was received'));
  handle.receive('');
  assert.equal(handle.usual.length, 1);
});

for (const [when, change] of [
  ['a program listens as well', (socket: Socket) => socket.on('data', () => {})],
  ['a program reads by itself', (socket: Socket) => socket.on('readable', () => {})],
  ['the socket is paused', (socket: Socket) => socket.pause()],
  ['the connection has left', (socket: Socket) => socket.off('data', listener)],
] as const) {
  test(`bytes take the usual way, in memory of their own, when ${when}`, () => {
    const { handle, socket } = accept(() => assert.fail('lent'));
    change(socket);
    handle.receive('kept');
    accept(() => {}).handle.receive('other');
    assert.equal(handle.usual.join(''), 'kept');
  });
}

test('a read within a read tells the first that its bytes are lost', () => {
  const inner = accept(() => {});
  const outer = accept((text) => {
    if (text === 'outer') inner.handle.receive('inner');
  });
  outer.handle.receive('outer');
  assert.equal(outer.told.overrun, 1);
  inner.handle.receive('later');
  outer.handle.receive('later');
  assert.deepEqual([outer.told.overrun, inner.told.overrun], [1, 0]);
});

test('a socket that the server did not accept keeps its own way', () => {
  const handle = new Handle();
  const usual = handle.onread;
  const socket = new Socket();
  Object.assign(socket, { _handle: handle });
  shareReads(server, socket, { receiveLent: () => {}, overrun: () => {} }, listener);
  assert.equal(handle.onread, usual);
});
