/**
 * Content codings (RFC 9110 §8.4, §12.5.3). In: Accept-Encoding and the codings that a document can be had in.
 * Out: the acceptable ones, best first; and compressed bytes, made in libuv's threads, never on the event loop.
 */
import type { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import Negotiator from 'negotiator';
import { Turns } from './turns.js';

/** Codings that premier can make or find beside a document. */
export type Coding = 'br' | 'zstd' | 'gzip';
export type CodingOrIdentity = Coding | 'identity';

/** What a precompressed neighbour of a document is called. */
export const neighbourSuffix: Record<Coding, string> = { br: '.br', zstd: '.zst', gzip: '.gz' };

/** Best first, where the client has no preference: smallest for text of the web. */
export const everyCoding: readonly Coding[] = ['br', 'zstd', 'gzip'];

/** Node 20 has no zstd. */
export const ownCodings: readonly Coding[] = everyCoding.filter(
  (coding) => coding !== 'zstd' || typeof zlib.zstdCompress === 'function',
);

/** Good compression at a speed that a first visitor does not notice. */
const brotli = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };

/** A document up to this size (bytes) is compressed in a few ms. */
const small = 128 * 1024;

/**
 * How many compress at a time; the others get what is at hand. Together they leave libuv's four threads free often enough
 * for a document to be read meanwhile: only the large ones keep a thread for long.
 */
const turns = { small: new Turns(2, 16), large: new Turns(1, 0) };
/** Those of documents that are compressed as they are sent; a slow reader keeps one for long. */
export const streaming = new Turns(2, 0);

/** The turns in which a document of this size (bytes) is compressed whole. */
export function turnsFor(size: number): Turns {
  return size <= small ? turns.small : turns.large;
}

/** Compresses the whole of a document. */
export function compress(bytes: Buffer, coding: Coding): Promise<Buffer> {
  if (coding === 'br') return promisify(zlib.brotliCompress)(bytes, brotli);
  if (coding === 'zstd') return promisify(zlib.zstdCompress)(bytes);
  return promisify(zlib.gzip)(bytes);
}

/** Compresses a document that is too large to be held, as it is sent; see `streaming`. */
export function compressor(coding: Coding): Transform {
  if (coding === 'br') return zlib.createBrotliCompress(brotli);
  if (coding === 'zstd') return zlib.createZstdCompress();
  return zlib.createGzip();
}

/** Different values of Accept-Encoding remembered; browsers send a handful. */
const remembered = 200;

interface Choosing {
  encodings(available: readonly string[], options: { preferred: readonly string[] }): string[];
}

/** Answers Accept-Encoding for documents that can be had in the same codings; remembers its answers. */
export class Negotiation {
  readonly #orders = new Map<string, readonly CodingOrIdentity[]>();

  private constructor(
    /** Identity included, in the order to prefer where the client has none. */
    readonly available: readonly CodingOrIdentity[],
  ) {}

  static readonly #instances = new Map<string, Negotiation>();

  static among(available: readonly CodingOrIdentity[]): Negotiation {
    const key = available.join();
    const negotiation = Negotiation.#instances.get(key) ?? new Negotiation(available);
    Negotiation.#instances.set(key, negotiation);
    return negotiation;
  }

  /** The acceptable codings, best first; none when the client refuses them all, the identity included. */
  order(accept: string): readonly CodingOrIdentity[] {
    let order = this.#orders.get(accept);
    if (order === undefined) {
      // An old name of gzip that recipients are to understand (RFC 9110 §8.4.1.3).
      const known = accept.replace(/(^|[\s,])x-gzip(?=[\s,;]|$)/gi, '$1gzip');
      const negotiator = new Negotiator({ headers: { 'accept-encoding': known } }) as unknown as Choosing;
      order = negotiator.encodings(this.available, { preferred: this.available }) as CodingOrIdentity[];
      if (this.#orders.size >= remembered) this.#orders.clear();
      this.#orders.set(accept, order);
    }
    return order;
  }
}
