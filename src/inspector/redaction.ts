/**
 * Hides the values of fields that let one in. In: fields, or bytes of a request that was refused. Out: the same with
 * those values masked; never how long they are, but where the place of a byte matters.
 */

/** What stands for a value. */
export const MASK = '•••';

export const maskedLine = (line: string): string => `${line.slice(0, line.indexOf(':') + 1)} ${MASK}`;

/** Masks in place, so that every byte stays where it is: each of them becomes `*`. */
export function maskBytes(bytes: string, names: ReadonlySet<string>): string {
  return bytes.replace(/[^\r\n]+/g, (line) => {
    const colon = line.indexOf(':');
    // A name that was refused for its blanks is one all the same.
    if (colon < 0 || !names.has(line.slice(0, colon).trim().toLowerCase())) return line;
    return line.slice(0, colon + 1) + '*'.repeat(line.length - colon - 1);
  });
}
