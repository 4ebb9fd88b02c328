/**
 * Names that no public authority signs for, and that can't lead to somebody else's server: what the local authority is
 * confined to. In: names. Out: whether they are such.
 */
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { canonicalAddress } from './addresses.js';

/**
 * Domains, each with all below it: RFC 6761, RFC 6762, RFC 8375, and `internal`, which ICANN keeps for private use.
 * What browsers take for this computer comes first.
 */
export const localDomains = [
  'localhost',
  'local',
  'test',
  'internal',
  'home.arpa',
  'lan',
  'localdomain',
  'home',
];

/** Loopback, private and link-local networks (RFC 1122, RFC 1918, RFC 3927, RFC 4193, RFC 4291). */
export const localNetworks = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

const networks = new BlockList();
for (const network of localNetworks) {
  const [address = '', bits] = network.split('/');
  networks.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
}

/** @param domains those that are local, each with all below it */
export function isLocalName(name: string, domains: readonly string[] = localDomains): boolean {
  const version = isIP(name);
  if (version !== 0) return networks.check(name, version === 4 ? 'ipv4' : 'ipv6');
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/** A name of a host or an address as certificates have it. An address with a zone means something on one computer only. */
export function certifiableName(text: string): string | undefined {
  if (isIP(text) === 0) return hostNameOf(text);
  return text.includes('%') ? undefined : canonicalAddress(text);
}

/** A name as certificates have it: ASCII, in lower case, without a final dot; `undefined` for what is no name of a host. */
export function hostNameOf(text: string): string | undefined {
  // Of a text with these, what is before or after them would be taken for the name.
  if (/[\s/:?#@\\%]/.test(text)) return undefined;
  const name = domainToASCII(text.toLowerCase().replace(/\.$/, ''));
  const label = '(?!-)[a-z\\d_-]{1,63}(?<!-)';
  // What looks like an address that is cut short becomes one.
  if (isIP(name) !== 0) return undefined;
  return new RegExp(`^${label}(?:\\.${label})*$`).test(name) && name.length <= 253 ? name : undefined;
}
