/**
 * Writes responses to a socket, in as few writes as it can.
 *
 * In: text and bytes in the order they are to leave, and whoever wants to hear when they have. Out: writes on the
 * socket. What is to leave gathers in a WriteBatch; all of it leaves when `flush` is called, at the
 * latest at the end of the turn. Never reorders, and never holds back more than a socket's high-water mark.
 */
import { Socket } from 'node:net';
import { encodedLength } from '../node/byte-length.js';
import { nextTick, setImmediate } from '../node/timers.js';
import { CorkedWrites } from './corked-writes.js';
import { isClear, isPlainSocket, writeDirectly } from './direct-writes.js';
import { waitingIn } from './socket-order.js';
import { WaitingByTick } from './ticks.js';
import { assemble, encodable, type Piece, type ResizedBufferError, WriteBatch } from './write-batch.js';
import { NOBODY, type WriteListener, WriteListeners } from './write-listeners.js';

type WriteCallback = (error?: Error | null) => void;

interface Holder {
  /** Hands over what is held back. */
  release(): void;
}

const DEFAULT_HIGH_WATER_MARK = 16 * 1024;

export class SocketOutput {
  /** While set, `flush` is going to be called by whoever set it: nothing is scheduled. */
  held = false;
  /** Who holds back what a program wants to be held, until the socket ends. */
  holder: Holder | null = null;
  readonly socket: Socket;
  readonly #batch = new WriteBatch();
  readonly #writes: CorkedWrites;
  #scheduled = false;
  #leavesWithTick = false;
  /** The socket, where it can ever be written to directly. */
  readonly #plain: Socket | null;
  readonly #isNetSocket: boolean;
  /** Whether something could not leave, since the program had ended the socket. */
  hasDropped = false;
  /** Bytes that were written directly and that the kernel hasn't taken yet. */
  #late = 0;
  readonly #listeners = new WriteListeners();
  readonly #byTick = new WaitingByTick();
  readonly #onLeft: WriteCallback;
  readonly #onWritten: WriteCallback;

  constructor(socket: Socket) {
    const called = this.#callbacks();
    this.#onLeft = called.left;
    this.#onWritten = called.written;
    this.socket = socket;
    this.#writes = new CorkedWrites(socket);
    this.#plain = isPlainSocket(socket) ? socket : null;
    this.#isNetSocket = socket instanceof Socket;
  }

  /**
   * What writes call. Not assigned as it is written down: V8 puts a function that is assigned to a property among its old
   * objects, where it keeps the whole connection until the next full collection.
   */
  #callbacks(): { left: WriteCallback; written: WriteCallback } {
    const left: WriteCallback = (error) => this.#left(error);
    const written: WriteCallback = (error) => this.#listeners.reported(error);
    return { left, written };
  }

  /** Bytes that have not left yet, here and in the socket. */
  get backlog(): number {
    return this.#waiting() + this.#late + this.length;
  }

  /** Bytes that wait in the socket itself. */
  #waiting(): number {
    return this.#isNetSocket ? waitingIn(this.socket) : this.socket.writableLength;
  }

  /** Whether the socket asked for a pause, or would with what waits here. */
  get full(): boolean {
    return this.backlog >= this.#highWaterMark();
  }

  #highWaterMark(): number {
    return this.socket.writableHighWaterMark ?? DEFAULT_HIGH_WATER_MARK;
  }

  /** Whether bytes wait here in memory of the program, which it may write to again. */
  get keepsBytes(): boolean {
    return this.#batch.keepsBytes;
  }

  /** Bytes that wait here and are not yet the socket's. */
  get length(): number {
    return this.#batch.length;
  }

  ascii(text: string): void {
    this.#makeRoom(text.length);
    this.#batch.ascii(text);
  }

  latin1(text: string): void {
    this.#makeRoom(text.length);
    this.#batch.latin1(text);
  }

  /**
   * Text in its encoding, or bytes.
   * @param length - its bytes, where they have been counted already: where they are others by now, the connection is cut
   */
  put(data: string | Uint8Array, encoding: BufferEncoding | null | undefined, length: number | null): void {
    const piece = encodable(data, encoding);
    const counted = length ?? encodedLength(piece, encoding);
    this.#makeRoom(counted);
    this.#batch.put(piece, encoding, counted);
  }

  /**
   * Ended responses leave first where they would not fit together with what comes: so that a write is only said to be
   * too much where the socket can't take it, and not because others before it are waiting here.
   */
  #makeRoom(byteLength: number): void {
    if (this.#listeners.isEmpty || !this.#listeners.endsResponse) return;
    const { length } = this.#batch;
    const highWaterMark = this.#highWaterMark();
    if (length > 0 && length < highWaterMark && length + byteLength >= highWaterMark) this.flush();
  }

  /** Hands what waits to the socket, corked: it says whether that is too much, and writes when the turn is over. */
  #passOn(): boolean {
    // Then all that waits is the socket's already.
    if (this.length === 0) return false;
    this.#writes.cork();
    return this.#write(undefined);
  }

  /** Hears when everything written so far has left. */
  notify(listener: WriteListener): void {
    this.#listeners.add(listener);
  }

  /** Makes sure that what waits leaves by the end of this turn. Returns false where the program should pause. */
  schedule(): boolean {
    const accepted = !this.full || this.#passOn();
    if (this.held) return accepted;
    this.#byTick.note(this.length);
    if (this.#batch.keepsBytes) {
      // A program may write to its buffer again after the tick.
      if (!this.#leavesWithTick) nextTick(flushAfterTick, this);
      this.#leavesWithTick = true;
    } else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(flushScheduled, this);
    }
    return accepted;
  }

  /** Hands what waits to the socket; who wants to hear of it is told after the next flush. */
  push(): void {
    if (this.length === 0) return;
    if (!this.#isClear()) this.flush();
    else if (!this.#writeDirectly()) this.#listeners.sent(NOBODY);
  }

  /** The tick in which bytes of the program's own memory were written is over. */
  flushAfterTick(): void {
    this.#leavesWithTick = false;
    if (this.#batch.keepsBytes && !this.held) this.flush();
  }

  /** Hands everything to the socket. Returns false where the program should pause. */
  flush(): boolean {
    this.#scheduled = false;
    this.#byTick.clear();
    if (this.#isClear()) {
      this.#flushDirectly(true);
      return true;
    }
    let accepted = true;
    if (this.socket.writableEnded) {
      accepted = this.#flushAfterEnd();
    } else if (!this.#listeners.isEmpty) {
      const endsResponse = this.#listeners.endsResponse;
      this.#listeners.sent(this.#listeners.take());
      accepted = this.#write(this.#onWritten);
      if (endsResponse) this.#writes.uncorkWholly();
    } else if (this.length > 0) {
      accepted = this.#write(undefined);
    }
    this.#writes.uncork();
    return accepted;
  }

  flushHeld(): void {
    this.holder?.release();
    this.flush();
  }

  /**
   * The program ended the socket itself: nothing can follow. Who waits for what came after hears of the close; who
   * waits for no more than came before is told when that has left.
   */
  #flushAfterEnd(): boolean {
    const group = this.#listeners.take();
    const isDropped = this.length > 0;
    if (isDropped) {
      this.hasDropped = true;
      this.#batch.takeUnchecked();
    }
    if (this.socket.destroyed) this.#listeners.tellDestroyed(group);
    else if (!isDropped && group !== NOBODY) this.#listeners.joinLast(group, this.socket);
    return !isDropped;
  }

  /**
   * The connection is cut: forgets what the present tick wrote, as it is on node:http, where that would have left with
   * the next one. What was written before, and a whole response, leaves.
   */
  abandon(): void {
    if (this.#listeners.endsResponse || (this.#writes.areCorked && !this.held && !this.#byTick.isPresent)) {
      this.flush();
      return;
    }
    const kept = this.#byTick.before;
    const parts = this.#batch.takeUnchecked();
    this.#byTick.clear();
    if (kept > 0) this.#writeFirst(parts, kept);
    this.#listeners.tellDestroyed(this.#listeners.take());
  }

  #writeFirst(parts: readonly Piece[], kept: number): void {
    const length = parts.reduce((sum, piece) => sum + piece.length, 0);
    try {
      this.socket.write(assemble(parts, length).subarray(0, kept));
    } catch {
      // A buffer that was resized: nothing of it can leave, and the connection is cut anyway.
    }
  }

  /** Whether what is flushed now is handed to the kernel within the call, with nothing before it. */
  get leavesAtOnce(): boolean {
    return !this.#listeners.areInFlight && this.#waiting() === 0;
  }

  /**
   * Hands everything to the socket at the end of a turn. Where nobody watches and the kernel has it all, the listeners
   * are told at once: that spares a tick.
   */
  settle(): void {
    if (this.#isClear()) this.#flushDirectly(this.#listeners.watched);
    else this.flush();
  }

  /** Whether what waits can go past the socket's Writable, unnoticed. */
  #isClear(): boolean {
    if (this.#plain === null || this.#listeners.areInFlight) return false;
    return isClear(this.#plain) && this.length < this.#plain.writableHighWaterMark;
  }

  #flushDirectly(watched: boolean): void {
    const socket = this.#plain as Socket;
    // Taken before anything is written: where that fails, the socket's destruction flushes again.
    const group = this.#listeners.take();
    if (this.length > 0 && !this.#writeDirectly()) this.#listeners.sent(group);
    else if (watched) this.#listeners.tellSoon(group, socket);
    else this.#listeners.tellNow(group, socket);
  }

  /** Returns whether the kernel has it all already. */
  #writeDirectly(): boolean {
    this.#late = this.length;
    const pieces = this.#take();
    if (pieces !== null) writeDirectly(this.#plain as Socket, pieces, this.#onLeft);
    return this.#late === 0;
  }

  /** Everything that waits; null where it is not what was counted any more: then the connection is cut. */
  #take(): Piece | readonly Piece[] | null {
    try {
      return this.#batch.takeWhole() ?? this.#batch.takeParts();
    } catch (error) {
      this.#late = 0;
      this.#writes.cutAfter(error as ResizedBufferError);
      return null;
    }
  }

  #left(error: Error | null | undefined): void {
    this.#late = 0;
    // Whoever waits for this write hears of it first, as on node:http.
    if (error) {
      this.#listeners.failed(error);
      nextTick(destroy, this.#plain, error);
    }
    if (this.#listeners.areInFlight) this.#listeners.reported(error);
  }

  #write(callback: WriteCallback | undefined): boolean {
    const socket = this.socket;
    if (socket.writableEnded) return this.#flushAfterEnd();
    const taken = this.#take();
    if (taken === null) {
      if (callback !== undefined) nextTick(callback, socket.errored);
      return false;
    }
    if (Array.isArray(taken)) return this.#writes.writeAll(taken, callback);
    const piece = taken as Piece;
    const settled = !socket.destroyed && this.#late === 0 && this.#waiting() === 0;
    if (piece.chunk === '' && callback !== undefined && !this.#writes.areCorked && settled) {
      nextTick(callback);
      return true;
    }
    return this.#writes.write(piece, callback);
  }
}

function destroy(socket: Socket, error: Error): void {
  socket.destroy(error);
}

function flushScheduled(output: SocketOutput): void {
  output.flush();
}

function flushAfterTick(output: SocketOutput): void {
  output.flushAfterTick();
}
