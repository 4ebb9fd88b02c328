/**
 * The streams of a connection: those that are open, and how the last ones were closed (RFC 9113 §5.1.1, §5.1.2).
 *
 * In: streams as they are opened, closed and retired. Out: a stream or a state by its identifier, and how many count. A
 * stream counts until it is closed and its request's handler is done.
 */
import { RECENTLY_CLOSED } from './limits.js';
import type { Stream } from './stream.js';
import { FORGOTTEN, IDLE } from './stream-states.js';

export class StreamTable {
  /** The highest identifier that the client has used. */
  lastId = 0;
  /** Streams that count. */
  active = 0;
  readonly #open = new Map<number, Stream>();
  /** Identifiers and states of streams that were closed; each has its place, where a later one displaces it. */
  #closedIds: Int32Array | null = null;
  #closedStates: Uint8Array | null = null;

  /** Streams that are not closed. */
  get size(): number {
    return this.#open.size;
  }

  get(id: number): Stream | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<Stream> {
    return this.#open.values();
  }

  add(stream: Stream): void {
    this.lastId = stream.id;
    this.#open.set(stream.id, stream);
    this.active++;
  }

  /** A stream is closed, in its state. */
  close(stream: Stream): void {
    this.#open.delete(stream.id);
    this.note(stream.id, stream.state);
    if (stream.retired) this.active--;
  }

  /** The handler of a stream is done. */
  retire(stream: Stream): void {
    if (!this.#open.has(stream.id)) this.active--;
  }

  /** Remembers how a stream that isn't open was closed, for as long as the memory lasts. */
  note(id: number, state: number): void {
    if (id > this.lastId) this.lastId = id;
    this.#closedIds ??= new Int32Array(RECENTLY_CLOSED);
    this.#closedStates ??= new Uint8Array(RECENTLY_CLOSED);
    const place = (id >>> 1) % RECENTLY_CLOSED;
    this.#closedIds[place] = id;
    this.#closedStates[place] = state;
  }

  /** The state of a stream, open or not. */
  stateOf(id: number): number {
    const stream = this.#open.get(id);
    if (stream !== undefined) return stream.state;
    if (id > this.lastId) return IDLE;
    const place = (id >>> 1) % RECENTLY_CLOSED;
    if (this.#closedIds === null || this.#closedStates === null || this.#closedIds[place] !== id)
      return FORGOTTEN;
    return this.#closedStates[place];
  }
}
