/**
 * Which peers are believed when they say who their client is.
 *
 * In: addresses, networks, and names for some. Out: whether an address is among them. Never believes what is no address.
 */
import { BlockList, isIP } from 'node:net';
import { invalidArgType, invalidArgValue } from '../node/errors.js';

const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1'];

/** Bits before the address of IPv4 in one of IPv6 that stands for it (RFC 4291, section 2.5.5.2). */
const MAPPED = 96;

export class TrustedProxies {
  readonly #addresses = new BlockList();
  /** Whether any peer on a Unix socket is believed. */
  trustsUnix = false;

  /**
   * @param name - of the option, for errors
   * @param entries - `loopback`, `unix` (any peer on a Unix socket), addresses, and networks such as `10.0.0.0/8`
   * @throws ERR_INVALID_ARG_TYPE or ERR_INVALID_ARG_VALUE for an entry that is none of these
   */
  constructor(name: string, entries: unknown) {
    const list = typeof entries === 'string' ? entries.split(',') : entries;
    if (!Array.isArray(list)) throw invalidArgType(name, 'a string or an array of strings', entries);
    for (const entry of list) {
      if (typeof entry !== 'string') throw invalidArgType(name, 'a string or an array of strings', entry);
      this.#add(name, entry.trim());
    }
  }

  #add(name: string, entry: string): void {
    if (entry === 'unix') this.trustsUnix = true;
    else if (entry === 'loopback') for (const network of LOOPBACK) this.#add(name, network);
    else if (!this.#addNetwork(entry)) {
      const wanted = 'must be loopback, unix, an IP address, or a network such as 10.0.0.0/8';
      throw invalidArgValue(name, entry, wanted);
    }
  }

  #addNetwork(entry: string): boolean {
    const [, address = '', prefix] = /^([\da-f:.]+)(?:\/(\d{1,3}))?$/i.exec(entry) ?? [];
    const family = isIP(address);
    if (family === 0) return false;
    const bits = family === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : Number(prefix);
    if (length > bits) return false;
    // An address of IPv4 written as one of IPv6, with a prefix that was meant for 32 bits, would be the whole of IPv4.
    if (family === 6 && address.includes('.') && length < MAPPED) return false;
    this.#addresses.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
    return true;
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    // A zone belongs to this machine, and to no list.
    if (family === 0 || address.includes('%')) return false;
    return this.#addresses.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}
