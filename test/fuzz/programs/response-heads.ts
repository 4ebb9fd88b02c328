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

const size = /^([0-9a-f]+)\r\n/;

/**
 * The same bytes, with the chunks that stand next to each other as one; wherever they stand, for a program's own bytes may
 * come before them.
 */
export function withJoinedChunks(wire: string): string {
  let joined = '';
  let rest = wire;
  while (rest !== '') {
    const { data, left } = chunksOf(rest);
    if (data === '') {
      joined += rest[0];
      rest = rest.slice(1);
    } else {
      joined += `${data.length.toString(16)}\r\n${data}\r\n`;
      rest = left;
    }
  }
  return joined;
}

/** The data of the whole chunks at the beginning, and what is left after them. */
function chunksOf(text: string): { data: string; left: string } {
  let data = '';
  let left = text;
  for (;;) {
    const [line, digits] = size.exec(left) ?? [];
    const length = Number.parseInt(digits ?? '0', 16);
    if (line === undefined || length === 0) return { data, left };
    const end = line.length + length;
    if (left.slice(end, end + 2) !== '\r\n') return { data, left };
    data += left.slice(line.length, end);
    left = left.slice(end + 2);
  }
}
