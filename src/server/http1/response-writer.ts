/**
 * Writes one response in HTTP/1.1: what stands behind a `ServerResponse` on such a connection.
 *
 * In: what the response asks (interim heads, a head, pieces of a body, an end) and word that it is its turn. Out: the same,
 * in order, for the connection's output, where framed-output.ts frames it; what comes before its turn, or while it is held,
 * waits here. Never another response after less of a body than was announced.
 */

import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { type FieldList, NO_FIELDS } from '../../http/field-list.js';
import { interimHead } from '../../http1/response-end.js';
import { composeHead, type ResponseHead } from '../../http1/response-head.js';
import type { IncomingMessage } from '../../message/incoming-message.js';
import type {
  ChannelListener,
  Chunk,
  Encoding,
  HeadFacts,
  WriteCallback,
} from '../../message/response-channel.js';
import { nextTick } from '../../node/timers.js';
import { GivenOutput, type Output } from '../../transport/given-output.js';
import { countsOutput } from '../../transport/socket-order.js';
import { SocketOutput } from '../../transport/socket-output.js';
import type { WriteListener } from '../../transport/write-listeners.js';
import { dateLine } from '../date-field.js';
import type { ExchangeObservation } from '../observation.js';
import { type Leaving, tellLeft } from '../response-left.js';
import { type WaitingPiece, WaitingPieces } from '../waiting-pieces.js';
import { beginBody, putEnd, putHead, putPiece } from './framed-output.js';
import { cutAfterWritten, tellWritten } from './write-callbacks.js';
import { NO_CALL, type OwnedWriter, type WriterOwner } from './writer-owner.js';

/** How far a response has got. */
const WAITING = 0;
const WRITING = 1;
const ENDED = 2;
const LEFT = 3;
/** The program gave it up before its turn: when that comes, the connection is cut. */
const GIVEN_UP = 4;

type State = typeof WAITING | typeof WRITING | typeof ENDED | typeof LEFT | typeof GIVEN_UP;

export class ResponseWriter<R extends ChannelListener = ChannelListener>
  implements OwnedWriter<R>, WriteListener, Leaving
{
  readonly endsResponse = true;
  readonly response: R;
  readonly request: IncomingMessage | null;
  exchange: ExchangeObservation | null = null;
  #owner: WriterOwner<R> | null;
  #state: State = WAITING;
  #output: Output | null = null;
  #isHeld = false;
  #head: ResponseHead | null = null;
  #waiting: WaitingPieces | null = null;
  #hasEnded = false;
  /** In which call of a segment it ended, and whether it waits for others to leave with them. */
  #endedIn = NO_CALL;
  #isGathered = false;

  /** @param owner - the connection; null where the program puts the response on a socket of its own */
  constructor(response: R, owner: WriterOwner<R> | null, request: IncomingMessage | null = null) {
    this.response = response;
    this.request = request;
    this.#owner = owner;
  }

  get watched(): boolean {
    return this.response.watched;
  }

  /** Whether the first byte of its head has been handed on. */
  get headSent(): boolean {
    return this.#head?.sent === true && this.#state !== WAITING;
  }

  /** Whether its turn hasn't come. */
  get isWaiting(): boolean {
    return this.#state === WAITING;
  }

  get hasHead(): boolean {
    return this.#head !== null;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get waitingBytes(): number {
    return this.#waiting?.bytes ?? 0;
  }

  get waiting() {
    return this.#waiting?.pieces ?? [];
  }

  get backlog(): number {
    const output = this.#output;
    return output === null || countsOutput(output.socket) ? 0 : output.length;
  }

  get isOverdue(): boolean {
    if (this.#endedIn === NO_CALL || this.#endedIn === this.#owner?.presentCall) return false;
    return this.#isGathered || this.#output?.leavesAtOnce === true;
  }

  get leavesAtOnce(): boolean {
    const output = this.#output;
    return output?.leavesAtOnce === true && this.#waiting === null && !this.#owner?.gathers;
  }

  /** Where the response's bytes go now; null while they wait. */
  #way(): Output | null {
    return this.#state === WRITING && !this.#isHeld ? this.#output : null;
  }

  allowsStatus(): boolean {
    return true;
  }

  interim(status: number, fields: FieldList, written: WriteCallback | null): boolean {
    const head = interimHead(status, STATUS_CODES[status] ?? 'unknown', fields);
    const output = this.#way();
    if (output === null) return this.raw(head, 'latin1', written);
    output.latin1(head);
    if (written !== null) tellWritten(output, written);
    // It says what happens now: a response that is given up after it doesn't take it back.
    return output.flush();
  }

  raw(data: Chunk, encoding: Encoding, written: WriteCallback | null): boolean {
    const output = this.#way();
    if (output === null)
      return this.#wait({ data, encoding, length: data.length, callback: written, isBody: false });
    if (data.length > 0) output.put(data, encoding, null);
    if (written !== null) tellWritten(output, written);
    return output.schedule();
  }

  head(facts: HeadFacts, fields: FieldList): ResponseHead {
    // What has left counts, and what comes after it is framed as that says.
    if (this.#head?.sent) return this.#head;
    const head = composeHead(facts, fields, dateLine(), this.#owner?.endsAfter(this) ?? false);
    this.#head = head;
    beginBody(head, facts._hasBody);
    return head;
  }

  flush(): boolean {
    const output = this.#way();
    if (output === null)
      return this.#wait({ data: '', encoding: null, length: 0, callback: null, isBody: true });
    // As on node:http, what else was written in this turn doesn't leave sooner for it.
    const head = this.#head;
    if (head !== null && !head.sent) {
      putHead(output, head);
      output.push();
    }
    return output.schedule();
  }

  body(data: Chunk, encoding: Encoding, length: number, written: WriteCallback | null): boolean {
    const output = this.#way();
    if (output === null) return this.#wait({ data, encoding, length, callback: written, isBody: true });
    this.#putBody(output, data, encoding, length);
    if (written !== null) tellWritten(output, written);
    return output.schedule();
  }

  end(data: Chunk, encoding: Encoding, length: number, trailers: FieldList): void {
    this.#hasEnded = true;
    this.#isHeld = false;
    const output = this.#way();
    if (output === null || this.#waiting !== null) {
      this.#wait({ data, encoding, length, callback: null, isBody: true });
      if (this.#waiting !== null) this.#waiting.trailers = trailers;
      if (output === null) return;
      this.#putWaiting(output);
    } else if (length > 0) {
      this.#putBody(output, data, encoding, length);
    }
    this.#finish(output, trailers);
  }

  hold(): void {
    if (!this.#hasEnded) this.#isHeld = true;
  }

  release(): boolean {
    this.#isHeld = false;
    const output = this.#way();
    if (output === null || this.#waiting === null) return this.waitingBytes < this.response._highWaterMark;
    this.#putWaiting(output);
    return output.flush();
  }

  abort(error: Error | undefined): void {
    if (this.#output === null) {
      // As on Node 24, what was ended before it is destroyed for no reason is whole, and leaves in its turn.
      if (this.#state !== WAITING || (this.#hasEnded && error === undefined)) return;
      this.#state = GIVEN_UP;
      this.#dropWaiting();
    } else {
      this.#cut(this.#output, error);
    }
  }

  /** As on node:http, what was answered before still arrives, and so does this response where it was ended. */
  #cut(output: Output, error: Error | undefined): void {
    const { socket } = output;
    if (this.#owner === null || this.#owner.isAlone(this)) {
      if (this.#hasEnded) output.flush();
      socket.destroy(error);
      return;
    }
    if (this.#state !== ENDED) this.response._last = true;
    if (!this.#hasEnded) this.#state = GIVEN_UP;
    cutAfterWritten(output, error);
  }

  /** Its request was refused, and is answered by the server: what the program writes goes nowhere. */
  silence(): void {
    this.#state = GIVEN_UP;
    this.#dropWaiting();
  }

  /** The connection is gone. */
  orphan(): void {
    this.#owner = null;
  }

  assign(socket: Socket): void {
    const owner = this.#owner;
    // What has ended does so once, whatever it is given then.
    if (this.#state === ENDED || this.#state === LEFT) this.response._onTurn(socket);
    else if (owner !== null && owner.output.socket === socket) this.takeTurn(owner.output);
    else this.takeTurn(socket instanceof Socket ? new SocketOutput(socket) : new GivenOutput(socket));
  }

  detach(): void {
    this.#output = null;
  }

  /** It is this response's turn: what waited is written. */
  takeTurn(output: Output): void {
    const { socket } = output;
    if (this.#state === GIVEN_UP) {
      cutAfterWritten(output, this.response._errored ?? undefined);
      return;
    }
    this.#state = WRITING;
    this.#output = output;
    const waiting = this.#isHeld ? null : this.#waiting;
    const hasEnded = this.#hasEnded;
    // What was written before leaves before what a listener of this may write.
    if (waiting !== null) this.#putWaiting(output);
    try {
      this.response._onTurn(socket);
    } finally {
      if (hasEnded) this.#finish(output, waiting?.trailers ?? NO_FIELDS);
      else if (waiting !== null && output.schedule()) nextTick(tellDrained, this.response);
    }
  }

  /** Everything has left for the kernel, or never will. */
  onWritten(error: Error | null | undefined): void {
    tellLeft(this.response, error, this);
  }

  leave(watched: boolean): void {
    if (this.#state !== ENDED) return;
    this.#state = LEFT;
    // A response that no server made keeps the socket that the program gave it.
    if (this.#owner === null) return;
    this.#output = null;
    this.#owner.responseLeft(this, watched);
  }

  /** Writes a piece of the body; without a head, as programs do that write one by themselves, it isn't framed. */
  #putBody(output: Output, data: Chunk, encoding: Encoding, length: number): void {
    const head = this.#head;
    if (head !== null) putPiece(output, head, data, encoding, length);
    else if (length > 0) output.put(data, encoding, length);
  }

  #wait(piece: WaitingPiece): boolean {
    if (this.#state === GIVEN_UP) return false;
    this.#waiting ??= new WaitingPieces();
    this.#waiting.add(piece);
    if (this.#state === WAITING && this.#owner !== null) {
      this.#waiting.counted += piece.length;
      this.#owner.responseWaits(piece.length);
    }
    return this.#waiting.bytes < this.response._highWaterMark;
  }

  #dropWaiting(): WaitingPieces | null {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null && waiting.counted > 0) this.#owner?.responseWaits(-waiting.counted);
    return waiting;
  }

  #putWaiting(output: Output): void {
    const waiting = this.#dropWaiting();
    for (const { data, encoding, length, callback, isBody } of waiting?.pieces ?? []) {
      if (isBody) this.#putBody(output, data, encoding, length);
      else output.put(data, encoding, null);
      if (callback !== null) tellWritten(output, callback);
    }
  }

  /** Everything is there: ends the body, and hands the turn on. */
  #finish(output: Output, trailers: FieldList): void {
    const { response } = this;
    const head = this.#head;
    // A client that waits for the rest must not take the next response for it.
    if (head !== null && !putEnd(output, head, trailers)) response._last = true;
    this.#state = ENDED;
    if (this.#owner !== null) {
      this.#endedIn = this.#owner.presentCall;
      this.#isGathered = this.#owner.gathers;
    }
    const { socket } = output;
    // As on node:http, what can't leave any more has not ended; where all of it had left before, it has.
    if (!socket.writable && (socket.destroyed || output.hasDropped || output.length > 0)) {
      if (socket.destroyed) response._onEnded();
      return;
    }
    if (this.#owner === null) output.push();
    output.notify(this);
    // What a listener throws is the program's, and keeps nothing from leaving.
    try {
      response._onEnded();
    } finally {
      if (this.#owner !== null) this.#owner.responseEnded(this);
      else output.flush();
    }
  }
}

function tellDrained(response: ChannelListener): void {
  response._onDrain();
}
