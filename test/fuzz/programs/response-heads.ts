// Finds the heads of responses among the bytes that reached a client.

/** A field line as it was sent, without its end. */
export interface HeadLine {
  /** In lower case. */
  name: string;
  line: string;
}

const head = /(HTTP\/1\.1 (\d{3})[^\r\n]*\r\n)((?:[^\r\n]+\r\n)*)(?=\r\n)/g;

/** The same bytes, with the field lines of each head as `change` leaves them. */
export function rewriteHeads(
  wire: string,
  change: (status: number, lines: HeadLine[]) => HeadLine[],
): string {
  return wire.replace(head, (_, start: string, status: string, fields: string) => {
    const lines = fields
      .split('\r\n')
      .slice(0, -1)
      .map((line) => ({ name: line.slice(0, line.indexOf(':')).toLowerCase(), line }));
    return (
      start +
      change(Number(status), lines)
        .map(({ line }) => `${line}\r\n`)
        .join('')
    );
  });
}
