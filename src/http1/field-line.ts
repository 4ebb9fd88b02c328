/**
 * Reads one field line, of a head or of a trailer section (RFC 9112 §5).
 *
 * In: text and the index where a line begins. Out: the index behind the line, with `name` and `value` set (the value
 * without the white space around it), or INCOMPLETE. Each character is looked at a constant number of times.
 * Never accepts a bare CR or LF, white space before the colon, or a folded line.
 */
import { type CharClass, FIELD_VALUE, TOKEN } from './grammar.js';
import { WireError } from './wire-error.js';

/** The line has no end in the text yet. */
export const INCOMPLETE = -1;

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

  read(text: string, start: number): number {
    let i = start;
    while (TOKEN[text.charCodeAt(i)] === 1) i++;
    if (text.charCodeAt(i) !== COLON || i === start) return this.#nameProblem(text, start, i);
    const nameEnd = i++;
    let code = text.charCodeAt(i);
    while (code === SPACE || code === TAB) code = text.charCodeAt(++i);
    const valueStart = i;
    const allowed = this.#allowed;
    while (allowed[code] === 1) code = text.charCodeAt(++i);
    if (code !== CR || text.charCodeAt(i + 1) !== LF) return this.#valueProblem(text, i);
    let valueEnd = i;
    while (valueEnd > valueStart) {
      const last = text.charCodeAt(valueEnd - 1);
      if (last !== SPACE && last !== TAB) break;
      valueEnd--;
    }
    this.name = text.slice(start, nameEnd);
    this.value = text.slice(valueStart, valueEnd);
    return i + 2;
  }

  #nameProblem(text: string, start: number, stop: number): number {
    if (stop >= text.length) return INCOMPLETE;
    const first = text.charCodeAt(start);
    throw new WireError(first === SPACE || first === TAB ? 'fieldFolded' : 'fieldNameInvalid');
  }

  #valueProblem(text: string, stop: number): number {
    if (stop >= text.length) return INCOMPLETE;
    const code = text.charCodeAt(stop);
    if (code === LF) throw new WireError('carriageReturnMissing');
    if (code !== CR) throw new WireError('fieldValueInvalid');
    if (stop + 1 >= text.length) return INCOMPLETE;
    throw new WireError('lineFeedMissing');
  }
}

/** The index behind an empty line at `start`, INCOMPLETE when only its CR is there, `start` when the line is not empty. */
export function skipEmptyLine(text: string, start: number): number {
  const code = text.charCodeAt(start);
  if (code === LF) throw new WireError('carriageReturnMissing');
  if (code !== CR) return start;
  if (start + 1 >= text.length) return INCOMPLETE;
  if (text.charCodeAt(start + 1) !== LF) throw new WireError('lineFeedExpected');
  return start + 2;
}
