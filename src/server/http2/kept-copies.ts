/**
 * Copies of what programs write and may write over before it leaves.
 *
 * In: octets, no more than a frame has, which are about to leave. Out: a copy of them, several in one piece of memory: one
 * of its own for each takes longer than all else that is done for an answer. It is free when all of them have left.
 */
import { Buffer } from 'node:buffer';
import { SHARED_COPIES_BYTES } from '../../http2/limits.js';
import { shortLivedMemory } from '../../node/short-lived-copies.js';

let memory: Buffer = Buffer.alloc(0);
let at = 0;

/** @param length - of the octets, no more than SHARED_COPIES_BYTES */
export function keptCopy(octets: Uint8Array, length: number): Buffer {
  if (at + length > memory.length) {
    memory = shortLivedMemory(SHARED_COPIES_BYTES);
    at = 0;
  }
  const copy = memory.subarray(at, at + length);
  copy.set(octets);
  at += length;
  return copy;
}
