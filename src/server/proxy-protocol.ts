/**
 * Servers behind a proxy that speaks the PROXY protocol: who the client is comes before HTTP, and before TLS.
 *
 * In: connections as the system accepts them. Out: the same, to whoever had them, once their head has come from a peer that
 * is trusted to send it; then `remoteAddress` is the client's. All or nothing: a connection from a stranger, or with a head
 * that is late, cut or malformed, is closed without an answer, and told to 'clientError' and to whoever observes.
 */
import type { Socket } from 'node:net';
import { setPeerName } from '../node/peer-name.js';
import { parentOf } from '../node/tls-parents.js';
import { ProxyArrival } from '../transport/proxy-arrival.js';
import { type ProxyHeader, ProxyHeaderError } from '../transport/proxy-header.js';
import type { ServerSocket } from '../transport/server-socket.js';
import { type HttpServer, kEngine } from './http-server.js';
import { PROXY_PATIENCE } from './limits.js';
import type { TrustedProxies } from './trusted-proxies.js';

type ConnectionListener = (this: HttpServer, socket: ServerSocket) => void;

/** Under which a socket keeps the head with which it came. */
export const kProxyHeader = Symbol('premier.proxyHeader');

interface ProxiedSocket {
  [kProxyHeader]?: ProxyHeader;
}

/**
 * What a proxy said of a connection with the PROXY protocol.
 * @param socket - of a request; undefined where its connection came without
 */
export function proxyHeaderOf(socket: object): ProxyHeader | undefined {
  return (socket as ProxiedSocket)[kProxyHeader];
}

/** A socket with TLS has what came on the one beneath. */
export function adoptProxyHeader(socket: ServerSocket): void {
  const header = (parentOf(socket) as ProxiedSocket | undefined)?.[kProxyHeader];
  if (header !== undefined) (socket as ProxiedSocket)[kProxyHeader] ??= header;
}

/** Puts the wait for a head in front of the listeners that a server has for 'connection' so far: premier's, and TLS'. */
export function awaitProxyHeaders(server: HttpServer, senders: TrustedProxies): void {
  const listeners = server.listeners('connection') as ConnectionListener[];
  server.removeAllListeners('connection');
  server.on('connection', function awaitProxyHeader(this: HttpServer, socket: ServerSocket) {
    receive(this, socket, senders, listeners);
  });
}

function receive(
  server: HttpServer,
  socket: ServerSocket,
  senders: TrustedProxies,
  listeners: readonly ConnectionListener[],
): void {
  if (!isSender(server, socket, senders)) {
    refuse(
      server,
      socket,
      new ProxyHeaderError(`PROXY protocol: ${socket.remoteAddress ?? 'the peer'} is not trusted`),
    );
    return;
  }
  const { awaited } = server[kEngine];
  awaited?.add(socket);
  new ProxyArrival(socket, PROXY_PATIENCE, (error, header) => {
    awaited?.delete(socket);
    if (error !== null) refuse(server, socket, error);
    if (header === null) return;
    (socket as ProxiedSocket)[kProxyHeader] = header;
    if (header.source !== null) setPeerName(socket, header.source.address, header.source.port);
    for (const listener of listeners) listener.call(server, socket);
  });
}

function isSender(server: HttpServer, { remoteAddress }: Socket, senders: TrustedProxies): boolean {
  if (remoteAddress !== undefined) return senders.trusts(remoteAddress);
  return typeof server.address() === 'string' && senders.trustsUnix;
}

function refuse(server: HttpServer, socket: ServerSocket, error: Error): void {
  // Whoever hears of it may look at the socket: it has no other use any more.
  socket.on('error', () => {});
  server[kEngine].observer?.handshakeFailed?.(server, error, socket);
  server.emit('clientError', error, socket);
  socket.destroy();
}
