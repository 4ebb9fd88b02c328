/**
 * What Linux tells of its TCP sockets: a row for each, in `/proc/net/tcp` and `/proc/net/tcp6`; first those that listen.
 *
 * In: a port, or the descriptor of a socket that listens. Out: whether connections are half made there, or how many wait to be
 * accepted, as far as it is read in the time that a look may take: the rows that are left then are not looked at; none where
 * the system has no such table. Never looks while a server serves.
 */
import fs from 'node:fs';

/**
 * Milliseconds for which a look may keep the process, and its other clients with it: enough for some 100,000 rows, and a third
 * of that where others use the machine. A connection for each request leaves a row for a minute, where it isn't the client that
 * ends it: so many are those of 1,700 a second.
 */
const LONGEST_LOOK = 250;

/** Bytes that are read at once, at most: Linux gives a page, of whole rows. */
const PIECE = 16_384;

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** A table, piece by piece, until it is over or the time is. Without an end: whoever has seen enough leaves. */
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

/** The whole rows of each piece, and at last the one that a table may end without an end of line. */
function* rowsOf(table: Iterable<string>): Generator<string> {
  let begun = '';
  for (const piece of table) {
    const rows = begun + piece;
    const end = rows.lastIndexOf('\n') + 1;
    begun = rows.slice(end);
    if (end > 0) yield rows.slice(0, end);
  }
  yield begun;
}

/** Whether a table has one that is half made (SYN-RECEIVED, RFC 9293 §3.3.2) at a port. */
export function listsUnfinished(table: Iterable<string>, port: number): boolean {
  const place = port.toString(16).toUpperCase().padStart(4, '0');
  const isHalfMade = new RegExp(`^ *\\d+: [\\dA-F]+:${place} [\\dA-F]+:[\\dA-F]{4} 03 `, 'm');
  for (const rows of rowsOf(table)) if (isHalfMade.test(rows)) return true;
  return false;
}

/** Rows of sockets that don't listen. */
const ANOTHER_STATE = /^ *\d+: [\dA-F]+:[\dA-F]{4} [\dA-F]+:[\dA-F]{4} (?!0A)/m;

/** How many wait at the socket of this number that listens; null where the table has none. */
export function listsWaiting(table: Iterable<string>, inode: number): number | null {
  const listens = new RegExp(
    `^ *\\d+: [\\dA-F:]+ [\\dA-F:]+ 0A [\\dA-F]+:([\\dA-F]+) [\\dA-F:]+ [\\dA-F]+ +\\d+ +\\d+ ${inode} `,
    'm',
  );
  for (const rows of rowsOf(table)) {
    const [, waiting] = listens.exec(rows) ?? [];
    if (waiting !== undefined) return Number.parseInt(waiting, 16);
    if (ANOTHER_STATE.test(rows)) return null;
  }
  return null;
}

export function hasUnfinishedHandshakes(port: number): boolean {
  const end = performance.now() + LONGEST_LOOK;
  return TABLES.some((file) => listsUnfinished(piecesOf(file, end), port));
}

/** How many connections wait to be accepted at a socket of this process; 0 where that isn't known. */
export function countWaiting(descriptor: number): number {
  try {
    // The number of the socket, which no other has.
    const { ino } = fs.fstatSync(descriptor);
    const end = performance.now() + LONGEST_LOOK;
    for (const file of TABLES) {
      const waiting = listsWaiting(piecesOf(file, end), ino);
      if (waiting !== null) return waiting;
    }
  } catch {
    // A descriptor that isn't one.
  }
  return 0;
}
