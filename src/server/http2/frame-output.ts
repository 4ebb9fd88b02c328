/**
 * Writes what leaves a connection that speaks HTTP/2.
 *
 * In: that there is something to send. Out: writes on the socket, all frames that are ready in one, at the latest at the
 * end of the turn of the event loop; and word of what has left. Never more than the engine hands out at a time while the
 * socket asks for a pause: what is more urgent would come too late.
 */
import type { Http2Connection } from '../../http2/connection.js';
import type { Written } from '../../http2/outgoing-body.js';
import type { Output } from '../../http2/sender.js';
import { nextTick, setImmediate } from '../../node/timers.js';
import type { ServerSocket } from '../../transport/server-socket.js';

export class FrameOutput {
  readonly #socket: ServerSocket;
  readonly #engine: Http2Connection;
  readonly #onFinished: () => void;
  /** Memory of a program's own waits to leave. */
  keepsBytes = false;
  #scheduled = false;
  #flushing = false;
  /** How often something was handed over. */
  #count = 0;
  /** The count at which the socket had something to write, and since when; where it had nothing: -1. */
  #stalledAt = -1;
  #stalledSince = 0;

  /** @param onFinished - is told, perhaps more than once, when the engine wants nothing more of the socket */
  constructor(socket: ServerSocket, engine: Http2Connection, onFinished: () => void) {
    this.#socket = socket;
    this.#engine = engine;
    this.#onFinished = onFinished;
  }

  /** Makes sure that what waits leaves by the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(flushScheduled, this);
  }

  /** Memory of a program's own waits, which it may write to again after the tick. */
  keepBytes(): void {
    if (this.keepsBytes) return;
    this.keepsBytes = true;
    nextTick(flushKept, this);
  }

  /** Hands over what the socket takes. */
  flush(): void {
    this.#scheduled = false;
    this.keepsBytes = false;
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      this.#writeAll();
    } finally {
      this.#flushing = false;
    }
    if (this.#engine.finished) this.#onFinished();
  }

  /** Whether the client has read nothing of what was handed over last, for so many ms; to be asked now and then. */
  isStalled(now: number, timeout: number): boolean {
    const waits = this.#socket.writableLength > 0;
    if (waits && this.#stalledAt === this.#count) return now - this.#stalledSince >= timeout;
    this.#stalledAt = waits ? this.#count : -1;
    this.#stalledSince = now;
    return false;
  }

  #writeAll(): void {
    const socket = this.#socket;
    while (socket.writable && !socket.writableNeedDrain) {
      const output = this.#engine.pull();
      if (output === null) break;
      this.#write(output);
      this.#engine.settle();
    }
    this.#engine.settle();
  }

  #write({ pieces, written }: Output): void {
    const socket = this.#socket;
    this.#count++;
    const told = written.length > 0 ? (error?: Error | null) => tellAll(written, error) : undefined;
    if (pieces.length === 1) {
      socket.write(pieces[0], told);
      return;
    }
    if (pieces.length === 0) {
      told?.();
      return;
    }
    socket.cork?.();
    const last = pieces.length - 1;
    for (let i = 0; i < last; i++) socket.write(pieces[i]);
    socket.write(pieces[last], told);
    socket.uncork?.();
  }
}

function tellAll(written: readonly Written[], error: Error | null | undefined): void {
  for (const tell of written) tell(error);
}

function flushScheduled(output: FrameOutput): void {
  output.flush();
}

function flushKept(output: FrameOutput): void {
  if (output.keepsBytes) output.flush();
}
