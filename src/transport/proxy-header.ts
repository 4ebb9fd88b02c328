/**
 * The head of the PROXY protocol, versions 1 and 2: who the client of a connection is, said by the proxy before anything
 * else.
 *
 * In: the bytes that have come so far. Out: the head and its length; null while it isn't whole; or an error. Never reads
 * beyond the head, and never more than its bound.
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
import { Buffer } from 'node:buffer';
import { isIP } from 'node:net';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A type-length-value of version 2, such as the name that a client asked for with TLS (0x02). */
export interface TypedValue {
  readonly type: number;
  readonly value: Buffer;
}

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** Null where the proxy speaks for itself (LOCAL), or doesn't know, or the client came on a Unix socket. */
  readonly source: Endpoint | null;
  readonly destination: Endpoint | null;
  readonly values: readonly TypedValue[];
}

/** A head that is none; connections with one are closed without an answer. */
export class ProxyHeaderError extends Error {
  readonly code = 'ERR_PROXY_PROTOCOL';
}

const refuse = (why: string): never => {
  throw new ProxyHeaderError(`PROXY protocol: ${why}`);
};

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const NAME = Buffer.from('PROXY ', 'latin1');

/** With its CR LF: "a 108-byte buffer is always enough to store all the line and a trailing zero". */
const LONGEST_LINE = 107;
/** Octets after the fixed part of version 2: addresses, and values such as a client's certificate facts. */
const LONGEST_REST = 4096;
const FIXED = 16;

/** Bytes that `readProxyHeader` may need to have before it knows. */
export const LONGEST_PROXY_HEADER = FIXED + LONGEST_REST;

export interface ReadHeader {
  readonly header: ProxyHeader;
  readonly length: number;
}

/** @throws ProxyHeaderError as soon as the bytes cannot become a head */
export function readProxyHeader(bytes: Buffer): ReadHeader | null {
  if (bytes.length === 0) return null;
  if (startsAlike(bytes, SIGNATURE)) return bytes.length < FIXED ? null : readBinary(bytes);
  if (startsAlike(bytes, NAME)) return readLine(bytes);
  return refuse('the connection does not begin with its head');
}

function startsAlike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

const LINE =
  /^PROXY (?:UNKNOWN(?: [ -~]*)?|TCP([46]) ([\da-f.:]+) ([\da-f.:]+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4}))$/i;

function readLine(bytes: Buffer): ReadHeader | null {
  const lineFeed = bytes.indexOf('\n');
  if (lineFeed < 0) return bytes.length >= LONGEST_LINE ? refuse('the line is too long') : null;
  if (lineFeed >= LONGEST_LINE) refuse('the line is too long');
  const found = bytes[lineFeed - 1] === 0x0d ? LINE.exec(bytes.toString('latin1', 0, lineFeed - 1)) : null;
  if (found === null) return refuse('the line is malformed');
  const length = lineFeed + 1;
  const [, family, source, destination, sourcePort, destinationPort] = found;
  const unknown: ProxyHeader = { version: 1, source: null, destination: null, values: [] };
  if (family === undefined) return { header: unknown, length };
  const header: ProxyHeader = {
    ...unknown,
    source: endpoint(source as string, Number(sourcePort), Number(family)),
    destination: endpoint(destination as string, Number(destinationPort), Number(family)),
  };
  return { header, length };
}

function endpoint(address: string, port: number, family: number): Endpoint {
  if (isIP(address) !== family || port > 65535) refuse('an address is none');
  return { address, port };
}

/** Octets of the two addresses and ports, by family and transport; those of others are passed over. */
const ADDRESS_BYTES: Record<number, number> = { 17: 12, 33: 36, 49: 216 };
const UNSPEC = 0x00;

function readBinary(bytes: Buffer): ReadHeader | null {
  const command = bytes[12] as number;
  const family = bytes[13] as number;
  const rest = bytes.readUInt16BE(14);
  if (command !== 0x20 && command !== 0x21) refuse('neither LOCAL nor PROXY of version 2');
  if (rest > LONGEST_REST) refuse(`longer than ${LONGEST_PROXY_HEADER} bytes`);
  const length = FIXED + rest;
  if (bytes.length < length) return null;
  const unknown: ProxyHeader = { version: 2, source: null, destination: null, values: [] };
  // "The receiver must accept this connection as valid and must use the real connection endpoints", for LOCAL.
  if (command === 0x20) return { header: unknown, length };
  const addresses = family === UNSPEC ? 0 : ADDRESS_BYTES[family];
  if (addresses === undefined || rest < addresses) return refuse('the addresses are of no connection');
  const values = readValues(bytes.subarray(0, length), FIXED + addresses);
  const header = { ...unknown, ...endpoints(bytes, family), values };
  return { header, length };
}

function endpoints(bytes: Buffer, family: number): Pick<ProxyHeader, 'source' | 'destination'> {
  if (family !== 0x11 && family !== 0x21) return { source: null, destination: null };
  const size = family === 0x11 ? 4 : 16;
  const ports = FIXED + 2 * size;
  const at = (start: number, port: number): Endpoint => ({
    address: addressText(bytes.subarray(start, start + size)),
    port: bytes.readUInt16BE(port),
  });
  return { source: at(FIXED, ports), destination: at(FIXED + size, ports + 2) };
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  // Node's own spelling, the shortest one.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const NOOP = 0x04;
const CRC32C = 0x03;

function readValues(head: Buffer, start: number): TypedValue[] {
  const values: TypedValue[] = [];
  for (let at = start; at < head.length; ) {
    if (at + 3 > head.length) refuse('a value is cut');
    const type = head[at] as number;
    const from = at + 3;
    const to = from + head.readUInt16BE(at + 1);
    if (to > head.length) refuse('a value is cut');
    if (type === CRC32C) check(head, from, to);
    // The memory is the connection's.
    if (type !== NOOP) values.push({ type, value: Buffer.from(head.subarray(from, to)) });
    at = to;
  }
  return values;
}

/** "If the checksum is present, the receiver must verify it": over the head with the checksum's own octets zero. */
function check(head: Buffer, from: number, to: number): void {
  if (to - from !== 4) refuse('the checksum has not four octets');
  const whole = Buffer.from(head);
  whole.fill(0, from, to);
  if (crc32c(whole) !== head.readUInt32BE(from)) refuse('the checksum is wrong');
}

/** CRC-32C (Castagnoli), bit by bit: heads are short, and few have it. */
function crc32c(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
