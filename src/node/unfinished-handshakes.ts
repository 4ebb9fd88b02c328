/**
 * Connections that the system has half made: it has answered who connects, and has yet to hear from it again (SYN-RECEIVED,
 * RFC 9293 §3.3.2). A client that has heard the answer takes itself for connected, and is reset when the socket closes.
 *
 * In: a port. Out: whether there may be any on it, as far as Linux tells; where it doesn't, or too many connections are open to
 * look through them all at once, there are none. Never looks while a server serves.
 *
 * Linux keeps no row of one that it answers by a cookie (RFC 4987 §3.6), and does so where as many are half made as may wait to
 * be accepted: at once, then, where only one may, and on some kernels for each. It counts the cookies that it sends.
 */
import fs from 'node:fs';

/**
 * Rows of the system's tables that are looked through, within the call: some 3 ms for a thousand, many times that where others
 * use the machine. A connection for each request leaves one that lingers for a minute: so many are those of 500 a second.
 */
const MOST_ROWS = 32_768;

/** A sum of what the system says of its connections, of those that linger after their end too. */
function openRows(): number {
  let rows = 0;
  for (const file of ['/proc/net/sockstat', '/proc/net/sockstat6']) {
    for (const [, count] of read(file).matchAll(/^TCP6?: inuse (\d+)/gm)) rows += Number(count);
    for (const [, count] of read(file).matchAll(/ tw (\d+)/g)) rows += Number(count);
  }
  return rows;
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Whether a table of the system's has one that is half made at a port. */
export function listsUnfinished(table: string, port: number): boolean {
  const place = port.toString(16).toUpperCase().padStart(4, '0');
  return new RegExp(`^ *\\d+: [\\dA-F]+:${place} [\\dA-F]+:[\\dA-F]{4} 03 `, 'm').test(table);
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
  if (openRows() > MOST_ROWS) return false;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) => listsUnfinished(read(file), port));
}
