/**
 * The path of a listening socket in the file system, where it is unlinked before the socket closes.
 *
 * In: the path, then the handle. Out: a path under which nobody finds the socket, and a handle that closes without taking
 * away what somebody else has put there since. Never unlinks another's.
 */
import { linkSync, renameSync, unlinkSync } from 'node:fs';

/** Returns whether it could be done: nobody finds the socket by its path from now on. */
export function unlinkPath(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The handle unlinks what it was bound to, by name: since it was unlinked before, it may be somebody else's by now. */
export function closeUnlinked(handle: { close(): void }, path: string | null): void {
  const kept = path !== null && keep(path);
  handle.close();
  if (kept) renameSync(kept, path);
}

/** Another name for a file, if there is one. */
function keep(path: string): string | false {
  const other = `${path}.${process.pid}`;
  try {
    linkSync(path, other);
    return other;
  } catch {
    return false;
  }
}
