/**
 * How many bytes a program's data are: those of an array, as the language counts them, since what an object says of itself
 * may be of its own making; and those of text that leaves as UTF-8 or latin1.
 */
import { Buffer } from 'node:buffer';

const { get } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  'byteLength',
) as { get: () => number };

export const byteLengthOf: (bytes: Uint8Array) => number = Function.prototype.call.bind(get);

const { byteLength } = Buffer;

type Encoding = BufferEncoding | null | undefined;

export const isUtf8 = (encoding: Encoding): boolean =>
  !encoding || encoding === 'utf8' || encoding === 'utf-8';

export const isLatin1 = (encoding: Encoding): boolean => encoding === 'latin1' || encoding === 'binary';

/** @param encoding - UTF-8 or latin1, of text: how many bytes hexadecimal or base64 holds can only be guessed */
export function encodedLength(data: string | Uint8Array, encoding: Encoding): number {
  if (typeof data !== 'string') return byteLengthOf(data);
  if (isLatin1(encoding)) return data.length;
  return data.length <= SHORT_TEXT ? shortLength(data) : byteLength(data);
}

/** Characters up to which a look at each takes less time than a call into native code. */
const SHORT_TEXT = 32;

function shortLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return byteLength(text);
  return text.length;
}
