/**
 * The last exchanges, bounded in number and bytes. In: records as they begin and grow. Out: those that are still kept, by
 * their id and in order; the oldest are dropped first, under way or not.
 */
import type { ExchangeRecord } from './exchange-record.js';

export class RecentExchanges {
  readonly #maxCount: number;
  readonly #maxBytes: number;
  /** A ring: the record with id n is in place n modulo its length. */
  readonly #places: (ExchangeRecord | undefined)[];
  #oldest = 1;
  #next = 1;
  #bytes = 0;

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
    this.#places = new Array(maxCount).fill(undefined);
  }

  /** The id of the next record. Ids begin at 1 and leave none out. */
  get nextId(): number {
    return this.#next;
  }

  /** The id of the oldest that is kept; `nextId` where none is. */
  get oldestId(): number {
    return this.#oldest;
  }

  get count(): number {
    return this.#next - this.#oldest;
  }

  /** Bytes of heads and bodies that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the record whose id is `nextId`. */
  add(record: ExchangeRecord): void {
    if (this.count === this.#maxCount) this.#dropOldest();
    this.#places[record.id % this.#maxCount] = record;
    this.#next++;
  }

  /** A record holds more bytes than before. It may be dropped itself: it is the oldest one day. */
  grow(record: ExchangeRecord, bytes: number): void {
    if (record.isDropped) return;
    record.size += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.count > 0) this.#dropOldest();
  }

  get(id: number): ExchangeRecord | undefined {
    return id >= this.#oldest && id < this.#next ? this.#places[id % this.#maxCount] : undefined;
  }

  /** From the oldest to the newest. */
  *[Symbol.iterator](): Generator<ExchangeRecord> {
    for (let id = this.#oldest; id < this.#next; id++) yield this.get(id) as ExchangeRecord;
  }

  clear(): void {
    while (this.count > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const place = this.#oldest % this.#maxCount;
    const record = this.#places[place] as ExchangeRecord;
    this.#places[place] = undefined;
    this.#oldest++;
    this.#bytes -= record.size;
    record.drop();
  }
}
