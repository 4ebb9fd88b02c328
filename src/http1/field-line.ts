/**
 * Reads one field line, of a head or of a trailer section (RFC 9112 §5).
 *
 * In: a window and the index where a line begins. Out: the index after the line, with `name` and `value` set (the
 * value without the white space around it). Each byte is looked at a constant number of times.
 * Never accepts a bare CR or white space before the colon; a bare LF or a folded line only where that was asked for.
 */
import { type CharClass, FIELD_VALUE, LENIENT_FIELD_VALUE, TOKEN } from '../http/grammar.js';
import type { LineWindow } from './line-window.js';
import { WireError } from './wire-error.js';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

/**
 * How strictly requests are read, in the words of the option `httpValidation`: `relaxed` lets control characters other than
 * NUL, CR and LF into values, and any value into Host; `insecure` besides lets LF alone end a line of a head or of trailers,
 * a value go on in the next line, and white space follow a chunk size.
 */
export type Validation = 'strict' | 'relaxed' | 'insecure';

/** Fields that decide how a message is framed, whom it is for and what becomes of the connection: never in two lines. */
const FRAMING = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'expect', 'upgrade']);

export class FieldLine {
  name = '';
  value = '';
  readonly validation: Validation;
  /** Whether LF alone ends a line, and a value goes on in the next one. */
  readonly isLoose: boolean;
  readonly #allowed: CharClass;

  constructor(validation: Validation) {
    this.validation = validation;
    this.isLoose = validation === 'insecure';
    this.#allowed = validation === 'strict' ? FIELD_VALUE : LENIENT_FIELD_VALUE;
  }

  read(window: LineWindow, start: number): number {
    const { bytes } = window;
    let i = start;
    while (TOKEN[bytes[i]] === 1) i++;
    if (bytes[i] !== COLON || i === start) throw nameError(bytes[start]);
    const next = this.#readValue(window, i + 1);
    this.name = window.slice(start, i);
    return next;
  }

  /** Whether the line is the rest of the value before it. */
  isFold({ bytes }: LineWindow, start: number): boolean {
    return this.isLoose && (bytes[start] === SPACE || bytes[start] === TAB);
  }

  /** Reads the rest of a value: `value` is that value then, its parts with a space between them (RFC 9112 §5.2). */
  readFold(window: LineWindow, start: number, name: string, before: string): number {
    if (FRAMING.has(name.toLowerCase())) throw nameError(SPACE);
    const next = this.#readValue(window, start);
    this.name = name;
    this.value = before === '' || this.value === '' ? before + this.value : `${before} ${this.value}`;
    return next;
  }

  #readValue(window: LineWindow, start: number): number {
    const { bytes } = window;
    let i = start;
    while (bytes[i] === SPACE || bytes[i] === TAB) i++;
    const valueStart = i;
    const allowed = this.#allowed;
    while (allowed[bytes[i]] === 1) i++;
    const isWhole = bytes[i] === CR && bytes[i + 1] === LF;
    if (!isWhole && !(this.isLoose && bytes[i] === LF)) throw valueError(bytes[i]);
    let valueEnd = i;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB))
      valueEnd--;
    this.value = window.slice(valueStart, valueEnd);
    return isWhole ? i + 2 : i + 1;
  }
}

function nameError(first: number): WireError {
  return new WireError(first === SPACE || first === TAB ? 'fieldFolded' : 'fieldNameInvalid');
}

function valueError(stop: number): WireError {
  if (stop === LF) return new WireError('carriageReturnMissing');
  return new WireError(stop === CR ? 'lineFeedMissing' : 'fieldValueInvalid');
}

/** The index after an empty line at `start`; `start` itself when the line there is not empty. */
export function skipEmptyLine(bytes: Uint8Array, start: number, isLoose: boolean): number {
  const byte = bytes[start];
  if (byte === LF) {
    if (isLoose) return start + 1;
    throw new WireError('carriageReturnMissing');
  }
  if (byte !== CR) return start;
  if (bytes[start + 1] !== LF) throw new WireError('lineFeedExpected');
  return start + 2;
}
