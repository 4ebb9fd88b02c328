/**
 * Hides the values of fields that let one in. In: fields, or bytes as they came. Out: the same with those values masked;
 * never how long they are, but where the place of a byte matters. In doubt it hides: what was refused is no field yet.
 */

/** What stands for a value. */
export const MASK = '•••';

type Names = ReadonlySet<string>;

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const NO_TOKEN = /[^\w!#$%&'*+.^`|~-]/g;

/** A request line: targets are shown as they are. */
const REQUEST_LINE = /^[A-Z-]+ \S.* HTTP\/\d\.\d$/;

export const maskedLine = (line: string): string => `${line.slice(0, line.indexOf(':') + 1)} ${MASK}`;

/**
 * Masks in place, so that every byte stays where it is: each of them becomes `*`.
 * @param startsWithin - whether the bytes begin within a line, whose name nobody knows
 */
export function maskBytes(bytes: string, names: Names, startsWithin = false): string {
  if (names.size === 0) return bytes;
  let isMasked = startsWithin;
  return bytes.replace(/[^\r\n]+/g, (line, at: number) => {
    // A line that begins with white space goes on with the value before it.
    const isBeginning = at === 0 && startsWithin ? REQUEST_LINE.test(line) : !/^[ \t]/.test(line);
    if (isBeginning) isMasked = false;
    const secret = isMasked ? 0 : secretAt(line, names);
    if (secret === undefined) return line;
    // Also where nothing stands after the colon: the value may be all in the lines that follow.
    isMasked = true;
    return line.slice(0, secret) + '*'.repeat(line.length - secret);
  });
}

/** Where the value of a line begins that is masked, after the colon of its field; undefined where all may be shown. */
function secretAt(line: string, names: Names): number | undefined {
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).toLowerCase();
  if (TOKEN.test(name.trim())) return colon >= 0 && names.has(name.trim()) ? colon + 1 : undefined;
  if (REQUEST_LINE.test(line)) return undefined;
  // A name that was refused for a byte in it, or has no colon after it, is one all the same.
  const letters = name.replace(NO_TOKEN, '');
  for (const secret of names) {
    if (!letters.includes(secret)) continue;
    const at = name.indexOf(secret);
    if (at >= 0) return at + secret.length;
    return colon < 0 ? 0 : colon + 1;
  }
  return undefined;
}

/** Masks the trailers of a chunked body as it was on the wire; a chunk and its size are shown as they are. */
export function maskTrailers(wire: string, names: Names): string {
  const size = /([\da-f]{1,12})(?=[\t ]*(?:;|\r?\n))[^\r\n]*\r?\n/iy;
  let at = 0;
  for (;;) {
    size.lastIndex = at;
    const octets = size.exec(wire)?.[1];
    // What is no chunk is no body either.
    if (octets === undefined) break;
    at = size.lastIndex;
    if (/^0+$/.test(octets)) break;
    at += Number.parseInt(octets, 16);
    at += wire.startsWith('\r\n', at) ? 2 : 1;
    if (at >= wire.length) return wire;
  }
  return wire.slice(0, at) + maskBytes(wire.slice(at), names);
}
