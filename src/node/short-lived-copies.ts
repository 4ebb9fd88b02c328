/**
 * Copies of the pieces of a body, whose memory V8 is to give back soon.
 *
 * In: bytes. Out: a copy of them, in memory of its own where it isn't small (`Buffer.poolSize`). That lies outside of V8's
 * heap. It is given back when V8 collects the object it belongs to, and young objects are collected when they fill their space. Pieces are few objects
 * with much memory: so from Node 22 on V8 sees so much memory in use, before it has collected any, that it marks the whole
 * heap, again and again, which takes longer than all else that is done for an upload. Node's own HTTP/2 leaves so much
 * garbage that it doesn't come to that. So each large copy leaves some as well.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';

/** Whether V8 is so hasty. */
const marksForMemory = Number(process.versions.node.split('.')[0]) >= 22;

/** Bytes of a copy above which it leaves garbage. */
const LARGE_BYTES = 4096;

/** Bytes of a copy for each element of garbage, of 8 bytes: a tenth fills a young process's 4 MB in time. */
const BYTES_PER_ELEMENT = 80;

/** Where it is put, so that no compiler leaves it out. */
const garbage: { last: unknown[] | null } = { last: null };

function leaveGarbage(length: number): void {
  if (marksForMemory && length > LARGE_BYTES)
    garbage.last = new Array(Math.floor(length / BYTES_PER_ELEMENT));
}

/** A copy of `bytes` for somebody who mostly doesn't keep it. */
export function shortLivedCopy(bytes: Buffer): Buffer {
  leaveGarbage(bytes.length);
  return Buffer.from(bytes);
}

/** Memory for such copies, not filled. */
export function shortLivedMemory(length: number): Buffer {
  leaveGarbage(length);
  return Buffer.allocUnsafeSlow(length);
}
