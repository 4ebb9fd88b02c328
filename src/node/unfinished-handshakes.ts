/**
 * Connections that the system has half made: it has answered who connects, and has yet to hear from it again (SYN-RECEIVED,
 * RFC 9293 §3.3.2). A client that has heard the answer takes itself for connected, and is reset when the socket closes.
 *
 * In: a port. Out: whether there are any on it, as far as Linux tells; where it doesn't, or too many connections are open to
 * look through them all at once, there are none. Never looks while a server serves.
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

export function hasUnfinishedHandshakes(port: number): boolean {
  if (openRows() > MOST_ROWS) return false;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) => listsUnfinished(read(file), port));
}
