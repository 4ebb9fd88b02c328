/**
 * DER (ITU-T X.690) as far as certificates and requests for them need it: written, and read again.
 *
 * In: values. Out: their bytes, or the parts of an element. Never gives back what is no DER: it throws a RangeError.
 */

/** Tags of the universal class that certificates have. */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One element: a tag, a length, and what is in it. */
export function element(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(content.length)]), content]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) octets.unshift(rest & 0xff);
  return [0x80 | octets.length, ...octets];
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => element(tag.sequence, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => element(tag.set, ...items);
export const octetString = (content: Uint8Array): Buffer => element(tag.octetString, content);
export const utf8String = (text: string): Buffer => element(tag.utf8String, Buffer.from(text));
export const yes = element(tag.boolean, Buffer.from([0xff]));

/** Whole octets, or bits of which the last `unused` don't count. */
export const bitString = (content: Uint8Array, unused = 0): Buffer =>
  element(tag.bitString, Buffer.from([unused]), content);

/** Bits by their numbers, as KeyUsage has them: without zeros at the end. */
export function namedBits(...bits: readonly number[]): Buffer {
  const last = Math.max(...bits);
  const octets = Buffer.alloc((last >> 3) + 1);
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(octets, 7 - (last & 7));
}

/** A number that isn't negative, from its octets, the most significant first. */
export function integer(value: number | Uint8Array): Buffer {
  const octets = typeof value === 'number' ? Buffer.from([value]) : value;
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first < 0 ? Buffer.from([0]) : octets.subarray(first);
  // A leading bit of one would make it negative.
  return element(tag.integer, Buffer.alloc((digits[0] ?? 0) >> 7), digits);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tag.objectIdentifier, Buffer.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

/** A time in whole seconds: in two digits for the year until 2049, as RFC 5280 §4.1.2.5 wants it. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? element(tag.utcTime, Buffer.from(digits.slice(2)))
    : element(tag.generalizedTime, Buffer.from(digits));
}

/** An element in a context-specific tag of its own. */
export const explicit = (number: number, ...items: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...items);

/** What would be in an element, in a context-specific tag instead of its own. */
export const implicit = (number: number, content: Uint8Array): Buffer => element(0x80 | number, content);

/** An element that was read. */
export interface Element {
  tag: number;
  content: Buffer;
  /** All of it, tag and length included. */
  whole: Buffer;
}

/** The elements that stand one after the other in these bytes. */
export function readElements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = boundsOf(bytes, at);
    found.push({
      tag: bytes[at] as number,
      content: bytes.subarray(start, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return found;
}

function boundsOf(bytes: Buffer, at: number): { start: number; end: number } {
  const first = bytes[at + 1] ?? Number.NaN;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + more;
  // A length in more than four octets, or of none, has no place in a certificate.
  const length =
    more === 0 ? first : more <= 4 && start <= bytes.length ? bytes.readUIntBE(at + 2, more) : -1;
  const end = start + length;
  if (first === 0x80 || !(length >= 0) || end > bytes.length) throw new RangeError('This is no DER.');
  return { start, end };
}
