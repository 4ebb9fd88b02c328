/**
 * The only place in the queue of a socket that listens, taken by a connection of our own: as long as it waits there nobody
 * else does, and the system puts off who tries to connect, who finds the socket closed next time. So no connection is made
 * between the last that is accepted and the close.
 *
 * In: the address of a socket of this process whose queue was cut down to one. Out: within the turn, whether ours is the one
 * that waits; and which of those that are accepted later were ours. Never the server's: whoever takes the place closes the
 * socket before the event loop goes on, or leaves the place and drops what is accepted of it.
 */
import { type AddressInfo, Socket } from 'node:net';
import { nextTick } from './timers.js';
import { UnfinishedHandshakes } from './unfinished-handshakes.js';

/** As they are before a program puts others in their place, which would hear of a connection that is none of its own. */
const { connect, destroy } = Socket.prototype;

/** Where a socket that listens everywhere is found on this computer. */
const HERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

interface Named {
  getpeername?(into: object): number;
  getsockname?(into: object): number;
}

/** What a handle says of one of its ends; null where it says nothing. */
function nameOf(handle: Named | null | undefined, end: 'getpeername' | 'getsockname'): string | null {
  const name: Partial<AddressInfo> = {};
  return handle?.[end]?.(name) === 0 ? `${name.address} ${name.port}` : null;
}

export class OnlyPlace {
  readonly #address: AddressInfo;
  /** Those that it keeps from being made. */
  readonly unfinished: UnfinishedHandshakes;
  /** Names of the connections of our own that may yet be accepted: the system gives a name again, to a client too. */
  readonly #ours = new Set<string>();

  /** Made before the queue is cut down. */
  constructor(address: AddressInfo) {
    this.#address = address;
    this.unfinished = new UnfinishedHandshakes(address.port);
  }

  /** @param told - gets what leaves the place again; null where somebody else waits, or nothing can be known of it */
  take(told: (leave: (() => void) | null) => void): void {
    const { address, port } = this.#address;
    const socket = new Socket().on('error', () => {});
    const leave = () => void destroy.call(socket);
    try {
      // `node:net` connects in the tick to come, which is before that of ours.
      Reflect.apply(connect, socket, [{ host: HERE[address] ?? address, port }]);
    } catch {
      // A program may run without the permission to connect.
    }
    nextTick(() => {
      const { _handle: handle } = socket as Socket & { _handle?: Named | null };
      const name = nameOf(handle, 'getsockname');
      // On this computer the system has made a connection, or has not, when `connect` of the handle returns.
      const isMade = nameOf(handle, 'getpeername') !== null;
      if (isMade && name !== null) this.#ours.add(name);
      if (isMade) return told(leave);
      leave();
      told(null);
    });
  }

  /** Whether an accepted connection is one that left the place. */
  isOurs(client: unknown): boolean {
    const name = this.#ours.size > 0 ? nameOf(client as Named, 'getpeername') : null;
    return name !== null && this.#ours.delete(name);
  }
}
