/**
 * Text from outside, made fit for a terminal or a log.
 *
 * In: bytes of a head, one character each, or any text. Out: the text they are, with nothing in it that a terminal or a
 * log reader would obey.
 */
import { isUtf8 } from 'node:buffer';

/** Control characters, and what a terminal or a log reader may take for one or for the end of a line. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Printable ASCII: most texts are this, which is found out fastest. */
const isPlain = tester((code) => code >= 0x20 && code < 0x7f);

/** Whether all characters of a text are such, of ASCII: most texts are short, and looked through faster so than matched. */
function tester(isSuch: (code: number) => boolean): (text: string) => boolean {
  const table = Uint8Array.from({ length: 128 }, (_, code) => (isSuch(code) ? 1 : 0));
  return (text) => {
    for (let i = 0; i < text.length; i++) if (table[text.charCodeAt(i)] !== 1) return false;
    return true;
  };
}

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

const escaped = (character: string): string =>
  character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;

/** A text from outside, with nothing in it that a terminal obeys. */
export const printable = (text: string): string => (isPlain(text) ? text : text.replace(unsafe, escaped));

/** The same of a text of several lines, which stay lines. */
export const printableLines = (text: string): string =>
  text.replace(unsafe, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );

/**
 * Bytes of a head as text: Node hands them out one character each, and nearly all who send more than ASCII mean UTF-8. What
 * isn't UTF-8 is left as it is.
 */
export function textOf<Bytes extends string | undefined>(bytes: Bytes): Bytes {
  if (bytes === undefined || isPlain(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? (buffer.toString('utf8') as Bytes) : bytes;
}

/** The same of bytes that are often those of the time before. */
export class RecentText {
  #bytes: string | undefined;
  #text: string | undefined;

  of(bytes: string | undefined): string | undefined {
    if (bytes === this.#bytes) return this.#text;
    this.#bytes = bytes;
    this.#text = textOf(bytes);
    return this.#text;
  }
}

/** Whether a text stands for itself between the quotes of JSON. */
export const isPlainInJson = tester((code) => code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c);

/** A string of JSON that holds no control character and nothing else that a terminal obeys, escaped as JSON does it. */
export function jsonString(text: string): string {
  if (isPlainInJson(text)) return `"${text}"`;
  return JSON.stringify(text).replace(unsafe, (character) => `\\u${hex(character, 4)}`);
}
