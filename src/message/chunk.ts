/**
 * What a program gives as a piece of a body.
 *
 * In: anything. Out: text or bytes that say no more of themselves than is so, decoded where that tells how many they
 * are, or the error of node:http.
 */

import { Buffer } from 'node:buffer';
import { types } from 'node:util';
import { isLatin1, isUtf8 } from '../node/byte-length.js';
import * as errors from '../node/errors.js';
import type { Chunk, Encoding } from './response-channel.js';

const { isUint8Array } = types;

/** A chunk that is text or bytes, and says no more of itself than is so. */
export function checked(chunk: unknown): Chunk {
  if (typeof chunk === 'string') return chunk;
  if (chunk === null) throw errors.nullValues();
  if (!isUint8Array(chunk)) {
    throw errors.invalidArgType('chunk', 'of type string or an instance of Buffer or Uint8Array', chunk);
  }
  const prototype = Object.getPrototypeOf(chunk);
  if (prototype === Buffer.prototype || (prototype === Uint8Array.prototype && chunk.length > 0))
    return chunk;
  // What is derived from those may have a length of its own making. One that has none any more, since its memory was
  // given away, throws as on node:http.
  return new Uint8Array(chunk);
}

/** How many bytes hexadecimal or base64 text holds can only be guessed before it is decoded. */
export function decoded(chunk: Chunk, encoding: Encoding): Chunk {
  if (isUtf8(encoding) || isLatin1(encoding)) return chunk;
  const isText = typeof chunk === 'string';
  // Streams call that of bytes so.
  if (!isText && (encoding as string) === 'buffer') return chunk;
  if (!Buffer.isEncoding(encoding as string)) throw errors.unknownEncoding(encoding);
  if (!isText) return chunk;
  return Buffer.from(chunk, encoding as BufferEncoding);
}
