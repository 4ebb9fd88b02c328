/**
 * Slices of an open file → the body of an answer, with back-pressure. Sends as many bytes as were promised or breaks
 * the connection: a file that shrinks meanwhile must not make a reader take the next answer for its end. The file is
 * closed as soon as it is read to the end or the reader goes away.
 */
import { Buffer } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Coding, compressor } from './encodings.js';
import type { Range } from './ranges.js';

/** Bytes read at a time; two such pieces are held for each reader. */
const piece = 128 * 1024;

/** A part of a body: bytes that frame it, then a slice of the file. */
export interface Part {
  readonly before?: string;
  readonly range?: Range;
}

/** Sends the parts and ends the answer. Closes the file in any case. */
export async function pour(handle: FileHandle, parts: readonly Part[], res: ServerResponse): Promise<void> {
  const close = () => void handle.close().catch(() => {});
  res.once('close', close);
  try {
    if (res.destroyed) return;
    for (const { before, range } of parts) {
      if (before !== undefined) res.write(before, 'latin1');
      if (range !== undefined && !(await pourSlice(handle, range, res))) return;
    }
    res.end();
  } catch {
    // Either the reader has gone and the file is closed, or the disk fails: the rest cannot be sent.
    res.destroy();
  } finally {
    res.off('close', close);
    close();
  }
}

/**
 * Sends one slice: the next piece is read while the last one is under way, and only then. The two pieces are used
 * over and over, since fresh memory costs more than reading into it. Tells whether all of the slice was sent.
 */
async function pourSlice(
  handle: FileHandle,
  { start, length }: Range,
  res: ServerResponse,
): Promise<boolean> {
  const end = start + length;
  const pieces = [0, 1].map(() => ({ buffer: Buffer.allocUnsafeSlow(Math.min(piece, length)), sent: done }));
  let position = start;
  for (let turn = 0; position < end; turn = 1 - turn) {
    const { buffer, sent } = pieces[turn] as (typeof pieces)[0];
    await sent;
    if (res.destroyed) return false;
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - position), position);
    if (res.destroyed || bytesRead === 0) {
      res.destroy();
      return false;
    }
    position += bytesRead;
    (pieces[turn] as (typeof pieces)[0]).sent = write(res, buffer.subarray(0, bytesRead));
  }
  await Promise.all(pieces.map(({ sent }) => sent));
  return !res.destroyed;
}

const done = Promise.resolve();

/** Writes; settles when the reader has taken the bytes, or has gone. */
function write(res: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      res.off('close', settle);
      resolve();
    };
    res.on('close', settle);
    res.write(bytes, settle);
  });
}

/**
 * Sends the first `size` bytes compressed; the length is not known in advance. Settles when all is sent or the reader has
 * gone. Closes the file in any case.
 */
export async function pourCompressed(
  handle: FileHandle,
  size: number,
  coding: Coding,
  res: ServerResponse,
): Promise<void> {
  const file = handle.createReadStream({ end: size - 1, highWaterMark: piece });
  await pipeline(file, compressor(coding), res).catch(() => void res.destroy());
}
