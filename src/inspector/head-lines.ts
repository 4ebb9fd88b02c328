/** The lines of a head as they were on the wire. In: text. Out: its first line, and one for each field. */

/** Where a value goes on in the next line (RFC 9112 §5.2). */
export const FOLD = /\s*\r\n\s*/g;

/** The first line, then those of fields, each with the lines in which its value goes on. */
export function linesOf(head: string): [startLine: string, ...fields: string[]] {
  // Empty lines may come before a request (RFC 9112 §2.2).
  const [startLine = '', ...lines] = head.replace(/^[\r\n]+/, '').split(/\r?\n/);
  const whole: string[] = [];
  for (const line of lines) {
    if (line === '') continue;
    if (/^[ \t]/.test(line) && whole.length > 0) whole.push(`${whole.pop()}\r\n${line}`);
    else whole.push(line);
  }
  return [startLine, ...whole];
}
