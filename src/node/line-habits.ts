/**
 * What servers of the Node in use do where its lines, and releases of one line, differ.
 *
 * Asked of Node's own server by what it does, when it first matters: bytes go in by a stream that is no socket, and no
 * program hears of it. Where it can't be asked, it counts as doing what Node 24 did at first.
 */
import { Buffer } from 'node:buffer';
import { EventEmitter } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

type ConnectionListener = (this: object, socket: Duplex) => void;

/** As they are before `premier/register` puts others in their place. */
const { Server: NodeServer, _connectionListener: connectionListener } = http as typeof http & {
  _connectionListener: ConnectionListener;
};
const { _destroy: destroyRequest, _dump: dropRequest } = http.IncomingMessage.prototype as unknown as {
  _destroy(this: object, error: null, callback: () => void): void;
  _dump(this: object): void;
};

/** A stream that nobody is at the other end of. */
function nobody(): Duplex {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
}

/** Whether `ask` says yes; no where this Node can't be asked so. */
function says(ask: () => boolean): boolean {
  try {
    return ask();
  } catch {
    return false;
  }
}

/** The first event of those listed that a server of Node's emits when `bytes` come, and what with. */
function firstEvent(
  bytes: string,
  listed: string[],
  settings: object,
): [name: string, ...args: unknown[]] | null {
  let first: [string, ...unknown[]] | null = null;
  const server = {
    ...settings,
    listenerCount: () => 1,
    shouldUpgradeCallback: () => true,
    emit(name: string, ...args: unknown[]) {
      if (listed.includes(name)) first ??= [name, ...args];
      return true;
    },
  };
  const stream = nobody();
  try {
    connectionListener.call(server, stream);
    stream.emit('data', Buffer.from(bytes, 'latin1'));
  } finally {
    stream.destroy();
  }
  return first;
}

/** Asked once, when it first matters. */
function once(ask: () => boolean): () => boolean {
  let answer: boolean | null = null;
  return () => {
    answer ??= says(ask);
    return answer;
  };
}

/** Whether fields beyond `maxHeadersCount` are refused, rather than left out. */
export const refusesManyFields = once(() => {
  const head = 'GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\n';
  return firstEvent(head, ['clientError'], { maxHeadersCount: 1 }) !== null;
});

const UPGRADE =
  'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: a\r\nContent-Length: 1\r\n\r\nab';

/** Whether the body of a request with Upgrade is read as such, rather than given to the listener as the head of what follows. */
export const readsBodyOfUpgrade = once(() => {
  const event = firstEvent(UPGRADE, ['upgrade'], {});
  return String((event as [string, IncomingMessage, Duplex, Buffer] | null)?.[3]) === 'b';
});

/** Whether `closeIdleConnections` takes connections on which nothing was sent. */
export const endsUnusedConnections = once(() => {
  const server = new NodeServer();
  const emit = EventEmitter.prototype.emit;
  const stream = nobody();
  try {
    emit.call(server, 'listening');
    connectionListener.call(server, stream);
    server.closeIdleConnections();
    return stream.destroyed;
  } finally {
    stream.destroy();
    server.emit = () => true;
    server.close();
  }
});

/** Whether a request that was read to its end and is destroyed closes in the next tick, rather than in that after it. */
export const closesReadAtOnce = says(() => {
  let closed = false;
  const request = {
    readableEnded: true,
    complete: true,
    aborted: false,
    socket: null,
    listenerCount: () => 0,
  };
  destroyRequest.call(request, null, () => {
    closed = true;
  });
  return closed;
});

/** Whether a request that came whole and that nobody reads is told its end at once when it is dropped. */
export const endsDroppedAtOnce = says(() => {
  let read = false;
  dropRequest.call({
    _dumped: false,
    complete: true,
    destroyed: false,
    readableLength: 0,
    removeAllListeners() {},
    resume() {},
    read() {
      read = true;
    },
  });
  return read;
});
