/**
 * Reads requests from the bytes of one connection (RFC 9112).
 *
 * In: segments, cut anywhere. Out: for each request a head, its body as it comes, its end with the trailers; or a
 * WireError, after which nothing more is read. A head that lies in one segment is read from one string; a line that
 * is cut waits in a GrowingBuffer. Never holds more than one head, never reads beyond what it reported.
 */
import type { Buffer } from 'node:buffer';
import { ChunkedDecoder } from './chunked-decoder.js';
import { FieldLine, skipEmptyLine, type Validation } from './field-line.js';
import { BODY_CHUNKED, BODY_LENGTH, BODY_NONE } from './framing.js';
import { GrowingBuffer } from './growing-buffer.js';
import { HEAD_WINDOW_BYTES, MAX_FIELDS, MAX_HEAD_BYTES } from './limits.js';
import { LineWindow } from './line-window.js';
import { RepeatedFields } from './repeated-fields.js';
import { RequestHead } from './request-head.js';
import { EARLY_CHECK_CHARS, readRequestLine, refuseImpossibleMethod } from './request-line.js';
import { FIELD_KIND, type LineKind, REQUEST_LINE_KIND, SectionSize, TRAILER_KIND } from './section-size.js';
import { WireError } from './wire-error.js';

/** Where the parser reports what it read. */
export interface RequestSink {
  /** A head is complete. True: the connection leaves HTTP here, and what follows is not read. */
  onHead(head: RequestHead): boolean;
  /** Octets of the body, without their coding; a view of the segment unless they were gathered from small chunks. */
  onBody(data: Buffer): void;
  /** The request is complete; names and values of its trailer fields in turn. */
  onEnd(rawTrailers: string[]): void;
}

/** Fields beyond the limit are refused, or read without being reported, or let through: then bytes alone bound them. */
export type FieldsBeyond = 'refused' | 'dropped' | 'kept';

export interface ParserOptions {
  /** Bytes of the target, names and values of a head, and of the names and values of a trailer section. Default 16 KiB. */
  maxHeadBytes?: number;
  /** Fields of a head, and of a trailer section; 0 or less: no limit. Default 1000. */
  maxFields?: number;
  /** What becomes of fields beyond that; asked when there are any. Default: they are refused. */
  readonly fieldsBeyond?: FieldsBeyond;
  /** Default `strict`. */
  validation?: Validation;
}

const REQUEST_LINE = 0;
const FIELDS = 1;
const LENGTH_BODY = 2;
const CHUNKED_BODY = 3;
const TRAILERS = 4;
/** Nothing more is read: the connection left HTTP, its last request is complete, or an error was found. */
const STOPPED = 5;

/** The kind of line that is read in a state. */
const KIND: LineKind[] = [];
KIND[REQUEST_LINE] = REQUEST_LINE_KIND;
KIND[FIELDS] = FIELD_KIND;
KIND[TRAILERS] = TRAILER_KIND;

const LF = 0x0a;
const NO_TRAILERS: string[] = [];

/** Shared by all parsers: a line is read and its name and value taken without anything in between. */
const LINES: Readonly<Record<Validation, FieldLine>> = {
  strict: new FieldLine('strict'),
  relaxed: new FieldLine('relaxed'),
  insecure: new FieldLine('insecure'),
};

export class RequestParser {
  /** Index of the first byte of the segment under execution that has not been read. */
  position = 0;
  /** Set by the sink to begin no further request; the rest of the segment is the caller's to keep. */
  paused = false;

  #state = REQUEST_LINE;
  #complete = false;
  /** Whether fields of the section were left out. */
  #isDropping = false;
  #keepAlive = true;
  #head: RequestHead | null = null;
  #remaining = 0;
  #chunked: ChunkedDecoder | null = null;
  #trailers: string[] = NO_TRAILERS;
  readonly #window = new LineWindow();
  readonly #carry = new GrowingBuffer();
  readonly #repeated = new RepeatedFields();
  readonly #line: FieldLine;
  readonly #sink: RequestSink;
  readonly #size: SectionSize;
  readonly #maxFields: number;
  readonly #options: ParserOptions;

  constructor(sink: RequestSink, options: ParserOptions = {}) {
    this.#sink = sink;
    this.#size = new SectionSize(options.maxHeadBytes || MAX_HEAD_BYTES);
    const { maxFields = MAX_FIELDS } = options;
    this.#maxFields = maxFields > 0 ? maxFields : Number.MAX_SAFE_INTEGER;
    this.#options = options;
    this.#line = LINES[options.validation ?? 'strict'];
  }

  /** Whether no request is under way: none of its bytes has come, or all have. */
  get idle(): boolean {
    return this.#state === REQUEST_LINE ? this.#carry.length === 0 : this.#state === STOPPED;
  }

  /** Whether a head has begun but isn't complete. */
  get inHead(): boolean {
    return this.#state === FIELDS || (this.#state === REQUEST_LINE && this.#carry.length > 0);
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
    this.#carry.takeText();
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
        if (this.paused && this.#state === REQUEST_LINE) break;
        if (this.#state === LENGTH_BODY) this.#readLength(segment);
        else if (this.#state === CHUNKED_BODY) this.#readChunked(segment);
        else this.#readLines(segment);
      }
    } catch (error) {
      if (error instanceof WireError) this.stop();
      throw error;
    } finally {
      this.#window.close();
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
      if (this.#remaining === 0 && this.#state === LENGTH_BODY) this.#end();
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
      this.#size.begin();
      this.#state = TRAILERS;
    }
  }

  /** Reads the lines of a head or of a trailer section that the segment holds, and keeps the one that is cut. */
  #readLines(segment: Buffer): void {
    if (this.#carry.length > 0) {
      this.#continueLine(segment);
      return;
    }
    const window = this.#window;
    if (this.position >= window.end) this.#openWindow(segment, this.position, HEAD_WINDOW_BYTES);
    this.position = this.#takeLines(this.position);
    if (this.#complete) this.#endSection();
    else if (this.position < window.limit) this.#keep(segment, window.limit);
  }

  /** A line began in an earlier segment: reads it when its end is in this one. */
  #continueLine(segment: Buffer): void {
    const lineFeed = segment.indexOf(LF, this.position);
    this.#keep(segment, lineFeed < 0 ? segment.length : lineFeed + 1);
    if (lineFeed < 0) return;
    const line = this.#carry.takeBytes();
    this.#openWindow(line, 0, line.length);
    try {
      this.#takeLines(0);
    } catch (error) {
      if (error instanceof WireError) error.bytesOfLine = line.length;
      throw error;
    }
    this.#window.close();
    if (this.#complete) this.#endSection();
  }

  /** What is kept of a section to be repeated lies in one window. */
  #openWindow(segment: Buffer, start: number, maxBytes: number): void {
    this.#window.open(segment, start, maxBytes);
    this.#repeated.leaveOut();
  }

  #keep(segment: Buffer, end: number): void {
    const isBeginning = this.#state === REQUEST_LINE && this.#carry.length < EARLY_CHECK_CHARS;
    this.#carry.append(segment, this.position, end);
    this.position = end;
    try {
      if (isBeginning) refuseImpossibleMethod(this.#carry.peek(EARLY_CHECK_CHARS));
      this.#size.check(this.#carry.length, KIND[this.#state]);
    } catch (error) {
      if (error instanceof WireError) error.bytesOfLine = this.#carry.length;
      throw error;
    }
  }

  /** Reads the whole lines of the window from `start`; gives the index after them, or after the section. */
  #takeLines(start: number): number {
    const window = this.#window;
    let i = start;
    let state = this.#state;
    try {
      while (i < window.end && !this.#complete) {
        state = this.#state;
        i = state === REQUEST_LINE ? this.#takeRequestLine(i) : this.#takeFieldLine(i);
      }
    } catch (error) {
      // The same bytes must meet the same error however they are cut: what is too long is refused for that, except
      // for a beginning that is refused already while the line arrives.
      const lineFeed = window.lineFeed(i);
      const isLongBeginning = state === REQUEST_LINE && lineFeed - i > EARLY_CHECK_CHARS;
      if (isLongBeginning) refuseImpossibleMethod(window.slice(i, i + EARLY_CHECK_CHARS));
      this.#size.check(lineFeed + 1 - i, KIND[state]);
      if (error instanceof WireError) error.bytesParsed += i - start;
      throw error;
    }
    return i;
  }

  /** An empty line is skipped (RFC 9112 §2.2). */
  #takeRequestLine(start: number): number {
    const after = skipEmptyLine(this.#window.bytes, start, this.#line.isLoose);
    if (after !== start) {
      this.#size.add(after - start, REQUEST_LINE_KIND);
      return after;
    }
    this.#head ??= new RequestHead(this.#line.validation);
    const next = readRequestLine(this.#window, start, this.#head);
    this.#size.add(this.#head.target.length, REQUEST_LINE_KIND);
    this.#state = FIELDS;
    return this.#takeRepeatedFields(next);
  }

  /** The fields may be those of an earlier head: then they are read already. */
  #takeRepeatedFields(start: number): number {
    const read = this.#repeated.begin(this.#window, start);
    if (read === null || !this.#size.hasRoom(read.bytes)) return start;
    const head = this.#head as RequestHead;
    head.noteAll(read.head);
    head.rawHeaders = read.rawHeaders.slice();
    this.#complete = true;
    return start + read.text.length;
  }

  /** An empty line ends the section. */
  #takeFieldLine(start: number): number {
    const line = this.#line;
    const after = skipEmptyLine(this.#window.bytes, start, line.isLoose);
    if (after !== start) {
      this.#complete = true;
      if (this.#state === FIELDS) this.#keepFields(after);
      return after;
    }
    if (line.isFold(this.#window, start)) return this.#takeFold(start);
    const next = line.read(this.#window, start);
    if (this.#state === TRAILERS) {
      this.#store(this.#trailers, line);
    } else {
      const head = this.#head as RequestHead;
      head.note(line.name, line.value);
      this.#store(head.rawHeaders, line);
    }
    this.#size.addField(next - start, line.name.length + line.value.length, KIND[this.#state]);
    return next;
  }

  /** The rest of the value before it; the first line has none before it. */
  #takeFold(start: number): number {
    const line = this.#line;
    const fields = this.#state === TRAILERS ? this.#trailers : (this.#head as RequestHead).rawHeaders;
    if (fields.length === 0 || this.#isDropping) throw new WireError('fieldFolded');
    const last = fields.length - 1;
    const before = fields[last] as string;
    const next = line.readFold(this.#window, start, fields[last - 1] as string, before);
    fields[last] = line.value;
    this.#size.addField(next - start, line.value.length - before.length, KIND[this.#state]);
    return next;
  }

  #keepFields(end: number): void {
    const head = this.#head as RequestHead;
    if (head.rawHeaders.length <= 2 * this.#maxFields && !this.#isDropping)
      this.#repeated.end(this.#window, end, head, this.#size.bytes - head.target.length);
  }

  #store(fields: string[], line: FieldLine): void {
    if (fields.length < 2 * this.#maxFields || this.#options.fieldsBeyond === 'kept') {
      fields.push(line.name, line.value);
    } else if (this.#options.fieldsBeyond === 'dropped') {
      this.#isDropping = true;
    } else {
      throw new WireError('tooManyFields', line.name.length + 1);
    }
  }

  #endSection(): void {
    this.#complete = false;
    this.#isDropping = false;
    this.#size.begin();
    if (this.#state === TRAILERS) this.#end();
    else this.#beginMessage();
  }

  #beginMessage(): void {
    const head = this.#head as RequestHead;
    this.#head = null;
    head.complete();
    this.#keepAlive = head.keepAlive;
    if (head.bodyKind === BODY_LENGTH) {
      this.#state = LENGTH_BODY;
      this.#remaining = head.contentLength;
    } else if (head.bodyKind === BODY_CHUNKED) {
      this.#state = CHUNKED_BODY;
      this.#chunked = new ChunkedDecoder((data) => this.#sink.onBody(data), this.#line.isLoose);
      this.#trailers = [];
    }
    let left = false;
    try {
      left = this.#sink.onHead(head);
    } finally {
      // The handler may have thrown: the next request must still find the parser between two requests.
      if (left) this.stop();
      else if (head.bodyKind === BODY_NONE && this.#state !== STOPPED) this.#end();
    }
  }

  #end(): void {
    const trailers = this.#trailers;
    this.#trailers = NO_TRAILERS;
    this.#state = this.#keepAlive ? REQUEST_LINE : STOPPED;
    this.#sink.onEnd(trailers);
  }
}
