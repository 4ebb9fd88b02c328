/**
 * Text from outside, made fit for a terminal or a log.
 *
 * In: bytes of a head, one character each, or any text. Out: the text they are, with nothing in it that a terminal or a
 * log reader would obey.
 */
import { isUtf8 } from 'node:buffer';

/** Control characters, and what a terminal or a log reader may take for one or for the end of a line. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu;

/** Most texts are plain, and this is found out fastest. */
const plain = /^[ -~]*$/;

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

/** A text from outside, with nothing in it that a terminal obeys. */
export const printable = (text: string): string =>
  plain.test(text)
    ? text
    : text.replace(unsafe, (character) =>
        character <= '\u00ff' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`,
      );

/**
 * Bytes of a head as text: Node hands them out one character each, and nearly all who send more than ASCII mean UTF-8. What
 * isn't UTF-8 is left as it is.
 */
export function textOf<Bytes extends string | undefined>(bytes: Bytes): Bytes {
  if (bytes === undefined || plain.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? (buffer.toString('utf8') as Bytes) : bytes;
}

/** What stands for itself between the quotes of a JSON text: 1. Short texts are looked through faster so than matched. */
const PLAIN_IN_JSON = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c ? 1 : 0,
);

function isPlainInJson(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (PLAIN_IN_JSON[text.charCodeAt(i)] !== 1) return false;
  return true;
}

/** A string of JSON that holds no control character and nothing else that a terminal obeys, escaped as JSON does it. */
export function jsonString(text: string): string {
  if (isPlainInJson(text)) return `"${text}"`;
  return JSON.stringify(text).replace(unsafe, (character) => `\\u${hex(character, 4)}`);
}
