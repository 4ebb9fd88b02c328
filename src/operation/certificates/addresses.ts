/** Addresses of the internet protocol, as certificates and names have them. In: text that `net.isIP` takes. */
import { isIPv4 } from 'node:net';

/** An address in the one way to write it; OpenSSL writes those of IPv6 without `::`. */
export const canonicalAddress = (address: string): string =>
  isIPv4(address) ? address : new URL(`http://[${address}]`).hostname.slice(1, -1);

/** Four or sixteen octets. */
export function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const [before = '', after = ''] = canonicalAddress(address).split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(before), groups(after)];
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
