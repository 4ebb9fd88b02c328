/**
 * A sample of a large text, by which to tell its charset without holding the text. In: an open file. Out: how it
 * begins, and the first part of it that has a byte beyond ASCII.
 */
import { isAscii } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { Sample } from './charset.js';
import { readSlice } from './file.js';

/** Bytes read at a time. */
const step = 256 * 1024;
/** Where the search ends: a text that is ASCII so far is taken for UTF-8. */
const furthest = 64 * 1024 * 1024;

export async function sampleOf(handle: FileHandle, size: number): Promise<Sample> {
  const head = await readSlice(handle, 0, Math.min(step, size));
  let bytes = head;
  for (let position = step; isAscii(bytes) && position < Math.min(size, furthest); position += step) {
    bytes = await readSlice(handle, position, Math.min(step, size - position));
  }
  return { head, bytes: isAscii(bytes) ? head : bytes, whole: head.length === size };
}
