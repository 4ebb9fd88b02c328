/**
 * The socket of a stream that leaves HTTP: what a program gets with 'upgrade' over HTTP/2 (RFC 8441).
 *
 * In: the octets of its stream. Out: a `net.Socket` that is read and written like one: the first that is written is the
 * head of a response, as over HTTP/1.1, and what follows are the tunnel's octets. Its addresses are the connection's; it
 * ends and is destroyed by itself, and touches no other stream.
 */
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { callableClass } from '../../node/callable-class.js';
import { clearTimeout, nextTick } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import { answerFor, CONNECTION_FACTS, kHost, type SocketHost } from './connection-facts.js';
import { secureTwin } from './secure-stream-socket.js';
import { emitClose, StreamSocket, type StreamSocketConstructor } from './stream-socket.js';

type StreamCallback = (error?: Error | null) => void;

/** The stream of a tunnel. */
export interface TunnelHost extends SocketHost {
  /** The program reads: more may come. */
  more(): void;
  write(bytes: Buffer, written: StreamCallback): void;
  end(written: StreamCallback): void;
}

export interface TunnelSocket extends ServerSocket {
  _stir(): void;
}

class TunnelSocketMethods extends (Socket as unknown as typeof Duplex) {
  declare [kHost]: TunnelHost;
  declare _over: boolean;
  declare _timer: NodeJS.Timeout | undefined;

  override _read(): void {
    this[kHost].more();
  }

  override _write(chunk: Buffer | string, encoding: BufferEncoding, callback: StreamCallback): void {
    this._stir();
    this[kHost].write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk, callback);
  }

  override _final(callback: StreamCallback): void {
    this[kHost].end(callback);
  }

  override _destroy(error: Error | null, callback: StreamCallback): void {
    this._over = true;
    clearTimeout(this._timer);
    this[kHost].abandon(error ?? undefined);
    callback(error);
    nextTick(emitClose, this, error !== null);
  }

  /** An error that nobody hears is none: no client may end the program, not even where what `pipe` listens with is all. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(event, ...args);
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', this.destroy);
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  get connecting() {
    return false;
  }

  get pending() {
    return false;
  }

  get readyState() {
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  declare _stir: () => void;
}

const { prototype } = TunnelSocketMethods;
// What a socket does by itself there is done by the stream here; its own time is that of any stream.
for (const name of ['pause', 'resume', 'read', 'end'] as const)
  Object.defineProperty(prototype, name, {
    value: Duplex.prototype[name],
    writable: true,
    configurable: true,
  });
const { _stir, setTimeout, setNoDelay, setKeepAlive, ref, unref } = StreamSocket.prototype;
Object.assign(prototype, { _writev: null, _stir, setTimeout, setNoDelay, setKeepAlive, ref, unref });
answerFor(prototype, CONNECTION_FACTS, ['address']);

function setUpTunnelSocket(this: TunnelSocketMethods, host: TunnelHost): void {
  this[kHost] = host;
  this._over = false;
  this._timer = undefined;
  Duplex.call(this as never, {
    allowHalfOpen: true,
    emitClose: false,
    autoDestroy: true,
    decodeStrings: true,
  });
}

const PlainTunnelSocket = callableClass<StreamSocketConstructor<TunnelHost>>(
  TunnelSocketMethods,
  function TunnelSocket(this: TunnelSocketMethods, host: TunnelHost) {
    setUpTunnelSocket.call(this, host);
  },
  Socket,
);

const secureTunnelSocket = secureTwin(
  PlainTunnelSocket,
  function SecureTunnelSocket(this: TunnelSocketMethods, host: TunnelHost) {
    setUpTunnelSocket.call(this, host);
  },
);

export function tunnelSocketFor(host: TunnelHost): TunnelSocket {
  const TunnelSocket = host.transport.encrypted === true ? secureTunnelSocket() : PlainTunnelSocket;
  return new TunnelSocket(host) as TunnelSocket;
}
