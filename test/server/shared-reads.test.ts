// The buffer that connections share: who gets the bytes, and what happens where one is read within another.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { type AddressInfo, connect, Server, Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { createServer } from '../../dist/index.js';
import { OtherSide, streamSocket } from '../../dist/node/stream-socket.js';
import { LARGE_READ_BYTES, MAX_LARGE_READERS, SHARED_READ_BYTES } from '../../dist/transport/limits.js';
import { forgetReader, shareReads, stopSharing } from '../../dist/transport/shared-reads.js';

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
    bodyBytesLeft: 0,
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
  shareReads(new Server(), socket, { bodyBytesLeft: 0, receiveLent, overrun: () => {} }, listener);
  receive('again');
  assert.deepEqual(heard, ['again']);
});

test('a socket that no server accepted keeps its own way', () => {
  assert.equal(accept(() => {}, null).isShared(), false);
});

/** Sockets that read as Node has them read, until the end of the test. */
const uploads: Upload[] = [];

class Upload {
  /** Lengths of what was lent. */
  readonly lengths: number[] = [];
  readonly socket: Socket;
  readonly #otherSide = new OtherSide();
  #onChunk: (chunk: Buffer) => void = () => {};
  bodyBytesLeft: number;

  constructor(bodyBytesLeft: number) {
    this.bodyBytesLeft = bodyBytesLeft;
    const socket = streamSocket(this.#otherSide);
    assert.ok(socket);
    this.socket = socket;
    Object.assign(socket, { _server: server });
    socket.on('data', listener);
    shareReads(server, socket, this, listener);
    uploads.push(this);
  }

  receiveLent(chunk: Buffer): void {
    this.lengths.push(chunk.length);
    this.bodyBytesLeft = Math.max(0, this.bodyBytesLeft - chunk.length);
    this.#onChunk(chunk);
  }

  overrun(): void {
    assert.fail('lent twice at a time');
  }

  onChunk(look: (chunk: Buffer) => void): this {
    this.#onChunk = look;
    return this;
  }

  /** So many bytes come at once; returns the lengths of the pieces. */
  send(length: number, byte = 0): number[] {
    this.lengths.length = 0;
    this.#otherSide.emit('data', Buffer.alloc(length, byte));
    return [...this.lengths];
  }

  leave(): void {
    forgetReader(this.socket);
  }
}

afterEach(() => {
  for (const upload of uploads.splice(0)) upload.leave();
});

const S = SHARED_READ_BYTES;
const L = LARGE_READ_BYTES;

test('a large body that comes faster than it is read comes in fewer pieces, all but its end', () => {
  const upload = new Upload(3 * L);
  assert.deepEqual(upload.send(3 * L), [S, L, L, S, S, S]);
  assert.deepEqual(upload.send(2 * S), [S, S], 'what comes after the body');
  upload.bodyBytesLeft = 2 * L;
  assert.deepEqual(upload.send(2 * L), [S, L, S, S, S], 'the next body');
});

for (const [what, bodyBytesLeft, sent, pieces] of [
  ['a request without a body, or with one of unknown length', 0, 3 * S, [S, S, S]],
  ['a body of less than one such read', L, 3 * S, [S, S, S]],
  ['a large body that does not come faster than it is read', 9 * L, S - 1, [S - 1]],
] as const) {
  test(`${what} comes in the usual pieces`, () => {
    const upload = new Upload(bodyBytesLeft);
    assert.deepEqual(upload.send(sent), pieces);
    assert.deepEqual(upload.send(sent), pieces);
  });
}

test('a large body that comes more slowly again comes in the usual pieces', () => {
  const upload = new Upload(99 * L);
  assert.deepEqual(upload.send(S + L), [S, L]);
  assert.deepEqual(upload.send(S - 1), [S - 1]);
  assert.deepEqual(upload.send(2 * S), [S, S]);
});

for (const [how, leave] of [
  ['has closed', (upload: Upload) => upload.leave()],
  ['has left its server', ({ socket }: Upload) => stopSharing(socket)],
  ['was destroyed, and its program took the listeners away', ({ socket }: Upload) => void socket.destroy()],
  ['has got all of its body', (upload: Upload) => upload.send(99 * L)],
  ['has a slower client', (upload: Upload) => upload.send(1)],
] as const) {
  test(`only so many are read so at a time, and the next one when one ${how}`, () => {
    const first = Array.from({ length: MAX_LARGE_READERS }, () => new Upload(9 * L));
    for (const upload of first) assert.deepEqual(upload.send(S + L), [S, L]);
    const next = new Upload(99 * L);
    assert.deepEqual(next.send(5 * S), [S, S, S, S, S]);
    leave(first[3] as Upload);
    assert.deepEqual(next.send(S + L), [S, L]);
    assert.deepEqual(new Upload(9 * L).send(2 * S), [S, S], 'there is room for one');
  });
}

test('nobody is lent what another has received, be it through the larger buffer or the usual one', () => {
  const look = (byte: number) => (chunk: Buffer) => assert.ok(chunk.every((each) => each === byte));
  const both = [1, 2].map((byte) => new Upload(99 * L).onChunk(look(byte)));
  for (const length of [S, L, S, 1, S, 100, L, 2 * S, 7]) {
    for (const [index, upload] of both.entries()) upload.send(length, index + 1);
  }
});

test('what a reader throws changes neither what comes next nor where it is read', () => {
  const other = new Upload(99 * L);
  const upload = new Upload(99 * L).onChunk(() => {
    upload.onChunk(() => {});
    throw new Error('of the reader');
  });
  assert.throws(() => upload.send(S), /of the reader/);
  assert.deepEqual(other.send(S + L), [S, L]);
  assert.deepEqual(upload.send(S + L), [S, L]);
});

test('a large body arrives whole, each piece in memory that holds nothing else', async () => {
  const length = 9 * L + 1;
  const body = Buffer.alloc(length, 'a large body ');
  const pieces: Buffer[] = [];
  const served = createServer((req, res) => {
    req.on('data', (piece: Buffer) => void pieces.push(piece));
    req.on('end', () => res.end());
  }).listen(0, '127.0.0.1');
  await once(served, 'listening');
  const client = connect((served.address() as AddressInfo).port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
  client.end(body);
  await client.toArray();
  served.close();
  assert.ok(Buffer.concat(pieces).equals(body));
  const large = pieces.filter((piece) => piece.length >= S);
  assert.ok(large.every((piece) => piece.buffer.byteLength === piece.length));
});
