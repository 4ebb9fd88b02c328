/**
 * The records of exchanges under way. In: an exchange. Out: its record. Most exchanges are short: of those that began last, each
 * has a slot of its own, and comes into a table only when a later one needs that before it has ended. It holds no exchange: a table
 * that has been replaced is old garbage, which would keep what is young alive.
 */
import type { ObservedExchange } from '../observe.js';
import type { ExchangeRecord } from './exchange-record.js';

const SLOTS = 256;

type Identified = Pick<ObservedExchange, 'id'>;

export class OpenRecords {
  /** Of exchanges; 0 where the slot is free. */
  readonly #ids = new Float64Array(SLOTS);
  readonly #records = new Array<ExchangeRecord | undefined>(SLOTS).fill(undefined);
  readonly #others = new Map<number, ExchangeRecord>();

  add({ id }: Identified, record: ExchangeRecord): void {
    const slot = id % SLOTS;
    const before = this.#records[slot];
    if (before !== undefined) this.#others.set(this.#ids[slot] as number, before);
    this.#ids[slot] = id;
    this.#records[slot] = record;
  }

  get({ id }: Identified): ExchangeRecord | undefined {
    const slot = id % SLOTS;
    if (this.#ids[slot] === id) return this.#records[slot];
    return this.#others.size === 0 ? undefined : this.#others.get(id);
  }

  delete({ id }: Identified): void {
    const slot = id % SLOTS;
    if (this.#ids[slot] === id) {
      this.#ids[slot] = 0;
      this.#records[slot] = undefined;
    } else this.#others.delete(id);
  }
}
