/**
 * Keys under which Node's own servers, responses and sockets keep state, found on objects of Node's.
 *
 * Methods borrowed from `http.OutgoingMessage`, and tools that look after servers, read them; so ours keep the same
 * state there as well. A Node line that has no such key gets one of our own, which does no harm.
 */
import http from 'node:http';
import { Socket } from 'node:net';

function keyNamed(object: object, description: string): symbol {
  const keys = Object.getOwnPropertySymbols(object);
  return keys.find((key) => key.description === description) ?? Symbol(description);
}

const server = new http.Server();
server.emit('listening');

/** On a server: the timer that looks for requests that take too long to arrive. */
export const kConnectionsCheckingInterval: unique symbol = keyNamed(
  server,
  'http.server.connectionsCheckingInterval',
) as never;
server.close();

/** On a response: the bytes that may wait in it before `write` returns false. */
export const kHighWaterMark: unique symbol = keyNamed(new http.OutgoingMessage(), 'kHighWaterMark') as never;

const socket = new Socket();
/** On a socket: the option `onread`, its buffer and its callback; null where it wasn't given. */
export const kOnreadBuffer: unique symbol = keyNamed(socket, 'kBuffer') as never;
export const kOnreadCallback: unique symbol = keyNamed(socket, 'kBufferCb') as never;

const kSocket = Object.getOwnPropertySymbols(new http.OutgoingMessage()).find(
  ({ description }) => description === 'kSocket',
);

/** The socket of a response that Node's own constructor made; null on any other. */
export function socketOf(response: object): Socket | null {
  const made = response as Record<string | symbol, Socket | null | undefined>;
  // Under a name on Node 20, under a key from then on.
  const socket = Object.hasOwn(response, 'socket') || kSocket === undefined ? made.socket : made[kSocket];
  return socket ?? null;
}

/**
 * Gives a prototype what Node's constructor gives each instance under symbols of Node's: its own servers look there
 * also on objects that ours made. Nothing that can be changed in place is shared.
 */
export function lendStateKeys(prototype: object, made: object): void {
  for (const key of Object.getOwnPropertySymbols(made)) {
    const value = (made as Record<symbol, unknown>)[key];
    if (key in prototype || (typeof value === 'object' && value !== null)) continue;
    Object.defineProperty(prototype, key, { value, writable: true, configurable: true });
  }
}
