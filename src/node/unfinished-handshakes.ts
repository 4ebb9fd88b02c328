/**
 * Connections that the system has half made: it has answered who connects, and has yet to hear from it again (SYN-RECEIVED,
 * RFC 9293 §3.3.2). A client that has heard the answer takes itself for connected, and is reset when the socket closes.
 *
 * In: a port. Out: whether there may be any on it, as far as Linux tells. Never looks while a server serves.
 *
 * Linux keeps no row of one that it answers by a cookie (RFC 4987 §3.6), and does so where as many are half made as may wait to
 * be accepted: at once, then, where only one may, and on some kernels for each. It counts the cookies that it sends.
 */
import fs from 'node:fs';
import { hasUnfinishedHandshakes } from './socket-table.js';

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** How many it has answered by a cookie, at any port. */
function cookiesSent(): number {
  const [, names = '', counts = ''] = /^TcpExt: (.*)\nTcpExt: (.*)$/m.exec(read('/proc/net/netstat')) ?? [];
  return Number(counts.split(' ')[names.split(' ').indexOf('SyncookiesSent')] ?? 0);
}

/** How many cookies a connection of our own is given: 1 where the system gives each one where only one may wait. */
let cookiesOfOurs = 0;

export class UnfinishedHandshakes {
  readonly #port: number;
  /** When only one could wait. */
  #cookies = cookiesSent();
  /** How many there were when it was last looked. */
  #before = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Only one can wait from here on. */
  begin(): void {
    this.#cookies = cookiesSent();
  }

  /** Whether somebody was answered by a cookie since then, who need not be among those that were accepted. */
  get mayBeHidden(): boolean {
    return cookiesSent() > this.#cookies;
  }

  /** The same where a connection of our own has come since, and nobody before it; and whether some are listed. */
  lookBesideOurs(): boolean {
    const cookies = cookiesSent() - this.#cookies;
    // Whose one is can't be told; but if it is each time that we come, it is ours.
    if (cookies === 1 && this.#before === 1) cookiesOfOurs = 1;
    this.#before = cookies;
    return cookies > cookiesOfOurs || hasUnfinishedHandshakes(this.#port);
  }
}
