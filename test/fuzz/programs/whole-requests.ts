// Whether a client sends whole requests only.
// In: all that it sends. Out: false where it may leave within a head or a body. Reads what the fuzz makes, nothing else.

/** Where a body ends that begins at `start`; -1 where it isn't whole. */
function endOfBody(head: string, text: string, start: number): number {
  const length = /\r\nContent-Length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return start + Number(length) <= text.length ? start + Number(length) : -1;
  if (!/\r\nTransfer-Encoding: chunked/i.test(head)) return start;
  let at = start;
  for (;;) {
    const [line = '', size] = /^([0-9a-f]+)(?:;[^\r\n]*)?\r\n/i.exec(text.slice(at, at + 20)) ?? [];
    if (size === undefined) return -1;
    at += line.length;
    if (Number.parseInt(size, 16) === 0) break;
    at += Number.parseInt(size, 16) + 2;
  }
  // Trailers, or none.
  if (text.startsWith('\r\n', at)) return at + 2;
  const end = text.indexOf('\r\n\r\n', at);
  return end < 0 ? -1 : end + 4;
}

export function isWhole(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\r\n\r\n', at);
    if (end < 0) return false;
    at = endOfBody(text.slice(at, end + 2), text, end + 4);
    if (at < 0) return false;
  }
  return true;
}
