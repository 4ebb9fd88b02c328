/**
 * One flow-control window for what a client sends: of a stream, or of the connection (RFC 9113 §5.2, §6.9).
 *
 * In: octets that came, and octets of them that are of no more concern. Out: whether the client kept to the window, and
 * by how much it is to be opened again. Half a window is gathered, so that it takes few WINDOW_UPDATE frames; where others
 * share it, no more than their client may still send: what lies unread in one stream must not hold back all of them.
 */
export class ReceiveWindow {
  /** Octets the client may still send. */
  available: number;
  /** Octets that were consumed and not given back yet. */
  #consumed = 0;
  readonly #size: number;
  readonly #isShared: boolean;

  /** @param isShared - it is that of the connection, which all streams share */
  constructor(size: number, isShared = false) {
    this.#size = size;
    this.#isShared = isShared;
    this.available = size;
  }

  /** Takes what a DATA frame counts, padding included. False where that is more than the client may send. */
  take(octets: number): boolean {
    if (octets > this.available) return false;
    this.available -= octets;
    return true;
  }

  /** So many octets more are announced. */
  widen(octets: number): void {
    this.available += octets;
  }

  /** Octets are consumed. Gives the increment that is to be announced now; 0 where there is none. */
  giveBack(octets: number): number {
    this.#consumed += octets;
    const isShort = this.#isShared && this.#consumed >= this.available;
    if (2 * this.#consumed < this.#size && !isShort) return 0;
    const increment = this.#consumed;
    this.#consumed = 0;
    this.available += increment;
    return increment;
  }
}
