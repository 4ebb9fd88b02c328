/**
 * Reads requests from the bytes of one connection (RFC 9112).
 *
 * In: segments, cut anywhere. Out: for each request a head, its body as it comes, its end with the trailers; or a
 * WireError, after which nothing more is read. Never holds more than one head, never reads beyond what it reported.
 */
import type { Buffer } from 'node:buffer';
import { ChunkedDecoder } from './chunked-decoder.js';
import { BODY_CHUNKED, BODY_LENGTH, BODY_NONE } from './framing.js';
import type { RequestHead } from './request-head.js';
import { type ParserOptions, SectionReader } from './section-reader.js';
import { WireError } from './wire-error.js';

export type { FieldsBeyond, ParserOptions } from './section-reader.js';

/** Where the parser reports what it read. */
export interface RequestSink {
  /** A head is complete. True: the connection leaves HTTP here, and what follows is not read. */
  onHead(head: RequestHead): boolean;
  /** Octets of the body, without their coding; a view of the segment unless they were gathered from small chunks. */
  onBody(data: Buffer): void;
  /** The request is complete; names and values of its trailer fields in turn. */
  onEnd(rawTrailers: string[]): void;
}

const HEAD = 0;
const LENGTH_BODY = 1;
const CHUNKED_BODY = 2;
const TRAILERS = 3;
/** Nothing more is read: the connection left HTTP, its last request is complete, or an error was found. */
const STOPPED = 4;

type State = typeof HEAD | typeof LENGTH_BODY | typeof CHUNKED_BODY | typeof TRAILERS | typeof STOPPED;

const NO_TRAILERS: string[] = [];

export class RequestParser {
  /** Index of the first byte of the segment under execution that has not been read. */
  position = 0;
  /** Set by the sink to begin no further request; the rest of the segment is the caller's to keep. */
  paused = false;

  #state: State = HEAD;
  #keepAlive = true;
  #remaining = 0;
  #chunked: ChunkedDecoder | null = null;
  readonly #reader: SectionReader;
  readonly #sink: RequestSink;

  constructor(sink: RequestSink, options: ParserOptions = {}) {
    this.#sink = sink;
    this.#reader = new SectionReader(options);
  }

  /** Whether no request is under way: none of its bytes has come, or all have. */
  get idle(): boolean {
    return this.#state === HEAD ? !this.#reader.hasBegun : this.#state === STOPPED;
  }

  /** Whether a head has begun but isn't complete. */
  get inHead(): boolean {
    return this.#state === HEAD && this.#reader.hasBegun;
  }

  /** Octets of the present request's body that haven't come, as far as that is known. */
  get bodyBytesLeft(): number {
    return this.#state === LENGTH_BODY ? this.#remaining : 0;
  }

  /** Whether bytes that come from now on are nobody's: they are not read. */
  get stopped(): boolean {
    return this.#state === STOPPED;
  }

  /** Stops for good; what comes is not read any more. */
  stop(): void {
    this.#state = STOPPED;
    this.#reader.stop();
  }

  /**
   * Reads a segment and reports what is in it. Returns how many bytes were read: all, unless the sink paused the
   * parser or the connection left HTTP.
   * @throws WireError when the bytes are no acceptable request
   */
  execute(segment: Buffer): number {
    this.position = 0;
    try {
      while (this.position < segment.length && this.#state !== STOPPED) {
        if (this.paused && this.#state === HEAD && this.#reader.isAtRequestLine) break;
        if (this.#state === LENGTH_BODY) this.#readLength(segment);
        else if (this.#state === CHUNKED_BODY) this.#readChunked(segment);
        else this.#readSection(segment);
      }
    } catch (error) {
      if (error instanceof WireError) this.stop();
      throw error;
    } finally {
      this.#reader.close();
    }
    return this.position;
  }

  /** The client has sent all it will. Returns the error where that cuts a request in two. */
  finish(): WireError | null {
    if (this.idle) return null;
    this.stop();
    return new WireError('connectionClosed');
  }

  #readLength(segment: Buffer): void {
    const start = this.position;
    const end = Math.min(segment.length, start + this.#remaining);
    this.#remaining -= end - start;
    this.position = end;
    try {
      this.#sink.onBody(start === 0 && end === segment.length ? segment : segment.subarray(start, end));
    } finally {
      // Who reads the body may have thrown: the request is over all the same.
      if (this.#remaining === 0 && this.#state === LENGTH_BODY) this.#end(NO_TRAILERS);
    }
  }

  #readChunked(segment: Buffer): void {
    const decoder = this.#chunked as ChunkedDecoder;
    try {
      this.position = decoder.decode(segment, this.position);
    } catch (error) {
      // Who reads the body has thrown: what was handed on is not read again.
      if (!(error instanceof WireError)) this.position = decoder.position;
      throw error;
    }
    if (decoder.done && this.#state === CHUNKED_BODY) {
      this.#chunked = null;
      this.#reader.beginTrailers();
      this.#state = TRAILERS;
    }
  }

  #readSection(segment: Buffer): void {
    const reader = this.#reader;
    try {
      reader.read(segment, this.position);
    } finally {
      this.position = reader.position;
    }
    if (!reader.isComplete) return;
    if (this.#state === TRAILERS) this.#end(reader.takeTrailers());
    else this.#beginMessage(reader.takeHead());
  }

  #beginMessage(head: RequestHead): void {
    head.complete();
    this.#keepAlive = head.keepAlive;
    if (head.bodyKind === BODY_LENGTH) {
      this.#state = LENGTH_BODY;
      this.#remaining = head.contentLength;
    } else if (head.bodyKind === BODY_CHUNKED) {
      this.#state = CHUNKED_BODY;
      this.#chunked = new ChunkedDecoder((data) => this.#sink.onBody(data), this.#reader.line.isLoose);
    }
    let left = false;
    try {
      left = this.#sink.onHead(head);
    } finally {
      // The handler may have thrown: the next request must still find the parser between two requests.
      if (left) this.stop();
      else if (head.bodyKind === BODY_NONE && this.#state !== STOPPED) this.#end(NO_TRAILERS);
    }
  }

  #end(trailers: string[]): void {
    this.#state = this.#keepAlive ? HEAD : STOPPED;
    this.#sink.onEnd(trailers);
  }
}
