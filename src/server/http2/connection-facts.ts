/**
 * What the socket of a stream knows of its connection.
 *
 * In: what a socket stands for. Out: accessors and methods that answer as the connection's own socket does. Nothing that
 * would change it.
 */
import type { ServerSocket } from '../../transport/server-socket.js';
import { kPeer } from '../client-facts.js';
import { kProxyHeader } from '../proxy-protocol.js';

/** What a socket stands for. */
export interface SocketHost {
  /** The connection's own socket. */
  readonly transport: ServerSocket;
  /** Changes when something has left. */
  readonly activity: number;
  /** Ends it before its time. */
  abandon(error: Error | undefined): void;
  /** It was silent for too long: returns whether somebody listens. */
  tellTimeout(): boolean;
}

export const kHost = Symbol('premier.host');

interface HostedSocket {
  readonly [kHost]: SocketHost;
}

/** What programs ask a connection's socket for; a stream answers as that does. */
export const CONNECTION_FACTS = [
  'server',
  'remoteAddress',
  'remoteFamily',
  'remotePort',
  'localAddress',
  'localFamily',
  'localPort',
  'bytesRead',
  'bytesWritten',
  kPeer,
  kProxyHeader,
];

/** Lets sockets tell `facts` as their connection's socket does, and answer `questions`, which are methods. */
export function answerFor(
  prototype: object,
  facts: readonly PropertyKey[],
  questions: readonly string[],
): void {
  for (const name of facts) {
    Object.defineProperty(prototype, name, {
      get(this: HostedSocket) {
        return Reflect.get(this[kHost].transport, name);
      },
      configurable: true,
    });
  }
  for (const name of questions) {
    Object.defineProperty(prototype, name, {
      value(this: HostedSocket, ...args: unknown[]) {
        const { transport } = this[kHost];
        return Reflect.apply(Reflect.get(transport, name) as never, transport, args);
      },
      writable: true,
      configurable: true,
    });
  }
}
