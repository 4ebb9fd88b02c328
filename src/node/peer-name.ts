/**
 * Gives a socket the other end that its proxy names, in place of the proxy.
 *
 * In: a socket, an address and a port. Out: they are its `remoteAddress`, `remotePort` and `remoteFamily`, also of a
 * TLSSocket that is put on it. Sockets ask their handle once, and one with TLS asks that of the socket beneath: so it is
 * the handle that says it. Looked at each time: where the socket says something else, only itself is told.
 */
import { isIPv6, type Socket } from 'node:net';

interface PeerName {
  address: string;
  port: number;
  family: 'IPv4' | 'IPv6';
}

type AskingSocket = Socket & {
  _handle?: { getpeername?(out: Partial<PeerName>): number } | null;
  /** What it was told when it was first asked. */
  _peername?: Partial<PeerName> | undefined;
};

export function setPeerName(socket: Socket, address: string, port: number): void {
  const peer: PeerName = { address, port, family: isIPv6(address) ? 'IPv6' : 'IPv4' };
  const asking = socket as AskingSocket;
  if (asking._handle) {
    asking._handle.getpeername = (out) => {
      Object.assign(out, peer);
      return 0;
    };
    asking._peername = undefined;
  }
  if (socket.remoteAddress === address && socket.remotePort === port) return;
  for (const [name, value] of Object.entries({
    remoteAddress: peer.address,
    remotePort: peer.port,
    remoteFamily: peer.family,
  }))
    Object.defineProperty(socket, name, { value, configurable: true });
}
