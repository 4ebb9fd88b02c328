/**
 * The records of exchanges under way. In: an exchange. Out: its record. Most exchanges are over before the next one begins:
 * the last one is looked at first, and comes into the table only when another begins before it has ended.
 */
import type { ObservedExchange } from '../observe.js';
import type { ExchangeRecord } from './exchange-record.js';

export class OpenRecords {
  readonly #others = new Map<ObservedExchange, ExchangeRecord>();
  #exchange: ObservedExchange | null = null;
  #record: ExchangeRecord | undefined;

  add(exchange: ObservedExchange, record: ExchangeRecord): void {
    if (this.#exchange !== null && this.#record !== undefined) this.#others.set(this.#exchange, this.#record);
    this.#exchange = exchange;
    this.#record = record;
  }

  get(exchange: ObservedExchange): ExchangeRecord | undefined {
    return exchange === this.#exchange ? this.#record : this.#others.get(exchange);
  }

  delete(exchange: ObservedExchange): void {
    if (exchange === this.#exchange) {
      this.#exchange = null;
      this.#record = undefined;
    } else this.#others.delete(exchange);
  }
}
