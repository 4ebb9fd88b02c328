// From hosts and a port to listening servers. `localhost` is both loopback addresses, so that no other program can
// hold the one a browser tries first. In: how to make a server. Out: the servers, or a `Trouble` in plain words.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, isIPv4, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { listenOnPath, longestSocketPath } from '../operation/file-sockets.js';
import { addressOf } from './addresses.js';
import type { Retry } from './command-line.js';
import type { Messages } from './language.js';
import { everyInterface, socketPath } from './options.js';
import { codeOf, Trouble } from './trouble.js';

export interface Listening<S extends Server> {
  servers: S[];
  /** Absent when all of them listen on sockets of the file system. */
  port?: number | undefined;
}

export interface Where {
  host: string;
  port: number;
  /** Who may connect, where it is a socket of the file system. */
  mode?: number | undefined;
}

/**
 * Listens where it is told, on one port at all the hosts.
 * @param makeServer called once for each address
 * @throws {Trouble} the port or an address can't be had
 */
export async function listen<S extends Server>(
  makeServer: () => S,
  { hosts, port, mode }: { hosts: readonly string[]; port: number; mode?: number | undefined },
  retry: Retry,
  say: Messages,
): Promise<Listening<S>> {
  const found: Listening<S> = { servers: [] };
  for (const host of hosts) {
    try {
      const more = await listenAt(makeServer, { host, port: found.port ?? port, mode });
      found.servers.push(...more.servers);
      found.port ??= more.port;
    } catch (error) {
      for (const server of found.servers) server.close();
      throw new Trouble(whyNot(error as NodeJS.ErrnoException, { host, port }, retry, say));
    }
  }
  return found;
}

/** The hosts to listen on, each once: every interface includes all others, and a port can be had only once. */
export function distinctHosts(hosts: readonly string[]): string[] {
  const everywhere =
    hosts.find((host) => host === everyInterface) ?? hosts.find((host) => addressOf(host) === '::');
  const named = hosts.map((host) =>
    socketPath(host) === undefined ? (everywhere ?? addressOf(host) ?? host) : host,
  );
  const included = new Set(named.includes('localhost') ? ['127.0.0.1', '::1'] : []);
  const everyIPv4 = named.includes('0.0.0.0');
  const rest = named.filter(
    (host) => !included.has(host) && !(everyIPv4 && isIPv4(host) && host !== '0.0.0.0'),
  );
  return [...new Set(rest)];
}

async function listenAt<S extends Server>(
  makeServer: () => S,
  { host, port, mode }: Where,
): Promise<Listening<S>> {
  const path = socketPath(host);
  if (path !== undefined) {
    const server = makeServer();
    await listenOnPath(server, path, mode);
    return { servers: [server] };
  }
  if (host === 'localhost') return listenOnLoopback(makeServer, port);
  return listenOn(makeServer(), { port, ...(host !== everyInterface && { host }) });
}

async function listenOn<S extends Server>(
  server: S,
  where: ListenOptions & { fd?: number },
): Promise<Listening<S>> {
  server.listen(where);
  await once(server, 'listening');
  // One that another process has opened may have no name here.
  return { servers: [server], port: (server.address() as AddressInfo | null)?.port };
}

/**
 * Listens on sockets that systemd has opened.
 * @throws {Trouble} one of them is no socket that listens
 */
export async function listenOnInherited<S extends Server>(
  makeServer: () => S,
  descriptors: readonly number[],
  say: Messages,
): Promise<{ servers: S[]; places: (AddressInfo | string)[] }> {
  const servers: S[] = [];
  for (const fd of descriptors) {
    try {
      const { servers: more } = await listenOn(makeServer(), { fd });
      servers.push(...more);
    } catch (error) {
      throw new Trouble(say.badInheritedSocket(fd, (error as Error).message));
    }
  }
  return { servers, places: servers.map((server) => server.address() ?? '(systemd)') };
}

/** Both loopback addresses on one port; where there is no IPv6, or no IPv4, the other does. */
async function listenOnLoopback<S extends Server>(makeServer: () => S, port: number): Promise<Listening<S>> {
  const attempts = port === 0 ? 10 : 1;
  for (let attempt = 1; ; attempt++) {
    const first = await listenOn(makeServer(), { port, host: '127.0.0.1' }).catch(unlessMissing);
    try {
      const second = await listenOn(makeServer(), { port: first?.port ?? port, host: '::1' }).catch(
        unlessMissing,
      );
      if (!first && !second) return await listenOn(makeServer(), { port, host: 'localhost' });
      return {
        servers: [...(first?.servers ?? []), ...(second?.servers ?? [])],
        port: (first ?? second)?.port,
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
  retry: Retry,
  say: Messages,
): string {
  const path = socketPath(host);
  if (path !== undefined) return whyNoSocket(error, path, say);
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return say.portInUse(port, retry('port', String(port === 65_535 ? 8080 : port + 1)));
    case 'EACCES':
    case 'EPERM':
      return say.portNeedsRights(port, retry('port', '8080'));
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return say.noSuchHost(host, retry('host'));
    default:
      return say.cannotListen(`${host}:${port}`, error.message);
  }
}

/** The same for a socket of the file system. */
export function whyNoSocket(error: NodeJS.ErrnoException, path: string, say: Messages): string {
  const folder = dirname(path);
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return say.socketInUse(path);
    case 'ENAMETOOLONG':
      return say.socketTooLong(path, longestSocketPath);
    // Node.js says EACCES of a folder that isn't there as well.
    case 'EACCES':
    case 'ENOENT':
      return existsSync(folder) ? say.socketNeedsRights(path, folder) : say.noFolderForSocket(path, folder);
    default:
      return say.cannotListen(path, error.message);
  }
}
