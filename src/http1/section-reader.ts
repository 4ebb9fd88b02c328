/**
 * Reads the lines of one section after the other: heads of requests, and trailer sections (RFC 9112 §2.1, §7.1.2).
 *
 * In: segments, cut anywhere. Out: a head, or the names and values of trailer fields, once their section is complete; or a
 * WireError, after which nothing more is read. A head that lies in one segment is read from one string; a line that
 * is cut waits in a GrowingBuffer. Never holds more than one section.
 */
import type { Buffer } from 'node:buffer';
import { FieldLine, skipEmptyLine, type Validation } from './field-line.js';
import { GrowingBuffer } from './growing-buffer.js';
import { HEAD_WINDOW_BYTES, MAX_FIELDS, MAX_HEAD_BYTES } from './limits.js';
import { LineWindow } from './line-window.js';
import { RepeatedFields } from './repeated-fields.js';
import { RequestHead } from './request-head.js';
import { EARLY_CHECK_CHARS, readRequestLine, refuseImpossibleMethod } from './request-line.js';
import { FIELD_KIND, type LineKind, REQUEST_LINE_KIND, SectionSize, TRAILER_KIND } from './section-size.js';
import { WireError } from './wire-error.js';

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
const TRAILERS = 2;

type State = typeof REQUEST_LINE | typeof FIELDS | typeof TRAILERS;

/** The kind of line that is read in a state. */
const KIND: LineKind[] = [REQUEST_LINE_KIND, FIELD_KIND, TRAILER_KIND];

const LF = 0x0a;

/** Shared by all: a line is read and its name and value taken without anything in between. */
const LINES: Readonly<Record<Validation, FieldLine>> = {
  strict: new FieldLine('strict'),
  relaxed: new FieldLine('relaxed'),
  insecure: new FieldLine('insecure'),
};

export class SectionReader {
  /** Index of the first byte of the segment that has not been read. */
  position = 0;
  /** Whether the section that was read last is complete: then it is taken before anything more is read. */
  isComplete = false;

  readonly line: FieldLine;
  #state: State = REQUEST_LINE;
  /** Whether fields of the section were left out. */
  #isDropping = false;
  #head: RequestHead | null = null;
  #trailers: string[] = [];
  readonly #window = new LineWindow();
  readonly #carry = new GrowingBuffer();
  readonly #repeated = new RepeatedFields();
  readonly #size: SectionSize;
  readonly #maxFields: number;
  readonly #options: ParserOptions;

  constructor(options: ParserOptions) {
    this.#size = new SectionSize(options.maxHeadBytes || MAX_HEAD_BYTES);
    const { maxFields = MAX_FIELDS } = options;
    this.#maxFields = maxFields > 0 ? maxFields : Number.MAX_SAFE_INTEGER;
    this.#options = options;
    this.line = LINES[options.validation ?? 'strict'];
  }

  /** Whether the first line of a head is awaited, or cut. */
  get isAtRequestLine(): boolean {
    return this.#state === REQUEST_LINE;
  }

  /** Whether some of a section has come, and not all of it. */
  get hasBegun(): boolean {
    return this.#state !== REQUEST_LINE || this.#carry.length > 0;
  }

  /** The head that is complete; the next section is a head unless the caller says otherwise. */
  takeHead(): RequestHead {
    const head = this.#head as RequestHead;
    this.#head = null;
    this.#begin(REQUEST_LINE);
    return head;
  }

  /** The section that comes now is one of trailer fields. */
  beginTrailers(): void {
    this.#begin(TRAILERS);
  }

  /** Names and values in turn of the trailer fields, which are complete; a head comes next. */
  takeTrailers(): string[] {
    const trailers = this.#trailers;
    this.#trailers = [];
    this.#begin(REQUEST_LINE);
    return trailers;
  }

  #begin(state: State): void {
    this.isComplete = false;
    this.#isDropping = false;
    this.#size.begin();
    this.#state = state;
  }

  /** The segment has been read as far as `position`: nothing of it is held any more. */
  close(): void {
    this.#window.close();
  }

  /** Nothing more comes: what was held is let go. */
  stop(): void {
    this.#carry.takeText();
  }

  /**
   * Reads on from `position`: the lines that the segment holds, up to the end of the section; keeps the one that is cut.
   * @throws WireError where they are no acceptable section
   */
  read(segment: Buffer, position: number): void {
    this.position = position;
    if (this.#carry.length > 0) {
      this.#continueLine(segment);
      return;
    }
    const window = this.#window;
    if (position >= window.end) this.#openWindow(segment, position, HEAD_WINDOW_BYTES);
    this.position = this.#takeLines(position);
    if (!this.isComplete && this.position < window.limit) this.#keep(segment, window.limit);
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
      while (i < window.end && !this.isComplete) {
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
    const after = skipEmptyLine(this.#window.bytes, start, this.line.isLoose);
    if (after !== start) {
      this.#size.add(after - start, REQUEST_LINE_KIND);
      return after;
    }
    this.#head ??= new RequestHead(this.line.validation);
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
    head.rawHeaders = read.fields.copyRaw();
    head.known = read.fields;
    this.isComplete = true;
    return start + read.text.length;
  }

  /** An empty line ends the section. */
  #takeFieldLine(start: number): number {
    const line = this.line;
    const after = skipEmptyLine(this.#window.bytes, start, line.isLoose);
    if (after !== start) {
      this.isComplete = true;
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
    const line = this.line;
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
    // What becomes of more fields is asked anew for each head.
    if (this.#isDropping || head.rawHeaders.length > 2 * this.#maxFields) return;
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
}
