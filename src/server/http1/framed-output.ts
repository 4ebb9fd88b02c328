/**
 * Puts one response into an output, framed as its head says.
 *
 * In: the head, pieces of the body with their length, the end. Out: text and bytes, the head before anything else, and
 * once. Never more of a body than was announced: beyond that a client reads the next response.
 */
import { Buffer } from 'node:buffer';
import type { FieldList } from '../../http/field-list.js';
import { trailerSection } from '../../http1/response-end.js';
import type { ResponseHead } from '../../http1/response-head.js';
import type { Chunk, Encoding } from '../../message/response-channel.js';
import type { Output } from '../../transport/given-output.js';

/** @param hasBody - false for HEAD, and for statuses that have no body */
export function beginBody(head: ResponseHead, hasBody: boolean): void {
  head.inChunks = head.chunked && hasBody;
  head.bytesLeft = hasBody ? head.bodyLength : 0;
}

export function putHead(output: Output, head: ResponseHead): void {
  if (head.sent) return;
  head.sent = true;
  if (head.ascii) output.ascii(head.text);
  else output.latin1(head.text);
}

/** Puts a piece of the body, as a chunk (RFC 9112 §7.1) where it isn't delimited otherwise. */
export function putPiece(
  output: Output,
  head: ResponseHead,
  data: Chunk,
  encoding: Encoding,
  length: number,
): void {
  putHead(output, head);
  if (length === 0) return;
  if (head.inChunks) {
    output.ascii(`${length.toString(16)}\r\n`);
    output.put(data, encoding, length);
    output.ascii('\r\n');
  } else if (head.bytesLeft < 0) {
    output.put(data, encoding, length);
  } else if (length <= head.bytesLeft) {
    head.bytesLeft -= length;
    output.put(data, encoding, length);
  } else {
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding ?? 'utf8') : data;
    const left = head.bytesLeft;
    head.bytesLeft = 0;
    if (left > 0) output.put(bytes.length < left ? bytes : bytes.subarray(0, left), null, left);
  }
}

/** Returns whether the body is what was announced. */
export function putEnd(output: Output, head: ResponseHead, trailers: FieldList): boolean {
  putHead(output, head);
  if (head.inChunks) output.latin1(trailerSection(trailers));
  return head.bytesLeft <= 0;
}
