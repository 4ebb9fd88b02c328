/**
 * The last exchanges, bounded in number and bytes. In: exchanges as they begin and grow. Out: the records of those that are still
 * kept, by their id and in order; the oldest are dropped first, under way or not. A record is used again for a later exchange.
 */
import { type ConnectionRecord, ExchangeRecord } from './exchange-record.js';
import { KeptOctets } from './kept-octets.js';

export class RecentExchanges {
  readonly #maxCount: number;
  readonly #maxBytes: number;
  readonly #octets: KeptOctets;
  /** A ring: the record with id n is in place n modulo its length. */
  readonly #places: (ExchangeRecord | undefined)[];
  #oldest = 1;
  #next = 1;
  #bytes = 0;

  constructor(maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
    this.#octets = new KeptOctets(this, maxBytes);
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

  /** Bytes of memory for heads and short bodies, of which a part may be free. */
  get allocated(): number {
    return this.#octets.allocated;
  }

  /** The record of an exchange that begins. */
  begin(connection: ConnectionRecord, startedAt: number): ExchangeRecord {
    if (this.count === this.#maxCount) this.dropOldest();
    const id = this.#next++;
    const place = id % this.#maxCount;
    let record = this.#places[place];
    if (record === undefined || !record.isFree) {
      record = new ExchangeRecord(this.#octets);
      this.#places[place] = record;
    }
    record.begin(id, connection, startedAt);
    return record;
  }

  /** A record holds more bytes than before. It may be dropped itself: it is the oldest one day. */
  grow(record: ExchangeRecord, bytes: number): void {
    if (record.isDropped) return;
    record.size += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.count > 0) this.dropOldest();
  }

  get(id: number): ExchangeRecord | undefined {
    return id >= this.#oldest && id < this.#next ? this.#places[id % this.#maxCount] : undefined;
  }

  /** From the oldest to the newest, as they are now: what is asked for later, `get` has. */
  *[Symbol.iterator](): Generator<ExchangeRecord> {
    for (let id = this.#oldest; id < this.#next; id++) yield this.get(id) as ExchangeRecord;
  }

  clear(): void {
    while (this.count > 0) this.dropOldest();
    this.#octets.clear();
  }

  dropOldest(): void {
    const record = this.#places[this.#oldest % this.#maxCount] as ExchangeRecord;
    this.#oldest++;
    this.#bytes -= record.size;
    record.drop();
  }
}
