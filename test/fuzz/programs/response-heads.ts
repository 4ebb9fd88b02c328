// Finds the heads of responses, and the chunks of bodies, among the bytes that reached a client.

/** A line of a head as it was sent, without its end. */
export interface HeadLine {
  /** Of the field, in lower case; empty for the status line. */
  name: string;
  line: string;
}

const head = /(HTTP\/1\.1 (\d{3})[^\r\n]*\r\n)((?:[^\r\n]+\r\n)*)(?=\r\n)/g;

/** The same bytes, with the lines of each head as `change` leaves them. */
export function rewriteHeads(
  wire: string,
  change: (status: number, lines: HeadLine[]) => HeadLine[],
): string {
  return wire.replace(head, (_, start: string, status: string, fields: string) => {
    const first = { name: '', line: start.slice(0, -2) };
    const lines = fields
      .split('\r\n')
      .slice(0, -1)
      .map((line) => ({ name: line.slice(0, line.indexOf(':')).toLowerCase(), line }));
    return change(Number(status), [first, ...lines])
      .map(({ line }) => `${line}\r\n`)
      .join('');
  });
}

/** A head, or the size of a chunk, where it begins. */
const wholeHead = /HTTP\/1\.1 \d{3}[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/y;
const size = /([0-9a-f]{1,7})\r\n/y;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The same bytes, with the chunks that stand next to each other as one; wherever they stand, for a program's own bytes may
 * come before them.
 */
export function withJoinedChunks(wire: string): string {
  let joined = '';
  for (let at = 0; at < wire.length; ) {
    const { data, end } = chunksAt(wire, at);
    const passed = data === '' ? (matchAt(wholeHead, wire, at)?.[0] ?? (wire[at] as string)) : '';
    joined += data === '' ? passed : `${data.length.toString(16)}\r\n${data}\r\n`;
    at = end + passed.length;
  }
  return joined;
}

/** The data of the whole chunks that begin there, and where they end. */
function chunksAt(text: string, at: number): { data: string; end: number } {
  let data = '';
  let end = at;
  for (;;) {
    const [line, digits] = matchAt(size, text, end) ?? [];
    const length = Number.parseInt(digits ?? '0', 16);
    if (line === undefined || length === 0) return { data, end };
    const begin = end + line.length;
    if (text.slice(begin + length, begin + length + 2) !== '\r\n') return { data, end };
    data += text.slice(begin, begin + length);
    end = begin + length + 2;
  }
}
