/**
 * What proxies say of the client: `Forwarded` (RFC 7239), and `X-Forwarded-For`, `-Proto` and `-Host`.
 *
 * In: the values of the fields. Out: hops, the nearest last, each part of them checked or null. Whether to believe any of
 * it is not decided here.
 */
import { isIP } from 'node:net';
import { isHost } from '../http/grammar.js';

/** What one proxy says of who came to it. */
export interface Hop {
  /** An IP address without brackets or port; null where none is given that is one. */
  readonly address: string | null;
  readonly protocol: 'http' | 'https' | null;
  readonly host: string | null;
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
/** One `forwarded-pair`, and what separates it from the next: nothing else may stand between them. */
const PAIR = new RegExp(
  `[ \\t]*(${TOKEN})=(?:(${TOKEN})|"((?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*)")[ \\t]*(;|,|$)`,
  'y',
);

/** The hops in a Forwarded field; null where it is malformed: then nothing of it can be believed. */
export function forwardedHops(value: string): Hop[] | null {
  const hops: Hop[] = [];
  let element: Record<string, string> = Object.create(null);
  PAIR.lastIndex = 0;
  for (;;) {
    const pair = PAIR.exec(value);
    if (pair === null) return null;
    const [, name = '', token, quoted = '', separator] = pair;
    const key = name.toLowerCase();
    // "Each parameter MUST NOT occur more than once per field-value", §4.
    if (key in element) return null;
    element[key] = token ?? quoted.replace(/\\(.)/g, '$1');
    if (separator === ';') continue;
    hops.push(hopOf(element.for, element.proto, element.host));
    element = Object.create(null);
    if (separator === '') return hops;
  }
}

/**
 * The hops in X-Forwarded-For, with what the other two fields say of them: each proxy may have added to them, or put its
 * own in their place. Those that are shorter are of the hops that are nearest.
 */
export function legacyHops(
  addresses: string,
  protocols: string | undefined,
  hosts: string | undefined,
): Hop[] {
  const list = addresses.split(',');
  const protocolList = protocols?.split(',') ?? [];
  const hostList = hosts?.split(',') ?? [];
  return list.map((address, i) =>
    hopOf(address, fromEnd(protocolList, list.length - i), fromEnd(hostList, list.length - i)),
  );
}

/** What a proxy that puts its own in the place of all says, it says of all of them. */
function fromEnd(list: readonly string[], position: number): string | undefined {
  return list.length === 1 ? list[0] : list[list.length - position];
}

function hopOf(address: string | undefined, protocol: string | undefined, host: string | undefined): Hop {
  return {
    address: addressIn(address?.trim()),
    protocol: protocolIn(protocol?.trim()),
    host: hostIn(host?.trim()),
  };
}

/** `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:80`; and bare IPv6, as X-Forwarded-For has it. */
function addressIn(node: string | undefined): string | null {
  if (node === undefined) return null;
  if (isIP(node) !== 0) return node.includes('%') ? null : node;
  const [, v6, v4] = /^(?:\[([\da-f:.]{2,45})\]|([\d.]{7,15}))(?::\d{1,5})?$/i.exec(node) ?? [];
  if (v6 !== undefined) return isIP(v6) === 6 ? v6 : null;
  return v4 !== undefined && isIP(v4) === 4 ? v4 : null;
}

function protocolIn(protocol: string | undefined): 'http' | 'https' | null {
  const known = protocol?.toLowerCase();
  return known === 'http' || known === 'https' ? known : null;
}

function hostIn(host: string | undefined): string | null {
  return host !== undefined && host !== '' && isHost(host) ? host : null;
}
