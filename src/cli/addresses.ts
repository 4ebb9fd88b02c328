// The addresses under which a server can be opened. In: scheme, host, port. Out: URLs, this computer's before others'.
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { everyInterface } from './options.js';

export interface Addresses {
  /** For a browser on this computer; absent when the server listens on an address of the network only. */
  here?: string;
  network: string[];
}

const loopback = /^(localhost|127\..*|::1)$/;

/** Whether a server on this host can be seen from other computers. */
export const isPublic = (host: string): boolean => !loopback.test(host);

/** The URLs for a server that listens on `host`. */
export function addresses(scheme: 'http' | 'https', host: string, port: number): Addresses {
  const url = (name: string) => {
    const usual = port === (scheme === 'http' ? 80 : 443);
    return `${scheme}://${isIPv6(name) ? `[${name}]` : name}${usual ? '' : `:${port}`}/`;
  };
  if (!isPublic(host)) return { here: url(host), network: [] };
  const everywhere = [everyInterface, '::', '0.0.0.0'].includes(host);
  if (!everywhere) return { network: [url(host)] };
  const families = host === '0.0.0.0' ? ['IPv4'] : ['IPv4', 'IPv6'];
  const outer = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // A link-local IPv6 address needs a zone, which no URL of a browser can carry.
    .filter(
      ({ internal, family, address }) => !internal && families.includes(family) && !/^fe80:/i.test(address),
    );
  return { here: url('localhost'), network: outer.map(({ address }) => url(address)) };
}
