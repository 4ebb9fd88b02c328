// The addresses under which a server can be opened. In: scheme, hosts, port. Out: URLs, this computer's before others'.
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { everyInterface, socketPath } from './options.js';

export interface Addresses {
  /** For a browser on this computer. */
  here: string[];
  network: string[];
  /** Paths of sockets in the file system. */
  sockets: string[];
}

const loopback = /^(localhost|127\..*|::1)$/;

/** Whether a server on this host can be seen from other computers. */
export const isPublic = (host: string): boolean => !loopback.test(host) && socketPath(host) === undefined;

/** The URLs for a server that listens on `hosts`. */
export function addresses(scheme: 'http' | 'https', hosts: readonly string[], port: number): Addresses {
  const found: Addresses = { here: [], network: [], sockets: [] };
  const url = (name: string) => {
    const usual = port === (scheme === 'http' ? 80 : 443);
    return `${scheme}://${isIPv6(name) ? `[${name}]` : name}${usual ? '' : `:${port}`}/`;
  };
  for (const host of hosts) {
    const path = socketPath(host);
    if (path !== undefined) found.sockets.push(path);
    else if (!isPublic(host)) found.here.push(url(host));
    else if (!isEverywhere(host)) found.network.push(url(host));
    else {
      found.here.push(url('localhost'));
      found.network.push(...outerAddresses(host).map(url));
    }
  }
  return found;
}

const isEverywhere = (host: string): boolean => [everyInterface, '::', '0.0.0.0'].includes(host);

/** Where other computers see this one. */
function outerAddresses(host: string): string[] {
  const families = host === '0.0.0.0' ? ['IPv4'] : ['IPv4', 'IPv6'];
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
