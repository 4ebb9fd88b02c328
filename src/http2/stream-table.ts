/**
 * The streams of a connection: those that are open, and how the last ones were closed (RFC 9113 §5.1.1, §5.1.2).
 *
 * In: streams as they are opened, closed and retired. Out: a stream or a state by its identifier, and how many count. A
 * stream counts until it is closed and its request's handler is done. No Map has them: one that is filled and emptied all
 * the time is made anew again and again, and each keeps the next alive with all that was in it, until the collector of
 * old memory comes.
 */
import { MAX_CONCURRENT_STREAMS, RECENTLY_CLOSED } from './limits.js';
import type { Stream } from './stream.js';
import { FORGOTTEN, IDLE } from './stream-states.js';

/** Places of open streams: a power of two that holds as many as there usually are. */
const PLACES = 1 << Math.ceil(Math.log2(MAX_CONCURRENT_STREAMS));

export class StreamTable {
  /** The highest identifier that the client has used. */
  lastId = 0;
  /** Streams that count. */
  active = 0;
  /** Streams that are not closed. */
  size = 0;
  /** Each stream has its place by its identifier. */
  readonly #open: (Stream | null)[] = new Array(PLACES).fill(null);
  /** Those whose place an older one has, which is open for long. */
  readonly #displaced = new Map<number, Stream>();
  /** Identifiers and states of streams that were closed; each has its place, where a later one displaces it. */
  #closedIds: Int32Array | null = null;
  #closedStates: Uint8Array | null = null;

  get(id: number): Stream | undefined {
    const stream = this.#open[placeOf(id)];
    if (stream !== null && stream.id === id) return stream;
    return this.#displaced.size > 0 ? this.#displaced.get(id) : undefined;
  }

  *values(): Iterable<Stream> {
    for (const stream of this.#open) if (stream !== null) yield stream;
    yield* this.#displaced.values();
  }

  add(stream: Stream): void {
    const place = placeOf(stream.id);
    this.lastId = stream.id;
    if (this.#open[place] === null) this.#open[place] = stream;
    else this.#displaced.set(stream.id, stream);
    this.size++;
    this.active++;
  }

  #remove({ id }: Stream): void {
    const place = placeOf(id);
    if (this.#open[place]?.id === id) this.#open[place] = null;
    else this.#displaced.delete(id);
    this.size--;
  }

  /** A stream is closed, in its state. */
  close(stream: Stream): void {
    this.#remove(stream);
    this.note(stream.id, stream.state);
    if (stream.retired) this.active--;
  }

  /** The handler of a stream is done. */
  retire(stream: Stream): void {
    if (this.get(stream.id) !== stream) this.active--;
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
    const stream = this.get(id);
    if (stream !== undefined) return stream.state;
    if (id > this.lastId) return IDLE;
    const place = (id >>> 1) % RECENTLY_CLOSED;
    if (this.#closedIds === null || this.#closedStates === null || this.#closedIds[place] !== id)
      return FORGOTTEN;
    return this.#closedStates[place];
  }
}

/** Identifiers of streams that clients open are odd. */
function placeOf(id: number): number {
  return (id >>> 1) & (PLACES - 1);
}
