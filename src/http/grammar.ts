/**
 * The character classes and small productions of RFC 9110 and 9112.
 *
 * In: latin1 strings, one character for each byte on the wire. Out: yes or no, or where a production ends.
 * Nothing here allocates, throws or backtracks: each function looks at each character at most once.
 */

/** Characters by class: index with a char code below 256. A code beyond the string's end (NaN) finds `undefined`. */
export type CharClass = Uint8Array;

function charClass(matches: (code: number) => boolean): CharClass {
  return Uint8Array.from({ length: 256 }, (_, code) => (matches(code) ? 1 : 0));
}

const alphanumeric = (code: number) =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

const among = (characters: string) => (code: number) => characters.includes(String.fromCharCode(code));

const isTokenCode = (code: number) => alphanumeric(code) || among("!#$%&'*+-.^_`|~")(code);

/** tchar, RFC 9110 §5.6.2. */
export const TOKEN: CharClass = charClass(isTokenCode);

/** field-vchar, SP and HTAB, RFC 9110 §5.5: neither controls nor DEL. */
export const FIELD_VALUE: CharClass = charClass((code) => code === 0x09 || (code >= 0x20 && code !== 0x7f));

/** Kinds of text that may become a field value or a reason phrase: none, US-ASCII, or with bytes above it. */
export const NOT_FIELD_VALUE = 0;
export const ASCII = 1;
export const LATIN1 = 2;

/** Which of the three `text` is, in one pass; a character outside of latin1 makes it none. */
export function fieldValueKind(text: string): typeof NOT_FIELD_VALUE | typeof ASCII | typeof LATIN1 {
  let seen = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (FIELD_VALUE[code] !== 1) return NOT_FIELD_VALUE;
    seen |= code;
  }
  return seen < 0x80 ? ASCII : LATIN1;
}

/** What `insecureHTTPParser` lets into a field value besides: every control character but NUL, CR and LF. */
export const LENIENT_FIELD_VALUE: CharClass = charClass(
  (code) => code !== 0x00 && code !== 0x0d && code !== 0x0a,
);

/**
 * Characters of a request target. RFC 3986 allows fewer; raw `{}|"<>^\`` and UTF-8 bytes are what browsers and
 * Node's clients send, and no framing hangs on them. Never a space, a control character or `#`.
 */
export const TARGET: CharClass = charClass((code) => code > 0x20 && code !== 0x7f && code !== 0x23);

/** unreserved, sub-delims and pct-encoded of RFC 3986 §3.2.2: the characters of a registered name. */
const REG_NAME: CharClass = charClass((code) => alphanumeric(code) || among("-._~%!$&'()*+,;=")(code));

/** The characters between the brackets of an IP literal, RFC 3986 §3.2.2. */
const IP_LITERAL: CharClass = charClass((code) => alphanumeric(code) || among(":.-_~!$&'()*+,;=%")(code));

const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The first index at or after `index` whose character is not of the class; `text.length` when all are. */
export function endOfRun(text: string, index: number, allowed: CharClass): number {
  let i = index;
  while (i < text.length && allowed[text.charCodeAt(i)] === 1) i++;
  return i;
}

/** Whether the whole of `text` is one token, RFC 9110 §5.6.2. */
export function isToken(text: string): boolean {
  return text.length > 0 && endOfRun(text, 0, TOKEN) === text.length;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether `text` is 1*DIGIT. */
export function isDigits(text: string): boolean {
  let i = 0;
  while (i < text.length && isDigit(text.charCodeAt(i))) i++;
  return i > 0 && i === text.length;
}

/** `uri-host [ ":" port ]`, RFC 9110 §7.2; the empty value is allowed, as it is there. */
export function isHost(value: string): boolean {
  let i: number;
  if (value.charCodeAt(0) === OPEN_BRACKET) {
    i = endOfRun(value, 1, IP_LITERAL);
    if (i === 1 || value.charCodeAt(i) !== CLOSE_BRACKET) return false;
    i++;
  } else {
    i = endOfRun(value, 0, REG_NAME);
  }
  if (i === value.length) return true;
  if (value.charCodeAt(i) !== COLON) return false;
  i++;
  while (i < value.length && isDigit(value.charCodeAt(i))) i++;
  return i === value.length;
}

/**
 * Whether `target` has the absolute form, `scheme "://" authority …`, RFC 9112 §3.2.2. The authority of http and https
 * must name a host, and no user, RFC 9110 §4.2.
 */
export function isAbsoluteForm(target: string): boolean {
  const authority = /^https?:\/\/([^/?]*)/i.exec(target)?.[1];
  if (authority === undefined) return /^[a-z][a-z0-9+.-]*:\/\/./i.test(target);
  return authority !== '' && authority.charCodeAt(0) !== COLON && isHost(authority);
}

/** Whether `target` has the authority form, `uri-host ":" port`, RFC 9112 §3.2.3. */
export function isAuthorityForm(target: string): boolean {
  return target.lastIndexOf(':') > 0 && isDigit(target.charCodeAt(target.length - 1)) && isHost(target);
}

const optionalSpace = (code: number) => code === 0x20 || code === 0x09;

/** Whether a comma-separated list of tokens holds `token` (given in lower case), RFC 9110 §5.6.1. */
export function listHas(list: string, token: string): boolean {
  let start = 0;
  while (start <= list.length) {
    let end = list.indexOf(',', start);
    if (end < 0) end = list.length;
    let from = start;
    let to = end;
    while (from < to && optionalSpace(list.charCodeAt(from))) from++;
    while (to > from && optionalSpace(list.charCodeAt(to - 1))) to--;
    if (to - from === token.length && list.slice(from, to).toLowerCase() === token) return true;
    start = end + 1;
  }
  return false;
}

/** The bit that tells a lower-case letter from its capital. */
export const LETTER_CASE = 0x20;

/**
 * Whether a field's name is the one given: names are compared without case (RFC 9110 §5.1).
 * @param name - a token
 * @param lowerCase - letters in lower case, and hyphens
 */
export function isFieldName(name: string, lowerCase: string): boolean {
  const { length } = lowerCase;
  if (name.length !== length) return false;
  for (let i = 0; i < length; i++) {
    if ((name.charCodeAt(i) | LETTER_CASE) !== lowerCase.charCodeAt(i)) return false;
  }
  return true;
}
