/**
 * Writes what leaves a connection that speaks HTTP/2.
 *
 * In: that there is something to send. Out: writes on the socket, all frames that are ready in one, at the latest at the
 * end of the turn of the event loop, past the state machine of its Writable where nobody could notice; and word of what
 * has left. Never more than the engine hands out at a time while the socket asks for a pause: what is more urgent would
 * come too late. A stream that is alone has more of it handed out, as far as the kernel takes it at once. Where the kernel
 * takes all there is, the event loop has its turn now and then: others have requests too.
 */
import type { Socket } from 'node:net';
import type { Http2Connection } from '../../http2/connection.js';
import { HANDED_OUT_BYTES, MOST_HANDED_OUT_BYTES, QUANTUM_BYTES, TURN_BYTES } from '../../http2/limits.js';
import type { LeftListener } from '../../http2/outgoing-body.js';
import type { Output } from '../../http2/sender.js';
import { nextTick, setImmediate } from '../../node/timers.js';
import { unsentBytes } from '../../node/write-queue.js';
import { isClear, isPlainSocket, type RawPiece, writeDirectly } from '../../transport/direct-writes.js';
import type { ServerSocket } from '../../transport/server-socket.js';
import type { GatheringOutput } from '../../transport/socket-order.js';

/** The connection, as far as what it sends goes. */
export interface FrameOutputHost {
  /** Has what waits handed over, where it is nobody's turn: in the context of no request. */
  flush(): void;
  /** What was written has left, and more may. */
  onDrain(): void;
  /** The engine wants nothing more of the socket; told perhaps more than once. */
  outputFinished(): void;
}

export class FrameOutput implements GatheringOutput {
  /** What a program writes to the connection's socket by itself has no place among the frames. */
  readonly length = 0;
  readonly #socket: ServerSocket;
  readonly #engine: Http2Connection;
  readonly #host: FrameOutputHost;
  /** The socket, where it can ever be written to directly. */
  readonly #plain: Socket | null;
  /** Something was written directly that the kernel hasn't taken whole. */
  #isLate = false;
  /** Memory of a program's own waits to leave. */
  keepsBytes = false;
  #scheduled = false;
  /** Octets that were handed over since the event loop had its turn, as far as that is known. */
  #inTurn = 0;
  #flushing = false;
  /** How often something was handed over. */
  #count = 0;
  /** The count at which the socket had something to write, how much, and since when; where it had nothing: -1. */
  #stalledAt = -1;
  #stalledWith = 0;
  #stalledSince = 0;

  constructor(socket: ServerSocket, engine: Http2Connection, host: FrameOutputHost) {
    this.#socket = socket;
    this.#plain = isPlainSocket(socket) ? socket : null;
    this.#engine = engine;
    this.#host = host;
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

  flushInNextTurn(): void {
    this.#scheduled = false;
    const wasCut = this.#inTurn >= TURN_BYTES;
    this.#inTurn = 0;
    // Its host may have stopped reading since so much waits.
    if (wasCut) this.#host.onDrain();
    else this.#host.flush();
  }

  /** The tick in which memory of a program's own was written is over. */
  flushKept(): void {
    if (this.keepsBytes) this.#host.flush();
  }

  /** Hands over what the socket takes, and in one turn of the event loop no more than a bound. */
  flush(): void {
    // Who writes while it hands over may do so after the last look at what waits: the tick ends with another.
    if (this.#flushing) return;
    this.keepsBytes = false;
    this.#flushing = true;
    try {
      this.#writeAll();
    } finally {
      this.#flushing = false;
    }
    if (this.#engine.finished) this.#host.outputFinished();
  }

  /** Octets that were handed over and have not left. */
  get unsent(): number {
    return unsentBytes(this.#socket);
  }

  /** Whether the client has read nothing of what was handed over last, for so many ms; to be asked now and then. */
  isStalled(now: number, timeout: number): boolean {
    const { unsent } = this;
    const waits = this.#isLate || unsent > 0;
    if (waits && this.#stalledAt === this.#count && this.#stalledWith === unsent)
      return now - this.#stalledSince >= timeout;
    this.#stalledAt = waits ? this.#count : -1;
    this.#stalledWith = unsent;
    this.#stalledSince = now;
    return false;
  }

  /**
   * A handler is about to be called, perhaps among others of whom the engine is just told that there is room for their
   * answers: what one wrote leaves before the next one may write to the same memory.
   */
  beforeHandler(): void {
    if (!this.keepsBytes) return;
    if (this.#flushing) this.#handOver();
    else this.#host.flush();
  }

  /** The socket ends: what was answered before leaves. */
  flushHeld(): void {
    this.#handOver();
  }

  /** The connection is cut: what was answered before leaves as far as it can at once, as on node:http. */
  abandon(): void {
    this.#handOver();
  }

  /** As `#writeAll`, but that nobody is told of what there is room for now: whoever calls is about to, or there is none. */
  #handOver(): void {
    this.keepsBytes = false;
    while (this.isOpen) {
      const output = this.#pull(HANDED_OUT_BYTES);
      if (output === null) return;
      this.#inTurn += output.octets;
      this.#write(output);
    }
  }

  /** TLS lets what it is given wait until it has done with what was written before: in memory of a program's own it must not. */
  #pull(most: number): Output | null {
    return this.#engine.pull(most, this.#socket.writableLength > 0 ? QUANTUM_BYTES : 0);
  }

  /** Whether the socket takes more. */
  #takes(): boolean {
    return !this.#isLate && this.#socket.writable && !this.#socket.writableNeedDrain;
  }

  /** Whether the socket takes more, in this turn of the event loop. */
  get isOpen(): boolean {
    return this.#takes() && this.#inTurn < TURN_BYTES;
  }

  #writeAll(): void {
    let most = HANDED_OUT_BYTES;
    while (this.#takes()) {
      // Programs that stream are told at once that there is room: else they and a client as fast would go on for ever.
      if (this.#inTurn >= TURN_BYTES) {
        this.schedule();
        break;
      }
      const output = this.#pull(most);
      if (output === null) break;
      this.#inTurn += output.octets;
      this.#write(output);
      this.#engine.settle();
      // The kernel takes all, and no other stream waits for its turn: fewer writes of more cost less.
      if (most < MOST_HANDED_OUT_BYTES && this.#engine.openStreams === 1) most *= 2;
    }
    this.#engine.settle();
  }

  #write({ pieces, listeners }: Output): void {
    const socket = this.#socket;
    this.#count++;
    if (this.#plain !== null && pieces.length > 0 && isClear(this.#plain)) {
      this.#writeDirectly(this.#plain, pieces, listeners);
      return;
    }
    const told = listeners.length > 0 ? (error?: Error | null) => tellAll(listeners, error) : undefined;
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

  #writeDirectly(socket: Socket, pieces: readonly Uint8Array[], listeners: readonly LeftListener[]): void {
    let isWithin = true;
    this.#isLate = true;
    writeDirectly(socket, pieces.length === 1 ? raw(pieces[0]) : bytesOnly(pieces), (error) => {
      this.#isLate = false;
      if (!isWithin) this.#inTurn = 0;
      if (listeners.length > 0) nextTick(tellAll, listeners, error);
      // Whoever waits for this write hears of it first, as on node:http.
      if (error) nextTick(destroy, socket, error);
      else if (!isWithin) this.#host.onDrain();
    });
    isWithin = false;
  }
}

function raw(chunk: Uint8Array): RawPiece {
  return { chunk, encoding: 'buffer' };
}

/** As a Writable tells `_writev` that none of it is text. */
function bytesOnly(pieces: readonly Uint8Array[]): readonly RawPiece[] {
  return Object.assign(pieces.map(raw), { allBuffers: true });
}

function destroy(socket: Socket, error: Error): void {
  socket.destroy(error);
}

function tellAll(listeners: readonly LeftListener[], error: Error | null | undefined): void {
  for (let i = 0; i < listeners.length; i++) listeners[i].onLeft(error);
}

function flushScheduled(output: FrameOutput): void {
  output.flushInNextTurn();
}

function flushKept(output: FrameOutput): void {
  output.flushKept();
}
