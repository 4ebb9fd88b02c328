/**
 * The only place in the queue of a socket that listens, taken by a connection of our own: as long as it waits there nobody
 * else does, and the system puts off who tries to connect, who finds the socket closed next time. So no connection is made
 * between the last that is accepted and the close.
 *
 * In: the address of a socket of this process whose queue was cut down to one. Out: within the turn, whether ours is the one
 * that waits. Never accepted: whoever takes the place closes the socket before the event loop goes on.
 */
import { type AddressInfo, Socket } from 'node:net';
import { nextTick } from './timers.js';

/** As they are before a program puts others in their place, which would hear of a connection that is none of its own. */
const { connect, destroy } = Socket.prototype;

/** Where a socket that listens everywhere is found on this computer. */
const HERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

interface WithHandle {
  _handle?: { getpeername?(into: object): number } | null;
}

/** On this computer the system has made a connection, or has not, when `connect` of the handle returns. */
function isMade(socket: Socket): boolean {
  const handle = (socket as WithHandle)._handle;
  return handle?.getpeername?.({}) === 0;
}

/** @param told - gets what leaves the place again; null where somebody else waits, or nothing can be known of it */
export function takeOnlyPlace(
  { address, port }: AddressInfo,
  told: (leave: (() => void) | null) => void,
): void {
  const socket = new Socket().on('error', () => {});
  const leave = () => void destroy.call(socket);
  try {
    // `node:net` connects in the tick to come, which is before that of ours.
    Reflect.apply(connect, socket, [{ host: HERE[address] ?? address, port }]);
  } catch {
    // A program may run without the permission to connect.
  }
  nextTick(() => {
    if (isMade(socket)) return told(leave);
    leave();
    told(null);
  });
}
