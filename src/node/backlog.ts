/**
 * How many connections may wait to be accepted. In: a server that listens. Out: the system takes no further ones, but for
 * one at a time; their clients are not told, and try again a second later. A server that stops for good needs it: what
 * still waits when its socket closes is reset, though its clients may have sent their requests already.
 *
 * Node's public interface sets this number when a server begins to listen; the system lets it be set again, and
 * `_handle.listen` does so. Elsewhere than on Linux the number 0 means other things.
 */
interface ListeningHandle {
  listen?(backlog: number): number;
}

/** A `net.Server`, as far as anything is asked of it here. */
interface Listening {
  address?(): unknown;
  _handle?: ListeningHandle | null;
}

/** Returns whether it could be done. */
export function shrinkBacklog(server: object): boolean {
  const { _handle: handle, address } = server as Listening;
  // A socket of the file system lets nobody wait: its clients are refused.
  if (process.platform !== 'linux' || typeof (address?.call(server) ?? undefined) !== 'object') return false;
  return typeof handle?.listen === 'function' && handle.listen(0) === 0;
}
