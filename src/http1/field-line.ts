/**
 * Reads one field line, of a head or of a trailer section (RFC 9112 §5).
 *
 * In: a window and the index where a line begins. Out: the index after the line, with `name` and `value` set (the
 * value without the white space around it). Each byte is looked at a constant number of times.
 * Never accepts a bare CR or LF, white space before the colon, or a folded line.
 */
import { type CharClass, FIELD_VALUE, TOKEN } from '../http/grammar.js';
import type { LineWindow } from './line-window.js';
import { WireError } from './wire-error.js';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;

export class FieldLine {
  name = '';
  value = '';
  readonly #allowed: CharClass;

  /** @param allowed - the characters of a value: FIELD_VALUE, or LENIENT_FIELD_VALUE where that was asked for */
  constructor(allowed: CharClass = FIELD_VALUE) {
    this.#allowed = allowed;
  }

  read(window: LineWindow, start: number): number {
    const { bytes } = window;
    let i = start;
    while (TOKEN[bytes[i]] === 1) i++;
    if (bytes[i] !== COLON || i === start) throw nameError(bytes[start]);
    const nameEnd = i++;
    while (bytes[i] === SPACE || bytes[i] === TAB) i++;
    const valueStart = i;
    const allowed = this.#allowed;
    while (allowed[bytes[i]] === 1) i++;
    if (bytes[i] !== CR || bytes[i + 1] !== LF) throw valueError(bytes[i]);
    let valueEnd = i;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB))
      valueEnd--;
    this.name = window.slice(start, nameEnd);
    this.value = window.slice(valueStart, valueEnd);
    return i + 2;
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
export function skipEmptyLine(bytes: Uint8Array, start: number): number {
  const byte = bytes[start];
  if (byte === LF) throw new WireError('carriageReturnMissing');
  if (byte !== CR) return start;
  if (bytes[start + 1] !== LF) throw new WireError('lineFeedExpected');
  return start + 2;
}
