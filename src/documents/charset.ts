/**
 * The charset of a text. In: a sample of its bytes, and its media type. Out: a label of the WHATWG Encoding Standard,
 * which is what browsers understand. Never a guess where there is better: a byte order mark first, then whether the bytes
 * are UTF-8, all or most of them, then what the document says of itself, as far as its bytes agree.
 */
import { type Buffer, isAscii, isUtf8 } from 'node:buffer';
import { guessCharset } from './charset-guess.js';
import { declaredCharset } from './declared-charset.js';

/** Bytes of a text by which to tell its charset. */
export interface Sample {
  /** How the text begins. */
  readonly head: Buffer;
  /** The text, or a part of it that has what is not ASCII. */
  readonly bytes: Buffer;
  /** It is all of the text: nothing is cut off at its ends. */
  readonly whole: boolean;
}

/** Finds the charset. */
export function charsetOf({ head, bytes, whole }: Sample, type: string): string {
  const marked = byteOrderMark(head);
  if (marked !== undefined) return marked;
  const text = whole ? bytes : withoutCutEnds(bytes);
  const shifted = shiftedAscii(text);
  if (shifted !== undefined) return shifted;
  if (isUtf8(text)) return 'utf-8';
  const { valid, invalid } = countUtf8(text);
  if (valid > invalid) return 'utf-8';
  const declared = declaredCharset(head, type);
  // One byte against a declaration is an error in the text, more are one in the declaration.
  if (declared === 'utf-8' && (valid === invalid || invalid === 1)) return declared;
  if (declared !== undefined && !declared.startsWith('utf-') && fits(text, declared)) return declared;
  return guessCharset(text);
}

/** Whether bytes of an unknown type read like text: no control characters but those of layout. */
export function looksLikeText(sample: Buffer): boolean {
  if (byteOrderMark(sample) !== undefined) return true;
  return !sample.subarray(0, 4096).some((byte) => byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27);
}

function byteOrderMark(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Drops the bytes of characters that were cut at either end of a sample. */
function withoutCutEnds(sample: Buffer): Buffer {
  let start = 0;
  while (start < 3 && ((sample[start] ?? 0) & 0xc0) === 0x80) start++;
  for (let end = sample.length; end > sample.length - 4; end--) {
    if (isUtf8(sample.subarray(start, end))) return sample.subarray(start, end);
  }
  return sample;
}

/**
 * Counts the bytes after the first of characters that are well-formed UTF-8, and errors: each byte that fits nowhere is
 * one, and so is a character that was cut (Unicode §3.9, table 3-7).
 */
function countUtf8(text: Buffer): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let i = 0; i < text.length; i++) {
    const lead = text[i] as number;
    if (lead < 0x80) continue;
    const length = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    let lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    let found = 1;
    for (; found < length; found++) {
      const next = text[i + found] ?? 0;
      if (next < lowest || next > highest) break;
      [lowest, highest] = [0x80, 0xbf];
    }
    // The longer a character, the less likely it is there by chance.
    if (length > 1 && found === length) valid += length - 1;
    else invalid++;
    i += found - 1;
  }
  return { valid, invalid };
}

/** Charsets that have zeros or escapes where others have text: UTF-16 without a mark, and ISO-2022-JP. */
function shiftedAscii(text: Buffer): string | undefined {
  if (text.includes(0)) return utf16(text.subarray(0, 4096));
  return isAscii(text) && isJapanese(text) ? 'iso-2022-jp' : undefined;
}

/** Escapes that begin Japanese characters (RFC 1468). */
function isJapanese(text: Buffer): boolean {
  return text.includes('\u001b$B') || text.includes('\u001b$@');
}

/** UTF-16, where one byte of each two is that of a few alphabets, the same for most, and the other hardly ever zero. */
function utf16(text: Buffer): string | undefined {
  const halves = [0, 1].map((parity) => text.filter((_, i) => i % 2 === parity));
  const share = (bytes: Uint8Array, holds: (byte: number) => boolean) =>
    bytes.filter(holds).length / Math.max(1, bytes.length);
  const isHigh = (bytes: Uint8Array) => share(bytes, (byte) => byte <= 6) > 0.9;
  const isLow = (bytes: Uint8Array) => share(bytes, (byte) => byte === 0) < 0.05;
  const [even = text, odd = text] = halves;
  if (isHigh(odd) && isLow(even)) return 'utf-16le';
  if (isHigh(even) && isLow(odd)) return 'utf-16be';
  return undefined;
}

/** Whether hardly anything of a text is malformed in a charset. */
function fits(text: Buffer, charset: string): boolean {
  const read = new TextDecoder(charset).decode(text);
  const malformed = read.split('\ufffd').length - 1;
  return malformed <= 1 + read.length * 0.01;
}
