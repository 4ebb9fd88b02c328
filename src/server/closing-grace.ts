/**
 * How long a server that closes leaves the connections whose clients were told that they go on.
 *
 * In: word of connections that are kept, and of requests that come on them. Out: one call once no request has come for
 * `closingGrace`, or requests have kept coming for too long: clients that come back are waited for, and a quiet server has
 * closed soon. Costs nothing before the server closes; keeps no process alive.
 */
import type { Socket } from 'node:net';
import { clearTimeout, LONGEST_WAIT, setImmediate, setTimeout } from '../node/timers.js';
import { CLOSING_GRACE, LONGEST_CLOSING_GRACE } from './limits.js';

export class ClosingGrace {
  readonly #settings: { readonly closingGrace: number };
  readonly #onEnd: (unready: readonly Socket[]) => void;
  /** What is no connection of HTTP yet, and need not become one after the grace. */
  readonly #unready = new Set<Socket>();
  /** Strikes when no request has come for a grace; null where nothing is kept. */
  #quiet: NodeJS.Timeout | null = null;
  #latest: NodeJS.Timeout | undefined;
  /** The first has struck, and what has arrived by now is being read. */
  #hasStruck = false;

  constructor(settings: { readonly closingGrace: number }, onEnd: (unready: readonly Socket[]) => void) {
    this.#settings = settings;
    this.#onEnd = onEnd;
  }

  /** More is kept from now on, and what was kept before for as long. */
  keep(unready: Iterable<Socket> = []): void {
    for (const socket of unready) this.#unready.add(socket);
    if (this.#quiet === null) this.#begin();
    else {
      this.requestCame();
      this.#latest?.refresh();
    }
  }

  #begin(): void {
    const grace = timeOf(this.#settings.closingGrace);
    this.#hasStruck = false;
    this.#quiet = setTimeout(strike, grace, this).unref();
    this.#latest = setTimeout(afterReading, Math.max(grace, LONGEST_CLOSING_GRACE), this).unref();
  }

  /** On a connection that is kept: others may be about to send theirs. */
  requestCame(): void {
    this.#hasStruck = false;
    this.#quiet?.refresh();
  }

  /** What has arrived by now is read first: a busy server gets to its timers before its sockets. */
  strike(): void {
    this.#hasStruck = true;
    setImmediate(endIfQuiet, this);
  }

  endIfQuiet(): void {
    if (this.#hasStruck) this.end();
  }

  end(): void {
    if (this.#quiet === null) return;
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#quiet = null;
    const unready = [...this.#unready];
    this.#unready.clear();
    this.#onEnd(unready);
  }
}

/** A program may set it to anything: what is no time is the usual one. */
function timeOf(closingGrace: unknown): number {
  if (typeof closingGrace !== 'number' || !(closingGrace >= 0)) return CLOSING_GRACE;
  return Math.min(closingGrace, LONGEST_WAIT);
}

function strike(grace: ClosingGrace): void {
  grace.strike();
}

function afterReading(grace: ClosingGrace): void {
  setImmediate(end, grace);
}

function endIfQuiet(grace: ClosingGrace): void {
  grace.endIfQuiet();
}

function end(grace: ClosingGrace): void {
  grace.end();
}
