/**
 * How long a server that closes leaves the connections whose clients were told that they go on.
 *
 * In: word of connections that are kept, and of requests that come on them. Out: one call once no request has come for
 * `closingGrace`, or requests have kept coming for too long: clients that come back are waited for, and a quiet server has
 * closed soon. Clients that take longer from one request to the next than that have as long as they take, within bounds.
 * Costs nothing before the server closes; keeps no process alive.
 */
import type { Socket } from 'node:net';
import { clearTimeout, LONGEST_WAIT, setImmediate, setTimeout } from '../node/timers.js';
import { CLOSING_GRACE, LONGEST_CLOSING_GRACE, LONGEST_PACED_GRACE, PACES_OF_GRACE } from './limits.js';

/** Into how many parts a time is cut, and how many milliseconds one is at least. */
const MOST_PARTS = 8;
const SHORTEST_PART = 25;

/** A timer that counts the time that the process sees: of what it was kept from, with its clients, no more than a part. */
class SeenTime {
  readonly #act: () => void;
  readonly #parts: number;
  #left: number;
  readonly #timer: NodeJS.Timeout;

  constructor(act: () => void, time: number) {
    this.#act = act;
    this.#parts = Math.max(1, Math.min(MOST_PARTS, Math.floor(time / SHORTEST_PART)));
    this.#left = this.#parts;
    this.#timer = setTimeout(passPart, time / this.#parts, this).unref();
  }

  begin(): void {
    this.#left = this.#parts;
    this.#timer.refresh();
  }

  passPart(): void {
    if (--this.#left > 0) this.#timer.refresh();
    else this.#act();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function passPart(time: SeenTime): void {
  time.passPart();
}

export class ClosingGrace {
  readonly #settings: { readonly closingGrace: number };
  readonly #onEnd: (unready: readonly Socket[]) => void;
  /** What is no connection of HTTP yet, and need not become one after the grace. */
  readonly #unready = new Set<Socket>();
  /** Strikes when no request has come for a grace; null where nothing is kept. */
  #quiet: SeenTime | null = null;
  #latest: SeenTime | null = null;
  /** The first has struck, and what has arrived by now is being read. */
  #hasStruck = false;

  constructor(settings: { readonly closingGrace: number }, onEnd: (unready: readonly Socket[]) => void) {
    this.#settings = settings;
    this.#onEnd = onEnd;
  }

  /**
   * More is kept from now on, and what was kept before for as long.
   * @param pace - milliseconds from one request to the next, of the slowest client that is expected
   */
  keep(unready: Iterable<Socket> = [], pace = 0): void {
    for (const socket of unready) this.#unready.add(socket);
    if (this.#quiet === null) this.#begin(pace);
    else {
      this.requestCame();
      this.#latest?.begin();
    }
  }

  #begin(pace: number): void {
    const grace = timeOf(this.#settings.closingGrace, pace);
    this.#hasStruck = false;
    this.#quiet = new SeenTime(() => this.#strike(), grace);
    this.#latest = new SeenTime(() => void setImmediate(end, this), Math.max(grace, LONGEST_CLOSING_GRACE));
  }

  /** On a connection that is kept: others may be about to send theirs. */
  requestCame(): void {
    this.#hasStruck = false;
    this.#quiet?.begin();
  }

  /** What has arrived by now is read first: a busy server gets to its timers before its sockets. */
  #strike(): void {
    this.#hasStruck = true;
    setImmediate(endIfQuiet, this);
  }

  endIfQuiet(): void {
    if (this.#hasStruck) this.end();
  }

  end(): void {
    if (this.#quiet === null) return;
    this.#quiet.stop();
    this.#latest?.stop();
    this.#quiet = null;
    const unready = [...this.#unready];
    this.#unready.clear();
    this.#onEnd(unready);
  }
}

/** A program may set it to anything: what is no time is the usual one, which is longer where clients are slower. */
function timeOf(closingGrace: unknown, pace: number): number {
  const isTime = typeof closingGrace === 'number' && closingGrace >= 0;
  if (isTime && closingGrace !== CLOSING_GRACE) return Math.min(closingGrace, LONGEST_WAIT);
  return Math.max(CLOSING_GRACE, Math.min(PACES_OF_GRACE * pace, LONGEST_PACED_GRACE));
}

function endIfQuiet(grace: ClosingGrace): void {
  grace.endIfQuiet();
}

function end(grace: ClosingGrace): void {
  grace.end();
}
