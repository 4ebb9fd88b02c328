// Frames as a client writes them, valid or not, and as a test reads them.
import { Buffer } from 'node:buffer';
import { CONNECTION_PREFACE } from '../../dist/http2/protocol.js';

export const preface = CONNECTION_PREFACE;

/** A frame of any type; `length` says something else than the payload's where that is meant. */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: Buffer | string = '',
  length?: number,
): Buffer {
  const octets = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(length ?? octets.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, octets]);
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

export function settings(...entries: [identifier: number, value: number][]): Buffer {
  const payload = Buffer.alloc(6 * entries.length);
  for (const [index, [identifier, value]] of entries.entries()) {
    payload.writeUInt16BE(identifier, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return frame(4, 0, 0, payload);
}

export interface Frame {
  type: number;
  flags: number;
  streamId: number;
  payload: Buffer;
}

/** Whole frames, one after the other. */
export function parseFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + 9, at + 9 + length);
    if (payload.length !== length) throw new Error('a frame is cut');
    frames.push({ type: bytes[at + 3], flags: bytes[at + 4], streamId: bytes.readUInt32BE(at + 5), payload });
    at += 9 + length;
  }
  return frames;
}
