// What the request parser makes of a stream of bytes, in a form that does not depend on how the bytes were cut.
// In: bytes, or segments of them. Out: the requests that were reported, the refusal, and how many bytes were read.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import type { RequestHead } from '../../dist/http1/request-head.js';
import { type ParserOptions, RequestParser } from '../../dist/http1/request-parser.js';
import { type RefusalName, WireError } from '../../dist/http1/wire-error.js';

export interface ReadRequest {
  method: string;
  target: string;
  minorVersion: number;
  fields: string[];
  host: string | null;
  expect: string | null;
  keepAlive: boolean;
  upgrade: boolean;
  bodyKind: number;
  contentLength: number;
  /** The body so far, as latin1. */
  body: string;
  /** Names and values of the trailer fields; null while the request is not complete. */
  trailers: string[] | null;
}

export interface Reading {
  requests: ReadRequest[];
  refusal: RefusalName | null;
  /** Bytes read: all of them, unless the parser stopped or refused (then it is left out: it may have read ahead). */
  read: number | null;
  /** Whether the parser reads nothing any more. */
  stopped: boolean;
  idle: boolean;
  /** What `finish()` says once all the bytes have come. */
  cutShort: boolean;
}

export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

function requestOf(head: RequestHead): ReadRequest {
  return {
    method: head.method,
    target: head.target,
    minorVersion: head.minorVersion,
    fields: [...head.rawHeaders],
    host: head.host,
    expect: head.expect,
    keepAlive: head.keepAlive,
    upgrade: head.upgrade,
    bodyKind: head.bodyKind,
    contentLength: head.contentLength,
    body: '',
    trailers: null,
  };
}

/** Reads segments one after the other with one parser. Any error other than a WireError is thrown on. */
export function readSegments(segments: Iterable<Buffer>, options: ParserOptions = {}): Reading {
  const requests: ReadRequest[] = [];
  const parts: string[][] = [];
  const parser = new RequestParser(
    {
      onHead(head) {
        assert.ok(requests.at(-1)?.trailers !== null, 'a head came before the end of the last request');
        requests.push(requestOf(head));
        parts.push([]);
        return head.upgrade;
      },
      onBody(data) {
        assert.equal(requests.at(-1)?.trailers, null, 'body data came outside of a request');
        assert.ok(data.length > 0, 'empty body data');
        parts.at(-1)?.push(data.toString('latin1'));
      },
      onEnd(trailers) {
        const request = requests.at(-1) as ReadRequest;
        assert.equal(request.trailers, null, 'a request ended twice');
        request.trailers = [...trailers];
      },
    },
    options,
  );
  let read = 0;
  let refusal: RefusalName | null = null;
  for (const segment of segments) {
    try {
      read += parser.execute(segment);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      refusal = error.refusal;
      break;
    }
  }
  const { stopped, idle } = parser;
  for (const [index, request] of requests.entries()) {
    request.body = (parts[index] as string[]).join('');
  }
  return {
    requests,
    refusal,
    read: refusal === null ? read : null,
    stopped,
    idle,
    cutShort: parser.finish() !== null,
  };
}

export function readWhole(bytes: Buffer, options?: ParserOptions): Reading {
  return readSegments(bytes.length > 0 ? [bytes] : [], options);
}

export function* everyByte(bytes: Buffer): Generator<Buffer> {
  for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1);
}

/** Every index at which to cut `length` bytes in two; of long ones, those near a power of two and one in 61, or some 300. */
export function cuts(length: number): number[] {
  const all = Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1);
  const nearPower = (i: number) => {
    const distance = i - 2 ** Math.round(Math.log2(i));
    return Math.abs(distance) < 3;
  };
  const step = Math.max(61, Math.ceil(length / 300)) | 1;
  return length <= 1500
    ? all
    : all.filter((i) => i % step === 0 || length - i < 40 || i < 40 || nearPower(i));
}
