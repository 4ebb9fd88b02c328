/**
 * Tells the listener of requests, at once or when there is room for their answers.
 *
 * In: heads, bodies and ends of requests, in their order. Out: the same to the listener. Where more answers wait than
 * are good for the memory, what comes is held: heads, and copies of as much of the bodies as the windows allow. The most
 * urgent request is told of first, of equal ones that which came first; one that is reset meanwhile never.
 */
import { Buffer } from 'node:buffer';
import type { AnswerRoom } from './answer-room.js';
import type { ConnectionListener } from './connection-listener.js';
import type { Http2Error } from './errors.js';
import type { FaultName } from './faults.js';
import type { RequestHead } from './request-head.js';
import type { Stream } from './stream.js';

/** What came of a request that is held. */
class Held {
  readonly head: RequestHead;
  readonly parts: Buffer[] = [];
  /** Null until the request is complete. */
  trailers: string[] | null = null;

  constructor(head: RequestHead) {
    this.head = head;
  }
}

export class RequestDelivery {
  readonly #listener: ConnectionListener;
  readonly #room: AnswerRoom;
  readonly #held = new Map<Stream, Held>();
  #admitting = false;

  constructor(listener: ConnectionListener, room: AnswerRoom) {
    this.#listener = listener;
    this.#room = room;
  }

  /** Whether requests are held. */
  get holding(): boolean {
    return this.#held.size > 0;
  }

  begin(stream: Stream, head: RequestHead): void {
    if (this.holding || !this.#room.isFor(stream.priority)) {
      this.#held.set(stream, new Held(head));
      return;
    }
    stream.dispatch();
    this.#listener.onHead(stream, head);
  }

  /** A Map that is empty, as this one mostly is, would be searched all the same. */
  #heldOf(stream: Stream): Held | undefined {
    return this.holding ? this.#held.get(stream) : undefined;
  }

  data(stream: Stream, data: Buffer): void {
    const held = this.#heldOf(stream);
    if (held === undefined) this.#listener.onBody(stream, data);
    else held.parts.push(Buffer.from(data));
  }

  end(stream: Stream, trailers: string[]): void {
    const held = this.#heldOf(stream);
    if (held === undefined) this.#listener.onEnd(stream, trailers);
    else held.trailers = trailers;
  }

  reset(stream: Stream, error: Http2Error): void {
    this.#held.delete(stream);
    if (stream.dispatched) this.#listener.onReset(stream, error);
    else {
      if (error.scope === 'stream' && error.fault !== 'resetByClient') this.refused(stream.id, error.fault);
      stream.retire();
    }
  }

  /** A stream was reset that nobody was told of. */
  refused(streamId: number, fault: FaultName): void {
    this.#listener.onStreamRefused(streamId, fault);
  }

  /** Tells of the requests that are held, as long as there is room. */
  admit(): void {
    // Who is told of a request may hand over what waits before it is answered: the next one has no room by that yet.
    if (this.#admitting) return;
    this.#admitting = true;
    try {
      while (this.holding) {
        const stream = this.#nextHeld();
        if (!this.#room.isFor(stream.priority)) return;
        this.#tell(stream, this.#held.get(stream) as Held);
      }
    } finally {
      this.#admitting = false;
    }
  }

  #nextHeld(): Stream {
    let next: Stream | null = null;
    for (const stream of this.#held.keys())
      if (next === null || stream.priority.urgency < next.priority.urgency) next = stream;
    return next as Stream;
  }

  #tell(stream: Stream, { head, parts, trailers }: Held): void {
    this.#held.delete(stream);
    stream.dispatch();
    this.#listener.onHead(stream, head);
    for (const part of parts) {
      if (stream.dropped) stream.consumed(part.length);
      else if (stream.reportable) this.#listener.onBody(stream, part);
    }
    if (trailers !== null && stream.reportable) this.#listener.onEnd(stream, trailers);
  }
}
