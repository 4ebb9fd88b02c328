/**
 * What is open on servers. In: servers, as they are made. Out: their sockets, also those that were upgraded to another
 * protocol, so that they can be counted, and cut. Costs nothing per request.
 */
import type { Server } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** A server as far as closing it goes: an HTTP server, or any other `net.Server`. */
export type Closable = Pick<Server, 'on' | 'close'>;

/** What is open on a server. */
interface Open {
  sockets: Set<Socket>;
  /** Those of Node's own HTTP/2: its server lets them live after close(). */
  sessions: Set<Http2Session>;
}

const noted = new WeakMap<Closable, Open>();

/** Notes a server's connections from now on. */
export function noteConnections<S extends Closable>(server: S): S {
  if (noted.has(server)) return server;
  const open: Open = { sockets: new Set(), sessions: new Set() };
  noted.set(server, open);
  server.on('connection', (socket: Socket) => keepWhileOpen(open.sockets, socket));
  server.on('session', (session: Http2Session) => keepWhileOpen(open.sessions, session));
  return server;
}

function keepWhileOpen<Item extends Socket | Http2Session>(open: Set<Item>, item: Item): void {
  open.add(item);
  item.once('close', () => open.delete(item));
}

/** Each once: a server may have them from another, which listens on a further address for it. */
export function openSockets(servers: Iterable<Closable>): Set<Socket> {
  const all = new Set<Socket>();
  for (const server of servers) for (const socket of noted.get(server)?.sockets ?? []) all.add(socket);
  return all;
}

/** The HTTP/2 sessions of Node's own servers. */
export function openSessions(server: Closable): Iterable<Http2Session> {
  return noted.get(server)?.sessions ?? [];
}
