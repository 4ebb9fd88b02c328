/**
 * Listens for the page. In: a server and where. Out: the port, once it listens, or at once where it may wait for the port.
 */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Settings } from './options.js';

/** ms between two attempts to get a port that is taken. */
const PAUSE = 200;

/** @throws {Error} `EADDRINUSE` and the like, but not where it waits for the port */
export async function listenFor(server: Server, { host, port, waitForPort }: Settings): Promise<number> {
  // Its own, not one that workers of a cluster share: each has exchanges of its own.
  const attempt = () => server.listen({ host, port, exclusive: true });
  attempt();
  // Alone it keeps no program running.
  server.unref();
  if (waitForPort && port !== 0) {
    const again = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') setTimeout(attempt, PAUSE).unref();
      else throw error;
    };
    server.on('error', again);
    return port;
  }
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
