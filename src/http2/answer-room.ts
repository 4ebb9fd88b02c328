/**
 * Whether there is room for the answer to one more request.
 *
 * In: what waits in the streams of a connection. Out: whether a request may be told of. The largest answers don't count, for
 * one that its client leaves lying must not hold up what else it asks for; never more of them than a few, so that streams
 * which nobody reads cost no more than as many connections of HTTP/1.1 would.
 */
import { LARGE_ANSWERS, MAX_BACKLOG_BYTES, URGENT_LARGE_ANSWERS } from './limits.js';
import { DEFAULT_URGENCY, type Priority } from './priority.js';
import type { Sender } from './sender.js';
import type { Stream } from './stream.js';
import type { StreamTable } from './stream-table.js';

export class AnswerRoom {
  readonly #sender: Sender;
  readonly #streams: StreamTable;

  constructor(sender: Sender, streams: StreamTable) {
    this.#sender = sender;
    this.#streams = streams;
  }

  /** @param priority - of the request; one that is more urgent than usual finds room where others don't */
  isFor({ urgency }: Priority): boolean {
    const { backlog } = this.#sender;
    if (backlog <= MAX_BACKLOG_BYTES) return true;
    const exempt = urgency < DEFAULT_URGENCY ? URGENT_LARGE_ANSWERS : LARGE_ANSWERS;
    return backlog - largest(exempt, this.#streams.values()) <= MAX_BACKLOG_BYTES;
  }
}

/** Octets that wait in so many streams, those in which most do. */
function largest(count: number, streams: Iterable<Stream>): number {
  const found: number[] = new Array(count).fill(0);
  for (const { backlog } of streams) {
    // Each that is larger goes down the list with what it takes the place of.
    let octets = backlog;
    for (let i = 0; i < count && octets > 0; i++) {
      const other = found[i] as number;
      if (octets <= other) continue;
      found[i] = octets;
      octets = other;
    }
  }
  return found.reduce((sum, octets) => sum + octets, 0);
}
