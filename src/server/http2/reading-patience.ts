/**
 * How long bodies that programs leave unread may keep a client from sending others on its connection.
 *
 * In: looks at the engine when it has read something. Out: a wider window, once, where the client could send hardly
 * anything before and after READING_PATIENCE. Each stream is held to its own window all the same, and few connections
 * have a wide one at a time: what clients can fill it with is memory of the process.
 */
import type { Http2Connection } from '../../http2/connection.js';
import { clearTimeout, setTimeout } from '../../node/timers.js';
import { MAX_WIDE_CONNECTIONS, READING_PATIENCE } from '../limits.js';

let wideConnections = 0;

export class ReadingPatience {
  readonly #engine: Http2Connection;
  readonly #flush: () => void;
  #timer: NodeJS.Timeout | null = null;
  #isWide = false;

  /** @param flush - has what waits handed over */
  constructor(engine: Http2Connection, flush: () => void) {
    this.#engine = engine;
    this.#flush = flush;
  }

  /** Something was received. */
  look(): void {
    if (this.#timer === null && this.#engine.bodiesHeldBack)
      this.#timer = setTimeout(runOut, READING_PATIENCE, this).unref();
  }

  /** The connection has closed. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#isWide) wideConnections--;
    this.#isWide = false;
  }

  runOut(): void {
    this.#timer = null;
    if (!this.#engine.bodiesHeldBack) return;
    if (wideConnections < MAX_WIDE_CONNECTIONS) {
      wideConnections++;
      this.#isWide = true;
      this.#engine.letBodiesCome();
      this.#flush();
    } else {
      this.look();
    }
  }
}

function runOut(patience: ReadingPatience): void {
  patience.runOut();
}
