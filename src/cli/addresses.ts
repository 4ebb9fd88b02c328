// The addresses under which a server can be opened. In: scheme, hosts, port. Out: URLs, this computer's before others'.
import { isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { everyInterface, socketPath } from './options.js';

export interface Addresses {
  /** For a browser on this computer. */
  here: string[];
  network: string[];
  /** Paths of sockets in the file system. */
  sockets: string[];
}

/** Whether a server on this host can be seen from other computers. */
export const isPublic = (host: string): boolean =>
  host !== 'localhost' && !isLoopback(host) && socketPath(host) === undefined;

/** An address in the one way to write it, one of IPv4 always as such; `undefined` for a name. */
export function addressOf(host: string): string | undefined {
  if (isIPv4(host)) return host;
  const [unzoned = ''] = host.split('%');
  if (!isIPv6(unzoned)) return undefined;
  const address = new URL(`http://[${unzoned}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(address);
  if (mapped === null) return address;
  const [high, low] = mapped.slice(1).map((group) => Number.parseInt(group, 16)) as [number, number];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

export function isLoopback(host: string): boolean {
  const address = addressOf(host);
  return address === '::1' || (address?.startsWith('127.') ?? false);
}

/** Addresses that stand for every one of this computer. */
export const unspecified = ['0.0.0.0', '::'];

export const isEverywhere = (host: string): boolean =>
  host === everyInterface || unspecified.includes(addressOf(host) ?? '');

/** Whether who listens at one address listens at the other too. */
export function includes(wide: string, narrow: string): boolean {
  const [one, other] = [addressOf(wide), addressOf(narrow)];
  return other !== undefined && (one === other || one === '::' || (one === '0.0.0.0' && isIPv4(other)));
}

/** Whether two who listen at these hosts would be in each other's way at one port. */
export function overlap(one: string, other: string): boolean {
  if (isEverywhere(one) || isEverywhere(other)) return true;
  if (one === 'localhost' || other === 'localhost') return isLocal(one) && isLocal(other);
  return (addressOf(one) ?? one) === (addressOf(other) ?? other);
}

const isLocal = (host: string): boolean => host === 'localhost' || isLoopback(host);

/** Where a server can be opened: under its public names where it has such, for its certificates are for these alone. */
export function addressesOf(
  scheme: 'http' | 'https',
  {
    places,
    domains,
  }: { places: readonly { host: string; port: number | undefined }[]; domains: readonly string[] },
): Addresses {
  const found = together(places.map(({ host, port = 0 }) => addresses(scheme, [host], port)));
  if (domains.length === 0) return found;
  const ports = [...new Set(places.flatMap(({ port }) => port ?? []))];
  const network = [...new Set(domains)].flatMap((name) => ports.map((port) => urlOf(scheme, name, port)));
  return { ...found, here: [], network };
}

function urlOf(scheme: 'http' | 'https', name: string, port: number): string {
  const usual = port === (scheme === 'http' ? 80 : 443);
  return `${scheme}://${isIPv6(name) ? `[${name}]` : name}${usual ? '' : `:${port}`}/`;
}

/** The URLs for a server that listens on `hosts`. */
export function addresses(scheme: 'http' | 'https', hosts: readonly string[], port: number): Addresses {
  const found: Addresses = { here: [], network: [], sockets: [] };
  const url = (name: string) => urlOf(scheme, name, port);
  for (const host of hosts) {
    const path = socketPath(host);
    if (path !== undefined) found.sockets.push(path);
    else if (!isPublic(host)) found.here.push(url(addressOf(host) ?? host));
    else if (!isEverywhere(host)) found.network.push(url(host));
    else {
      found.here.push(url('localhost'));
      found.network.push(...outerAddresses(host).map(url));
    }
  }
  // Every interface is this computer's as well.
  return { ...found, here: [...new Set(found.here)] };
}

/** Those of several servers as one. */
function together(all: readonly Addresses[]): Addresses {
  const distinct = (pick: (one: Addresses) => string[]) => [...new Set(all.flatMap(pick))];
  return {
    here: distinct(({ here }) => here),
    network: distinct(({ network }) => network),
    sockets: distinct(({ sockets }) => sockets),
  };
}

/** Where other computers see this one. */
export function outerAddresses(host: string): string[] {
  const families = addressOf(host) === '0.0.0.0' ? ['IPv4'] : ['IPv4', 'IPv6'];
  return (
    Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      // A link-local IPv6 address needs a zone, which no URL of a browser can carry.
      .filter(
        ({ internal, family, address }) => !internal && families.includes(family) && !/^fe80:/i.test(address),
      )
      .map(({ address }) => address)
  );
}
