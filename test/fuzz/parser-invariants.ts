// What must hold for every stream of bytes, however it is cut: the same requests, the same refusal, no other error,
// and never more memory than the bounds.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { MAX_CHUNK_EXTENSION_BYTES, MAX_FIELDS, MAX_HEAD_BYTES } from '../../dist/http1/limits.js';
import { type ParserOptions, RequestParser } from '../../dist/http1/request-parser.js';
import { WireError } from '../../dist/http1/wire-error.js';
import { bytesOf, everyByte, readSegments, readWhole } from '../http1/reading.js';
import type { Random } from './random.js';
import { randomSegments, segmentsAtLineEnds, stream } from './streams.js';

function randomOptions(random: Random): ParserOptions {
  return {
    maxHeadBytes: random.once(3) ? 20 + random.below(300) : undefined,
    maxFields: random.pick([undefined, undefined, 0, 1, 5]),
    fieldsBeyond: random.pick([undefined, 'dropped', 'kept']),
    validation: random.once(4) ? random.pick(['relaxed', 'insecure']) : 'strict',
  };
}

/** Checks one random stream; what it throws says which. */
export function checkParser(random: Random): void {
  const options = randomOptions(random);
  const text = stream(random);
  const bytes = bytesOf(text);
  try {
    const whole = readWhole(bytes, options);
    assert.deepEqual(readSegments(everyByte(bytes), options), whole, 'byte by byte');
    assert.deepEqual(readSegments(segmentsAtLineEnds(bytes), options), whole, 'cut at line ends');
    for (let round = 0; round < 3; round++) {
      assert.deepEqual(readSegments(randomSegments(random, bytes), options), whole, 'cut at random');
    }
    checkMemory(randomSegments(random, bytes), options);
    checkMemory([...everyByte(bytes)], options);
  } catch (error) {
    const shown = text.length > 3000 ? `${text.slice(0, 3000)}… (${text.length} bytes)` : text;
    (error as Error).message += `\noptions ${JSON.stringify(options)}\nstream ${JSON.stringify(shown)}`;
    throw error;
  }
}

/** What a small buffer may share its memory with: Node's pool and its alignment. */
const POOL_BYTES = Buffer.poolSize + 64;

/**
 * Reads with a sink that pauses after each request, as a connection does while answers wait, and counts: the bytes that
 * are read without anything being reported are what a parser can hold; a head and the memory behind body data are
 * what it hands on.
 */
function checkMemory(segments: Buffer[], options: ParserOptions): void {
  const maxHead = options.maxHeadBytes ?? MAX_HEAD_BYTES;
  const bound = (options.maxFields ?? MAX_FIELDS) || Number.POSITIVE_INFINITY;
  const maxFields = options.fieldsBeyond === 'kept' ? Number.POSITIVE_INFINITY : bound;
  // A field of one byte is five on the wire; a chunk's size has up to 16 digits besides its extensions.
  const longestSilence = Math.max(5 * maxHead + 30, MAX_CHUNK_EXTENSION_BYTES + 30);
  let silence = 0;
  let segment: Buffer = Buffer.alloc(0);
  const checkFields = (fields: string[]) => {
    silence = 0;
    assert.ok(fields.length <= 2 * maxFields, `${fields.length / 2} fields`);
    assert.ok(fields.join('').length < maxHead, 'fields beyond the limit');
  };
  const parser = new RequestParser(
    {
      onHead(head) {
        checkFields(head.rawHeaders);
        return false;
      },
      onBody(data) {
        silence = 0;
        const kept = data.buffer === segment.buffer ? segment.buffer.byteLength : 2 * data.length;
        assert.ok(data.buffer.byteLength <= Math.max(kept, POOL_BYTES), 'body data keeps too much memory');
      },
      onEnd(trailers) {
        checkFields(trailers);
        parser.paused = true;
      },
    },
    options,
  );
  try {
    for (segment of segments) {
      silence += segment.length;
      for (let rest = segment; rest.length > 0 && !parser.stopped; ) {
        parser.paused = false;
        rest = rest.subarray(parser.execute(rest));
      }
      if (parser.stopped) return;
      assert.ok(
        silence <= longestSilence + segment.length,
        `${silence} bytes were read and nothing was reported`,
      );
    }
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}
