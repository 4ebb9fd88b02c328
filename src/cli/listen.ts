// From hosts and a port to listening servers. `localhost` is both loopback addresses, so that no other program can
// hold the one a browser tries first. In: how to make a server. Out: the servers, or a `Trouble` in plain words.
import { once } from 'node:events';
import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import { type AddressInfo, connect, isIPv4, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
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
}

/**
 * Listens where it is told, on one port at all the hosts.
 * @param makeServer called once for each address
 * @throws {Trouble} the port or an address can't be had
 */
export async function listen<S extends Server>(
  makeServer: () => S,
  { hosts, port }: { hosts: readonly string[]; port: number },
  retry: Retry,
  say: Messages,
): Promise<Listening<S>> {
  const found: Listening<S> = { servers: [] };
  for (const host of hosts) {
    try {
      const more = await listenAt(makeServer, host, found.port ?? port);
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

function listenAt<S extends Server>(makeServer: () => S, host: string, port: number): Promise<Listening<S>> {
  const path = socketPath(host);
  if (path !== undefined) return listenOnSocket(makeServer, path);
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

/** Bytes that the system has room for in the address of a socket, its end aside. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/** A socket of the file system. One that a server left when it was killed is replaced. */
async function listenOnSocket<S extends Server>(makeServer: () => S, path: string): Promise<Listening<S>> {
  // Node.js would listen on what is left of it.
  if (Buffer.byteLength(path) > longestSocketPath) throw Object.assign(new Error(), { code: 'ENAMETOOLONG' });
  try {
    return await listenOn(makeServer(), { path });
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE' || !(await isAbandoned(path))) throw error;
    unlinkSync(path);
    return listenOn(makeServer(), { path });
  }
}

/** Whether it is a socket on which nobody listens any more; a file that isn't one refuses connections as well. */
async function isAbandoned(path: string): Promise<boolean> {
  if (!lstatSync(path).isSocket()) return false;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return codeOf(error) === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
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

function whyNoSocket(error: NodeJS.ErrnoException, path: string, say: Messages): string {
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
