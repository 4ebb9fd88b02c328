/**
 * The TLS handshakes that a server has begun and not finished: connections that are none of HTTP yet.
 *
 * In: the sockets that a TLS server accepts, and those that it hands on once they are secure. Out: an end to what is
 * left, for a server that closes: a client that never speaks would keep it for the 120 s of `handshakeTimeout`. Never
 * touches a stream that the program brought, nor one that the program took over.
 */
import { Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import { parentOf, tellsParents } from '../node/tls-parents.js';
import { LinkedList, type Place } from './linked-list.js';

/** A 'secureConnection' listener. */
type Taker = (socket: TLSSocket) => void;

export class Handshakes {
  readonly #server: TlsServer;
  readonly #taker: Taker;
  readonly #sockets = new LinkedList<Socket>();
  /** Under which a socket has its place among them: it may go through more than one server. */
  readonly #place = Symbol('premier.handshake');

  /** @param taker - the 'secureConnection' listener that calls `end` */
  constructor(server: TlsServer, taker: Taker) {
    this.#server = server;
    this.#taker = taker;
    // Programs that look for the listener of TLS find it where it is on node:https: last.
    server.prependListener('connection', (socket) => this.#begin(socket));
  }

  #begin(socket: Socket): void {
    if (!(socket instanceof Socket)) return;
    const place = this.#sockets.add(socket);
    Object.assign(socket, { [this.#place]: place });
    socket.once('close', () => place.remove());
  }

  /** @param socket - it speaks HTTP: its handshake is finished, or the program wants none of it */
  end(socket: Socket): void {
    const begun = parentOf(socket) ?? socket;
    (begun as Socket & Record<symbol, Place<Socket> | undefined>)[this.#place]?.remove();
  }

  /** Those that are, at this moment. */
  underWay(): Iterable<Socket> {
    return [...this.#sockets];
  }

  /** Cuts those of `sockets` that still are. */
  cut(sockets: Iterable<Socket>): void {
    // Else those that are finished can't be told from them.
    const isTold = () => this.#server.listeners('secureConnection').includes(this.#taker) && tellsParents();
    const still = new Set(this.#sockets);
    if (still.size === 0 || !isTold()) return;
    for (const socket of sockets) if (still.has(socket)) socket.destroy();
  }
}
