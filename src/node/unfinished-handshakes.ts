/**
 * Connections that the system has half made: it has answered who connects, and has yet to hear from it again (SYN-RECEIVED,
 * RFC 9293 §3.3.2). A client that has heard the answer takes itself for connected, and is reset when the socket closes.
 *
 * In: a port. Out: whether there may be any on it, as far as Linux tells, and is read in the time that a look may take: the
 * rows that are left then are not looked at. Never looks while a server serves.
 *
 * Linux keeps no row of one that it answers by a cookie (RFC 4987 §3.6), and does so where as many are half made as may wait to
 * be accepted: at once, then, where only one may, and on some kernels for each. It counts the cookies that it sends.
 */
import fs from 'node:fs';

/**
 * Milliseconds for which a look may keep the process, and its other clients with it: enough for some 50,000 rows, and a third
 * of that where others use the machine. A connection for each request leaves a row for a minute: so many are those of 800 a second.
 */
const LONGEST_LOOK = 100;

/** Bytes that are read at once, at most: Linux gives a page, of whole rows. */
const PIECE = 16_384;

/** A table of the system's, piece by piece, until it is over or the time is. Without an end: whoever has seen enough leaves. */
function* piecesOf(file: string, end: number): Generator<string> {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, 'r');
    const piece = Buffer.allocUnsafeSlow(PIECE);
    while (performance.now() < end) {
      const length = fs.readSync(descriptor, piece, 0, PIECE, null);
      if (length === 0) return;
      yield piece.toString('latin1', 0, length);
    }
  } catch {
    // A system that has no such table, or a program that may not read it.
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Whether a table of the system's has one that is half made at a port. Its pieces may end in the middle of a row. */
export function listsUnfinished(table: Iterable<string>, port: number): boolean {
  const place = port.toString(16).toUpperCase().padStart(4, '0');
  const isHalfMade = new RegExp(`^ *\\d+: [\\dA-F]+:${place} [\\dA-F]+:[\\dA-F]{4} 03 `, 'm');
  let row = '';
  for (const piece of table) {
    const rows = row + piece;
    if (isHalfMade.test(rows)) return true;
    row = rows.slice(rows.lastIndexOf('\n') + 1);
  }
  return false;
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

export function hasUnfinishedHandshakes(port: number): boolean {
  const end = performance.now() + LONGEST_LOOK;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) => listsUnfinished(piecesOf(file, end), port));
}
