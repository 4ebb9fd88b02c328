// Reads what a server sent as a strict client does (RFC 9112 §6.3): heads, and bodies delimited as those say.
// In: bytes as latin1, the methods that were asked for, whether the connection has ended. Out: the responses, and the first
// thing that no client could read. Nothing is let pass that would make two clients see two things.

export interface WireResponse {
  status: number;
  /** By name in lower case; the values of several lines joined with a comma. */
  fields: Map<string, string>;
  body: string;
  /** What tells where the body ends. */
  by: 'nothing' | 'length' | 'chunks' | 'close';
  /** Its end has come. */
  isWhole: boolean;
}

export interface WireReading {
  /** Final ones. */
  responses: WireResponse[];
  /** What is wrong with it; null where nothing is. */
  fault: string | null;
}

const headEnd = '\r\n\r\n';
const statusLine = /^HTTP\/1\.1 ([1-9]\d\d) [\t\x20-\x7e\x80-\xff]*$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): *([\t\x20-\x7e\x80-\xff]*)$/;

class Fault extends Error {}

function readHead(text: string): Pick<WireResponse, 'status' | 'fields'> {
  const [first = '', ...lines] = text.split('\r\n');
  const status = statusLine.exec(first)?.[1];
  if (status === undefined) throw new Fault(`a status line ${JSON.stringify(first.slice(0, 80))}`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = fieldLine.exec(line) ?? [];
    if (name === undefined) throw new Fault(`a field line ${JSON.stringify(line.slice(0, 80))}`);
    const key = name.toLowerCase();
    const before = fields.get(key);
    fields.set(key, before === undefined ? `${value}` : `${before}, ${value}`);
  }
  return { status: Number(status), fields };
}

/** How the body is delimited, by what the head says. */
function framing(
  { status, fields }: Pick<WireResponse, 'status' | 'fields'>,
  method: string,
): WireResponse['by'] {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined && length !== undefined)
    throw new Fault('Content-Length beside Transfer-Encoding');
  if (length !== undefined && !/^\d+$/.test(length)) throw new Fault(`Content-Length ${length}`);
  if (status < 200 && (coding ?? length) !== undefined) throw new Fault(`a body announced in a ${status}`);
  if (status === 204 && (coding ?? length) !== undefined) throw new Fault('a body announced in a 204');
  if (method === 'HEAD' || status === 204 || status === 304) return 'nothing';
  if (coding !== undefined) return /(?:^|, *)chunked$/i.test(coding) ? 'chunks' : 'close';
  return length === undefined ? 'close' : 'length';
}

interface Body {
  body: string;
  isWhole: boolean;
  /** Where the next response begins. */
  end: number;
}

function readChunks(text: string, start: number): Body {
  let at = start;
  let body = '';
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) {
      if (!/^[0-9a-f]*\r?$/i.test(text.slice(at))) throw new Fault('a chunk size');
      return { body, isWhole: false, end: text.length };
    }
    const digits = text.slice(at, line);
    if (!/^[0-9a-f]+$/i.test(digits)) throw new Fault(`a chunk size ${JSON.stringify(digits.slice(0, 40))}`);
    const size = Number.parseInt(digits, 16);
    at = line + 2;
    if (size === 0) break;
    body += text.slice(at, at + size);
    if (text.length < at + size + 2) return { body, isWhole: false, end: text.length };
    if (text.slice(at + size, at + size + 2) !== '\r\n') throw new Fault('no line end after a chunk');
    at += size + 2;
  }
  if (text.startsWith('\r\n', at)) return { body, isWhole: true, end: at + 2 };
  const end = text.indexOf(headEnd, at);
  if (end < 0) return { body, isWhole: false, end: text.length };
  readHead(`HTTP/1.1 200 OK\r\n${text.slice(at, end)}`);
  return { body, isWhole: true, end: end + 4 };
}

function readBody(
  by: WireResponse['by'],
  length: number,
  text: string,
  start: number,
  hasEnded: boolean,
): Body {
  if (by === 'nothing') return { body: '', isWhole: true, end: start };
  if (by === 'chunks') return readChunks(text, start);
  if (by === 'close') return { body: text.slice(start), isWhole: hasEnded, end: text.length };
  const body = text.slice(start, start + length);
  return { body, isWhole: body.length === length, end: start + body.length };
}

/**
 * @param methods - those of the requests, in their order
 * @param hasEnded - whether the server has ended the connection
 */
export function readResponses(wire: string, methods: readonly string[], hasEnded: boolean): WireReading {
  const responses: WireResponse[] = [];
  let at = 0;
  try {
    while (at < wire.length) {
      const last = responses.at(-1);
      if (last !== undefined && !last.isWhole) throw new Fault('bytes after a response that is not whole');
      const end = wire.indexOf(headEnd, at);
      // A head may be cut where the connection is lost.
      if (end < 0) break;
      const head = readHead(wire.slice(at, end));
      // What is no request is refused, and nothing comes after that.
      const isRefusal = responses.length === methods.length && head.status >= 400;
      const method = isRefusal ? '' : methods[responses.length];
      if (method === undefined) throw new Fault('a response that nobody asked for');
      const by = framing(head, method);
      at = end + 4;
      if (head.status < 200) continue;
      const length = Number(head.fields.get('content-length') ?? 0);
      const { end: next, ...body } = readBody(by, length, wire, at, hasEnded);
      responses.push({ ...head, by, ...body });
      at = next;
    }
  } catch (error) {
    if (error instanceof Fault) return { responses, fault: error.message };
    throw error;
  }
  return { responses, fault: null };
}
