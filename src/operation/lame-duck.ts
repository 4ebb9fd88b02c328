/**
 * The lame duck: how servers stop without losing a request. In: servers. Out: a promise of how many connections had to
 * be cut. The servers accept no more, answer what comes on connections they had promised to keep, say on each that it is
 * the last, leave the others a grace, and cut what is left at the deadline.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { shrinkBacklog } from '../node/backlog.js';
import { acceptedOn, type Closable, openSessions, openSockets } from './open-connections.js';

/** Milliseconds after the grace until it is told what is waited for; a server has ended by then what is idle. */
const patience = 300;

/** Milliseconds that a server leaves idle connections by itself. */
const usualGrace = 200;

/** Milliseconds in which connections that wait are accepted, for new ones may come as fast. */
const longestQueue = 5000;

/** Milliseconds of a round of the event loop in which hardly anything but accepting was done. */
const shortRound = 0.2;

/** Rounds in a row without a new connection, after which none waits. */
const enoughRounds = 10;

/** Milliseconds from the cut until the stop is over, whatever a server still waits for. */
const afterCut = 100;

export interface LameDuck {
  /** Seconds after which what is left is cut. */
  stopAfter: number;
  /** Milliseconds that idle connections are left at least, so that who was told that they go on may use them. */
  grace?: number | undefined;
  /** Nobody else accepts connections at these addresses: what waits to be accepted is accepted first. */
  last: boolean;
  /** Called once, when connections still have to be waited for after a moment. */
  onWait?: (connections: number) => void;
}

/** Closes servers once the answers under way are finished; resolves with the number of connections it cut. */
export async function closeAsLameDuck(
  servers: readonly Closable[],
  { stopAfter, grace = usualGrace, last, onWait }: LameDuck,
): Promise<number> {
  for (const server of servers) leaveGrace(server, grace);
  if (last) for (const server of servers) shrinkBacklog(server);
  if (last) await acceptWaiting(servers);
  const closed = Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  for (const server of servers) for (const session of openSessions(server)) session.close();
  const wait = setTimeout(() => {
    const { size } = openSockets(servers);
    if (size > 0) onWait?.(size);
  }, grace + patience);
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

/**
 * Accepts what waits to be accepted: the system resets those connections when their socket closes. The event loop accepts
 * one in each of its rounds, so it goes on until there was none in a round that was too short for one to have come, or in
 * several rounds of a server that is busy.
 */
async function acceptWaiting(servers: readonly Closable[]): Promise<void> {
  const end = performance.now() + longestQueue;
  // The round under way has looked already.
  await new Promise(setImmediate);
  let idleRounds = 0;
  for (let began = performance.now(); began < end && idleRounds < enoughRounds; ) {
    const before = acceptedOn(servers);
    await new Promise(setImmediate);
    const now = performance.now();
    idleRounds = acceptedOn(servers) === before ? idleRounds + 1 : 0;
    if (idleRounds > 0 && now - began < shortRound) return;
    began = now;
  }
}

/** Premier's servers have a grace that can be set; a program that wants a longer one keeps it. */
function leaveGrace(server: Closable & { closingGrace?: number }, grace: number): void {
  if (server.closingGrace !== undefined) server.closingGrace = Math.max(server.closingGrace, grace);
}
