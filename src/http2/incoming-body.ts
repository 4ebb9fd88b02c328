/**
 * The body of a request as it comes: what its client may send of it, what has come, and what the program has yet to consume.
 *
 * In: octets that came, and what Content-Length says. Out: counts of them. A stream whose request has no body has none.
 */
import { STREAM_WINDOW } from './limits.js';
import { ReceiveWindow } from './receive-window.js';

export class IncomingBody {
  readonly window = new ReceiveWindow(STREAM_WINDOW);
  /** What Content-Length says; null where there is none. */
  readonly announced: number | null;
  /** Octets that have come. */
  received = 0;
  /** Those of them that the program has not consumed. */
  unconsumed = 0;

  constructor(announced: number | null) {
    this.announced = announced;
  }
}
