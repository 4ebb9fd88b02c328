// From hosts and a port to listening servers. `localhost` is both loopback addresses, so that no other program can
// hold the one a browser tries first. In: how to make a server. Out: the servers, or a `Trouble` in plain words.
import { once } from 'node:events';
import { existsSync, realpathSync } from 'node:fs';
import { type AddressInfo, isIPv4, type ListenOptions, type Server } from 'node:net';
import { dirname } from 'node:path';
import { listenOnPath, longestSocketPath } from '../operation/file-sockets.js';
import type { InheritedSocket } from '../operation/inherited-sockets.js';
import { addressOf, includes } from './addresses.js';
import type { Retry } from './command-line.js';
import type { Messages } from './language.js';
import { addressAndPort } from './option-values.js';
import { everyInterface, socketPath } from './options.js';
import { codeOf, Trouble } from './trouble.js';

export interface Listening<S extends Server> {
  servers: S[];
  /** Those of the hosts at which they listen; what another of them includes is left out. */
  hosts: string[];
  /** Absent when all of them listen on sockets of the file system. */
  port?: number | undefined;
}

/** Where a server listens: at a port, but for sockets of the file system. */
export interface Place {
  host: string;
  port: number | undefined;
}

/** An address of one of the ports of the command. */
export interface Where {
  host: string;
  port: number;
  /** Who may connect, where it is a socket of the file system. */
  mode?: number | undefined;
  /** The option that says which port. */
  option?: 'port' | 'http-port';
  /** What else the command listens on, as the option for it. */
  others?: readonly { option: string; port: number | undefined }[];
}

/** How often a free port is drawn, for one that is free at one address may be taken at another. */
const draws = 10;
const loopback = ['127.0.0.1', '::1'];

/**
 * Listens where it is told, on one port at all the hosts.
 * @param makeServer called once for each address
 * @throws {Trouble} the port or an address can't be had
 */
export async function listen<S extends Server>(
  makeServer: () => S,
  { hosts, ...where }: Omit<Where, 'host'> & { hosts: readonly string[] },
  retry: Retry,
  say: Messages,
): Promise<Listening<S>> {
  for (let draw = 1; ; draw++) {
    const found: Listening<S> = { servers: [], hosts: [] };
    let host = '';
    try {
      for (host of hosts) await listenAt(makeServer, { ...where, host }, found);
      return found;
    } catch (error) {
      for (const server of found.servers) server.close();
      const { port = where.port } = found;
      if (where.port !== port && codeOf(error) === 'EADDRINUSE' && draw < draws) continue;
      throw new Trouble(whyNot(error as NodeJS.ErrnoException, { ...where, host, port }, retry, say));
    }
  }
}

/** The hosts to listen on, each once, the widest first: a port can be had only once, and every interface includes all. */
export function distinctHosts(hosts: readonly string[]): string[] {
  const everywhere =
    hosts.find((host) => host === everyInterface) ?? hosts.find((host) => addressOf(host) === '::');
  const named = hosts.map((host) =>
    socketPath(host) === undefined ? (everywhere ?? addressOf(host) ?? host) : host,
  );
  const included = new Set(named.includes('localhost') ? loopback : []);
  const everyIPv4 = named.filter((host) => host === '0.0.0.0');
  const rest = named.filter((host) => !included.has(host) && !(everyIPv4.length > 0 && isIPv4(host)));
  return [...new Set([...everyIPv4, ...rest])];
}

/** Listens at one host more. */
async function listenAt<S extends Server>(
  makeServer: () => S,
  { host, port, mode }: Where,
  found: Listening<S>,
): Promise<void> {
  const path = socketPath(host);
  const listening = (name?: string) =>
    listenOn(makeServer(), { port: found.port ?? port, ...(name !== undefined && { host: name }) });
  if (path !== undefined) return take(found, host, listenOnSocket(makeServer(), path, mode));
  if (host === everyInterface) return take(found, host, listening());
  if (host !== 'localhost') return take(found, host, listening(host));
  // Where there is no IPv6, or no IPv4, the other does.
  let missing = 0;
  for (const address of loopback) {
    try {
      await take(found, host, listening(address));
    } catch (error) {
      if (!isMissing(error)) throw error;
      missing++;
    }
  }
  if (missing === loopback.length) await take(found, host, listening(host));
}

/** Takes a server among those found once it listens; none is needed where one of them listens already. */
async function take<S extends Server>(
  found: Listening<S>,
  host: string,
  listening: Promise<S>,
): Promise<void> {
  const { servers, hosts } = found;
  try {
    const server = await listening;
    servers.push(server);
    if (!hosts.includes(host)) hosts.push(host);
    found.port ??= (server.address() as Partial<AddressInfo> | null)?.port;
  } catch (error) {
    if (!isTakenBy(servers, error as Taken)) throw error;
  }
}

/** What Node.js says of an address that is in use. */
type Taken = Partial<Record<'code' | 'address', string> & { port: number }>;

/** Whether it is one of the servers that holds what can't be had: hosts may be names of one address, or of one socket. */
function isTakenBy(servers: readonly Server[], { code, address = '', port }: Taken): boolean {
  return (
    code === 'EADDRINUSE' &&
    servers.some((server) => {
      const place = server.address();
      if (typeof place === 'string') return isSamePath(place, address);
      return place !== null && place.port === port && includes(place.address, address);
    })
  );
}

function isSamePath(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

async function listenOnSocket<S extends Server>(server: S, path: string, mode?: number): Promise<S> {
  await listenOnPath(server, path, mode);
  return server;
}

async function listenOn<S extends Server>(server: S, where: ListenOptions & { fd?: number }): Promise<S> {
  server.listen(where);
  await once(server, 'listening');
  return server;
}

/**
 * Listens on sockets that systemd has opened.
 * @throws {Trouble} one of them is no socket that listens
 */
export async function listenOnInherited<S extends Server>(
  makeServer: () => S,
  sockets: readonly InheritedSocket[],
  say: Messages,
): Promise<{ servers: S[]; places: Place[] }> {
  const servers: S[] = [];
  const places: Place[] = [];
  for (const { fd, name } of sockets) {
    const server = makeServer();
    try {
      await listenOn(server, { fd });
    } catch (error) {
      throw new Trouble(say.badInheritedSocket(fd, (error as Error).message));
    }
    servers.push(server);
    places.push(placeOf(server, name));
  }
  return { servers, places };
}

/** Where an inherited socket is; a path that only systemd knows is called by the name that the unit gives it. */
function placeOf(server: Server, name: string): Place {
  const address = server.address() as AddressInfo | string | null;
  if (address !== null && typeof address === 'object') return { host: address.address, port: address.port };
  return { host: `unix:${address ?? `systemd ${name}`.trim()}`, port: undefined };
}

/** Whether this computer has no such address. */
function isMissing(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes(codeOf(error));
}

/** Why nobody can listen there, and what to do about it, in one line. */
export function whyNot(
  error: NodeJS.ErrnoException,
  { host, port, option = 'port', others = [] }: Where,
  retry: Retry,
  say: Messages,
): string {
  const path = socketPath(host);
  if (path !== undefined) return whyNoSocket(error, path, say);
  switch (codeOf(error)) {
    case 'EADDRINUSE': {
      const holder = others.find((other) => other.port === port)?.option;
      return say.portInUse(port, holder, `--${option}`, retry(option, String(portAfter(port))));
    }
    case 'EACCES':
    case 'EPERM':
      return say.portNeedsRights(port, retry(option, '8080'));
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL': {
      const apart = addressAndPort(host);
      if (apart !== undefined) return say.portInHost(host, apart.address, apart.port);
      return say.noSuchHost(host, retry('host'));
    }
    default:
      return say.cannotListen(`${host}:${port}`, error.message);
  }
}

const portAfter = (port: number): number => (port === 65_535 ? 8080 : port + 1);

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
