/**
 * Keys under which Node's own servers and responses keep state that programs reach for, found on objects of Node's.
 *
 * Methods borrowed from `http.OutgoingMessage`, and tools that look after servers, read them; so ours keep the same
 * state there as well. A Node line that has no such key gets one of our own, which does no harm.
 */
import http from 'node:http';

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
