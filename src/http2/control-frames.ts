/**
 * The frames about a connection and its streams that wait to leave, written as they will (RFC 9113 §6).
 *
 * In: what is to be said. Out: octets, in the order in which it was said. They hold no fields and no data, leave before
 * both, and take a few octets each; how many of them may wait is the caller's to bound.
 */
import { Buffer } from 'node:buffer';
import { writeHead, writeKind, writeUint32 } from './frame-writer.js';
import {
  ACK,
  FRAME_HEAD_BYTES,
  GOAWAY,
  PING,
  RST_STREAM,
  SETTING_BYTES,
  SETTINGS,
  WINDOW_UPDATE,
} from './protocol.js';

const FIRST_CAPACITY = 128;

export class ControlFrames {
  /** Octets that wait. */
  length = 0;
  #bytes: Buffer | null = null;

  /** Memory for a frame, its head written; gives where its payload goes. */
  #begin(type: number, flags: number, streamId: number, payload: number): number {
    const start = this.length;
    const end = start + FRAME_HEAD_BYTES + payload;
    if (this.#bytes === null || end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, FIRST_CAPACITY, 2 * start));
      this.#bytes?.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    writeHead(this.#bytes, start, streamId, payload);
    writeKind(this.#bytes, start, type, flags);
    this.length = end;
    return start + FRAME_HEAD_BYTES;
  }

  /** @param entries - identifiers and values */
  settings(entries: readonly (readonly [identifier: number, value: number])[]): void {
    let at = this.#begin(SETTINGS, 0, 0, SETTING_BYTES * entries.length);
    const bytes = this.#bytes as Buffer;
    for (const [identifier, value] of entries) {
      bytes[at] = identifier >>> 8;
      bytes[at + 1] = identifier;
      writeUint32(bytes, at + 2, value);
      at += SETTING_BYTES;
    }
  }

  settingsAck(): void {
    this.#begin(SETTINGS, ACK, 0, 0);
  }

  /** @param octets - where the eight octets of the PING that is answered begin at `start` */
  pingAck(octets: Buffer, start: number): void {
    const at = this.#begin(PING, ACK, 0, 8);
    octets.copy(this.#bytes as Buffer, at, start, start + 8);
  }

  ping(octets: Buffer): void {
    const at = this.#begin(PING, 0, 0, 8);
    octets.copy(this.#bytes as Buffer, at, 0, 8);
  }

  reset(streamId: number, code: number): void {
    const at = this.#begin(RST_STREAM, 0, streamId, 4);
    writeUint32(this.#bytes as Buffer, at, code);
  }

  windowUpdate(streamId: number, increment: number): void {
    const at = this.#begin(WINDOW_UPDATE, 0, streamId, 4);
    writeUint32(this.#bytes as Buffer, at, increment);
  }

  /** @param reason - debug data, US-ASCII */
  goaway(lastStreamId: number, code: number, reason: string): void {
    const at = this.#begin(GOAWAY, 0, 0, 8 + reason.length);
    const bytes = this.#bytes as Buffer;
    writeUint32(bytes, at, lastStreamId);
    writeUint32(bytes, at + 4, code);
    bytes.write(reason, at + 8, 'latin1');
  }

  /** What waits; nothing does after it. */
  take(): Buffer {
    const bytes = (this.#bytes as Buffer).subarray(0, this.length);
    this.length = 0;
    this.#bytes = null;
    return bytes;
  }
}
