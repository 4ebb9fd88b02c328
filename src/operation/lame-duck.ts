/**
 * The lame duck: how servers stop without losing a request. In: servers. Out: a promise of how many connections had to
 * be cut. The servers accept no more, answer what comes on connections they had promised to keep, say on each that it is
 * the last, leave the others a grace, and cut what is left at the deadline.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { acceptWaiting } from '../node/accept-queue.js';
import { LONGEST_WAIT } from '../node/timers.js';
import { type Closable, openSessions, openSockets } from './open-connections.js';

/** Milliseconds after the grace until it is told what is waited for; a server without requests has ended by then what is idle. */
const patience = 300;

/** Milliseconds without a request for which a server leaves idle connections by itself. */
const usualGrace = 200;

/** Milliseconds from the cut until the stop is over, whatever a server still waits for. */
const afterCut = 100;

export interface LameDuck {
  /** Seconds after which what is left is cut. */
  stopAfter: number;
  /** Milliseconds without a request for which idle connections are left at least, so that who was told that they go on may use them. */
  grace?: number | undefined;
  /** Nobody else accepts connections at these addresses: what waits to be accepted is accepted first. */
  last: boolean;
  /** Others in the same case have stopped accepting before. Default true. */
  alone?: boolean | undefined;
  /** Called once these servers accept no more. */
  onClosing?: (() => void) | undefined;
  /** Called once, when connections still have to be waited for after a moment. */
  onWait?: (connections: number) => void;
}

/** Closes servers once the answers under way are finished; resolves with the number of connections it cut. */
export async function closeAsLameDuck(
  servers: readonly Closable[],
  { stopAfter, grace = usualGrace, last, alone = true, onClosing, onWait }: LameDuck,
): Promise<number> {
  for (const server of servers) leaveGrace(server, grace);
  let accepting = servers.length;
  const closed = Promise.all(
    servers.map((server) =>
      closeServer(server, { last, alone }, () => {
        if (--accepting === 0) onClosing?.();
      }),
    ),
  );
  for (const server of servers) for (const session of openSessions(server)) session.close();
  const wait = setTimeout(
    () => {
      const { size } = openSockets(servers);
      if (size > 0) onWait?.(size);
    },
    Math.min(grace + patience, LONGEST_WAIT),
  );
  const tooLong = new AbortController();
  let count = 0;
  const cut = delay(stopAfter * 1000, undefined, tooLong).then(async () => {
    clearTimeout(wait);
    const left = openSockets(servers);
    count = left.size;
    for (const socket of left) socket.destroy();
    await delay(afterCut);
  });
  cut.catch(() => {});
  await Promise.race([closed, cut]);
  clearTimeout(wait);
  tooLong.abort();
  return count;
}

/** Closes a server, which accepts no more once `onClosing` is called; resolves when its last connection has ended. */
function closeServer(
  server: Closable,
  { last, alone }: { last: boolean; alone: boolean },
  onClosing: () => void,
): Promise<void> {
  return new Promise((done) => {
    const close = () => {
      server.close(() => done());
      onClosing();
    };
    if (!last || acceptWaiting(server, alone, close) === null) close();
  });
}

/** Premier's servers have a grace that can be set; a program that wants a longer one keeps it. */
function leaveGrace(server: Closable & { closingGrace?: number }, grace: number): void {
  if (server.closingGrace !== undefined && !(server.closingGrace >= grace)) server.closingGrace = grace;
}
