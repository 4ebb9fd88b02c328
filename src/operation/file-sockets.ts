/**
 * Sockets of the file system. In: a server and a path. Out: the server listens there. What a server left when it was
 * killed is replaced; a file that is no socket, and a socket on which somebody listens, are never touched.
 */
import { once } from 'node:events';
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';

/** Bytes that the system has room for in the address of a socket, its end aside. */
export const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/**
 * Listens on a socket of the file system.
 * @param mode who may connect, as of chmod(2); what the umask leaves unless given
 * @throws a system error where it can't be had
 */
export async function listenOnPath(server: Server, path: string, mode?: number): Promise<void> {
  // Node.js would listen on what is left of it.
  if (Buffer.byteLength(path) > longestSocketPath)
    throw Object.assign(new Error(`the path of a socket has at most ${longestSocketPath} bytes`), {
      code: 'ENAMETOOLONG',
    });
  try {
    await listenAt(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || !(await isAbandoned(path))) throw error;
    unlinkSync(path);
    await listenAt(server, path);
  }
  if (mode !== undefined) chmodSync(path, mode);
}

async function listenAt(server: Server, path: string): Promise<void> {
  server.listen({ path });
  await once(server, 'listening');
}

/** Whether it is a socket on which nobody listens any more; a file that isn't one refuses connections as well. */
async function isAbandoned(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
