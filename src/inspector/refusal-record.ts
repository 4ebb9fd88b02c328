/**
 * What is kept of a refusal. In: what the engine says of it, or the error of a handshake. Out: a record, with the bytes
 * around the first one that was not accepted, as text, and no more of them.
 */
import { Buffer } from 'node:buffer';
import type { Refusal } from '../observe.js';
import type { RefusalRecord } from './exchange-record.js';

/** Bytes that are kept before and after that one. */
const AROUND = 2048;

export type HandshakeError = Error & { readonly code?: string; readonly reason?: string };

const latin1 = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString(
    'latin1',
  );

export function refusalRecord(refusal: Refusal, isInBody: boolean): RefusalRecord {
  const { code, status, reason, rfc, claimed, bytes, position } = refusal;
  const facts = { code, status, reason, rfc, claimed, isInBody };
  if (bytes === null) return { ...facts, bytes: '', position: 0, isCut: false };
  const start = Math.max(0, position - AROUND);
  return {
    ...facts,
    bytes: latin1(bytes.subarray(start, position + AROUND)),
    position: position - start,
    isCut: start > 0,
  };
}

export function handshakeRecord({ code = '', message, reason = message }: HandshakeError): RefusalRecord {
  const facts = { code, reason, status: 0, rfc: '', claimed: false, isInBody: false };
  return { ...facts, bytes: '', position: 0, isCut: false };
}
