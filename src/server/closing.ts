/**
 * How a server stops: what is under way is finished, and what waits is accepted first.
 *
 * In: the program's calls. Out: connections that end after what they carry, and 'close' once nothing is open any more. Never
 * ends a connection on which a request may be on its way to somebody who was told that it goes on.
 */
import { Server as NetServer, type Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { acceptBeforeClose } from '../node/accept-queue.js';
import { endsUnusedConnections } from '../node/line-habits.js';
import { type HttpServer, isSecure, kEngine, type ServerEngine } from './http-server.js';
import type { ServerConnection } from './server-connection.js';

/** What `http.Server` adds to `net.Server`, and `https.Server` to `tls.Server`, to stop. */
export const closingMethods = {
  /** Accepts no more than what waits already, lets what is under way finish, and ends what is idle after a grace. */
  close(this: HttpServer, callback?: (error?: Error) => void) {
    const engine = this[kEngine];
    askToCloseIdle(this);
    const isAgain = engine.closing;
    engine.closing = true;
    engine.closings++;
    engine.isAwaited = true;
    for (const connection of engine.connections) connection.shutdown();
    engine.queue ??= acceptBeforeClose(this, (...outcome) => closeWasPutOff(this, ...outcome));
    if (engine.queue === null && !isAgain) beginGrace(engine);
    baseOf(this).close.call(this, (...told: [Error?]) => {
      engine.isAwaited = false;
      if (engine.closing) engine.sweep.stop();
      if (typeof callback === 'function') callback.apply(this, told);
    });
    return this;
  },

  /** Called by each socket that closes, and by `close`. */
  _emitCloseIfDrained(this: HttpServer) {
    const engine = this[kEngine];
    if (engine.queue === null) baseOf(this)._emitCloseIfDrained.call(this);
    else if (this._connections === 0) engine.closesOwed++;
  },

  closeAllConnections(this: HttpServer) {
    const { connections, awaited, queue } = this[kEngine];
    queue?.end();
    for (const { socket } of connections) socket.destroy();
    for (const socket of awaited ?? []) socket.destroy();
  },

  closeIdleConnections(this: HttpServer) {
    const { connections, asksToCloseIdle } = this[kEngine];
    if (asksToCloseIdle) return;
    for (const connection of connections) {
      if (connection.isUnused && endsUnusedConnections()) connection.socket.destroy();
      else connection.closeIdle();
    }
  },
};

/** Node's `close` begins with it, and a program may have put one of its own in its place; what that throws, `close` throws. */
function askToCloseIdle(server: HttpServer): void {
  const engine = server[kEngine];
  engine.asksToCloseIdle = true;
  try {
    server.closeIdleConnections();
  } finally {
    engine.asksToCloseIdle = false;
  }
}

/**
 * What waited to be accepted has been. Of what `_emitCloseIfDrained` was kept from, it is told as often as Node tells, and in
 * the tick in which Node does where that is now.
 */
function closeWasPutOff(server: HttpServer, accepted: number, atOnce: boolean): void {
  const engine = server[kEngine];
  const owed = accepted > 0 ? 1 : engine.closesOwed;
  engine.queue = null;
  engine.closesOwed = 0;
  beginGrace(engine);
  for (let told = 0; told < owed; told++) {
    if (atOnce) server.emit('close');
    else server._emitCloseIfDrained();
  }
}

/** A connection of a server that has closed: it has the grace too. */
export function keepForGrace(connection: ServerConnection, { queue, grace }: ServerEngine): void {
  connection.shutdown();
  if (queue === null) grace.keep();
}

function beginGrace({ grace, handshakes, awaited, connections }: ServerEngine): void {
  let pace = 0;
  for (const connection of connections) pace = Math.max(pace, connection.pace);
  grace.keep([...(handshakes?.underWay() ?? []), ...(awaited ?? [])], pace);
}

/**
 * Ends what waits for a request once the grace is over, of what was there when the server closed: it may listen again by now.
 * A connection that was opened to spare would keep the server for as long as its client likes.
 */
export function closeUnneeded(
  { handshakes, awaited, connections }: ServerEngine,
  unready: readonly Socket[],
): void {
  handshakes?.cut(unready);
  // Nothing was asked on them.
  for (const socket of unready) if (awaited?.has(socket)) socket.destroy();
  for (const connection of connections) if (connection.clock.isLeaving) connection.endGrace();
}

function baseOf(server: HttpServer): NetServer & Pick<HttpServer, '_emitCloseIfDrained'> {
  return (isSecure(server) ? TlsServer.prototype : NetServer.prototype) as never;
}
