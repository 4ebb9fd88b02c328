// From a host and a port to listening servers. `localhost` is both loopback addresses, so that no other program can
// hold the one a browser tries first. In: how to make a server. Out: the servers, or a `Trouble` in plain words.
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Messages } from './language.js';
import { everyInterface } from './options.js';
import { codeOf, Trouble } from './trouble.js';

export interface Listening<S extends Server> {
  servers: S[];
  port: number;
}

export interface Where {
  host: string;
  port: number;
}

/**
 * Listens where it is told.
 * @param makeServer called once for each address
 * @param command how the user started us, for the way out in an error
 * @throws {Trouble} the port or the address can't be had
 */
export async function listen<S extends Server>(
  makeServer: () => S,
  { host, port }: Where,
  command: string,
  say: Messages,
): Promise<Listening<S>> {
  try {
    return host === 'localhost'
      ? await listenOnLoopback(makeServer, port)
      : await listenOn(makeServer(), port, host === everyInterface ? undefined : host);
  } catch (error) {
    throw new Trouble(whyNot(error as NodeJS.ErrnoException, { host, port }, command, say));
  }
}

async function listenOn<S extends Server>(
  server: S,
  port: number,
  host: string | undefined,
): Promise<Listening<S>> {
  server.listen(port, host);
  await once(server, 'listening');
  return { servers: [server], port: (server.address() as AddressInfo).port };
}

/** Both loopback addresses on one port; where there is no IPv6, or no IPv4, the other does. */
async function listenOnLoopback<S extends Server>(makeServer: () => S, port: number): Promise<Listening<S>> {
  const attempts = port === 0 ? 10 : 1;
  for (let attempt = 1; ; attempt++) {
    const first = await listenOn(makeServer(), port, '127.0.0.1').catch(unlessMissing);
    try {
      const second = await listenOn(makeServer(), first?.port ?? port, '::1').catch(unlessMissing);
      if (!first && !second) return await listenOn(makeServer(), port, 'localhost');
      return {
        servers: [...(first?.servers ?? []), ...(second?.servers ?? [])],
        port: (first ?? second)?.port as number,
      };
    } catch (error) {
      // A free port on one address may be taken on the other: then another one is drawn.
      for (const server of first?.servers ?? []) server.close();
      if (attempt === attempts) throw error;
    }
  }
}

/** Lets pass that this computer has no such address. */
function unlessMissing(error: unknown): undefined {
  if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(error))) throw error;
}

/** Why nobody can listen there, and what to do about it, in one line. */
export function whyNot(
  error: NodeJS.ErrnoException,
  { host, port }: Where,
  command: string,
  say: Messages,
): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return say.portInUse(port, command);
    case 'EACCES':
    case 'EPERM':
      return say.portNeedsRights(port, command);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return say.noSuchHost(host, command);
    default:
      return say.cannotListen(`${host}:${port}`, error.message);
  }
}
