/**
 * Which streams don't get on, since their client takes next to nothing of what waits for it.
 *
 * In: the streams of a connection and the time, now and then. Out: those of which less than PROGRESS_BYTES have left for
 * too long while more waited. Never a stream that only waits for its turn, nor one whose program has nothing to send.
 */
import { PROGRESS_BYTES } from './limits.js';
import type { Sender } from './sender.js';
import type { Stream } from './stream.js';

/** When how much had left. */
class Mark {
  at: number;
  sent: number;

  constructor(at: number, sent: number) {
    this.at = at;
    this.sent = sent;
  }

  /** Whether too little has left since; begins anew where it was enough. */
  isLate(now: number, sent: number, timeout: number): boolean {
    // What a socket counts as unsent is more than the data that were handed to it: heads, and what TLS makes of them.
    if (sent < this.sent) this.sent = sent;
    if (sent - this.sent < PROGRESS_BYTES) return now - this.at >= timeout;
    this.at = now;
    this.sent = sent;
    return false;
  }
}

export class SendProgress {
  readonly #sender: Sender;
  /** Of all streams together, as long as something waits in one. */
  #connection: Mark | null = null;
  #marks = new Map<Stream, Mark>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * @param timeout - milliseconds in which PROGRESS_BYTES should have left
   * @param unsent - octets that have left the engine, and wait for the client all the same: it takes them before others
   */
  stalled(streams: Iterable<Stream>, now: number, timeout: number, unsent: number): Stream[] {
    const { backlog } = this.#sender;
    const sent = this.#sender.sent - unsent;
    const before = this.#marks;
    this.#marks = new Map();
    if (backlog === 0) {
      this.#connection = null;
      return [];
    }
    this.#connection ??= new Mark(now, sent);
    const allLate = this.#connection.isLate(now, sent, timeout);
    const stalled: Stream[] = [];
    for (const stream of streams) {
      if (stream.backlog === 0) continue;
      // With a window of its own it waits for others of its connection, whose client may want them first.
      const mark = stream.sendWindow > 0 ? undefined : before.get(stream);
      // Nor has one that did not wait at the last look been left lying as long as the others.
      const isLate = allLate ? before.has(stream) : mark?.isLate(now, stream.sent, timeout);
      if (isLate) stalled.push(stream);
      else this.#marks.set(stream, mark ?? new Mark(now, stream.sent));
    }
    return stalled;
  }
}
