/**
 * Sends a request that was seen to the server once more, changed or not, through the server's own port. In: a start line,
 * fields and a body, as somebody edited them. Out: nothing but word that it was sent: the answer comes into the list as
 * that of every other client.
 */
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ExchangeRecord } from './exchange-record.js';
import { BadRequest } from './json-body.js';
import { MASK } from './redaction.js';
import { readable } from './snapshot.js';

/** ms that the server has to begin an answer, and then for all of it. */
const PATIENCE = 30_000;

/** ms after which an answer that has begun and goes on is not waited for: it may be an event stream. */
const LONG_ANSWER = 3000;

/** Fields that are of a connection, or say how a body is delimited: they are made anew. */
const FRAMING = /^(content-length|transfer-encoding|connection|keep-alive|expect|upgrade|http2-settings):/i;

export interface Draft {
  /** Such as `GET /path HTTP/1.1`. */
  readonly startLine: string;
  readonly fields: readonly string[];
  readonly base64: string;
  /** Where there are any, the body is sent as a chunk, with these after it. */
  readonly trailers: readonly string[];
}

/** @throws {BadRequest} what is not as a draft is */
export function draftFrom(value: Record<string, unknown>): Draft {
  const { startLine, fields, base64 = '', trailers = [] } = value;
  const isLine = (line: unknown): line is string => typeof line === 'string' && !/[\r\n]/.test(line);
  if (!isLine(startLine) || startLine === '') {
    throw new BadRequest(
      'The start line must be one line of text.',
      'La première ligne doit être une ligne de texte.',
    );
  }
  if (![fields, trailers].every((lines) => Array.isArray(lines) && lines.every(isLine))) {
    throw new BadRequest(
      'The fields and the trailers must be lists of lines.',
      'Les champs et les champs de fin doivent être des listes de lignes.',
    );
  }
  if (typeof base64 !== 'string') {
    throw new BadRequest('The body must be text in base64.', 'Le corps doit être un texte en base64.');
  }
  return { startLine, fields: fields as string[], base64, trailers: trailers as string[] };
}

/** The bytes of a draft. Masked values are those of the request it was made from; the connection ends after the answer. */
export function bytesOf(draft: Draft, original: ExchangeRecord | undefined): Buffer {
  const { startLine, fields, base64 } = draft;
  const body = Buffer.from(base64, 'base64');
  const untouched = bytesByLine(original?.requestHead?.split('\r\n') ?? []);
  const kept = unmasked(
    fields.filter((line) => !FRAMING.test(line)),
    original?.rawHeaders ?? [],
    untouched,
  );
  const trailers = unmasked(draft.trailers, original?.requestTrailers ?? [], new Map());
  const isChunked = trailers.length > 0;
  const framing = isChunked ? ['Transfer-Encoding: chunked'] : [`Content-Length: ${body.length}`];
  const head = [
    untouched.get(startLine) ?? Buffer.from(startLine.replace(/HTTP\/2(\.0)?$/, 'HTTP/1.1')),
    ...kept,
    ...['Connection: close', ...(isChunked || body.length > 0 ? framing : []), ''].map((line) =>
      Buffer.from(line),
    ),
  ];
  if (!isChunked) return Buffer.concat([...withEnds(head), body]);
  const size = body.length > 0 ? [Buffer.from(body.length.toString(16)), body] : [];
  return Buffer.concat(withEnds([...head, ...size, Buffer.from('0'), ...trailers, Buffer.alloc(0)]));
}

const withEnds = (lines: readonly Buffer[]): Buffer[] => lines.flatMap((line) => [line, Buffer.from('\r\n')]);

/** What lines that were not touched have as bytes, by how they are shown: not every byte is UTF-8. */
const bytesByLine = (lines: readonly string[]): ReadonlyMap<string, Buffer> =>
  new Map(lines.map((line) => [readable(line), Buffer.from(line, 'latin1')]));

/**
 * Lines as they are sent: a value that is masked is that of the original, and what was not touched has the bytes it had.
 * @param raw - names and values of the original's fields in turn
 */
function unmasked(
  shown: readonly string[],
  raw: readonly string[],
  known: ReadonlyMap<string, Buffer>,
): Buffer[] {
  const secrets = valuesOf(raw);
  return shown
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const colon = line.indexOf(':');
      if (line.slice(colon + 1).trim() !== MASK) return known.get(line) ?? Buffer.from(line);
      const name = line.slice(0, colon);
      const value = secrets.get(name.toLowerCase())?.shift();
      if (value === undefined) {
        throw new BadRequest(
          `${name} is masked, and its value is no longer known. Write one, or show secrets first.`,
          `${name} est masqué, et sa valeur n’est plus connue. Écrivez-en une, ou montrez d’abord les secrets.`,
        );
      }
      return Buffer.from(`${name}: ${value}`, 'latin1');
    });
}

/** Values by name, those of a name in their order. */
function valuesOf(raw: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase();
    values.set(name, [...(values.get(name) ?? []), raw[i + 1] as string]);
  }
  return values;
}

/**
 * Sends bytes to a server that listens, and reads the answer to its end, or for some time where it has none.
 * @returns the port that they came from, by which the exchange is found; undefined where it has none
 * @throws {BadRequest} the server does not listen, or does not answer
 */
export function sendTo(server: Server, bytes: Buffer): Promise<number | undefined> {
  const socket = socketTo(server);
  return new Promise((resolve, reject) => {
    let port: number | undefined;
    const timers = [setTimeout(() => fail(`no end of the answer in ${PATIENCE / 1000} s`), PATIENCE)];
    // Alone they keep no program running.
    timers[0]?.unref();
    const fail = (why: string) => {
      socket.destroy();
      reject(
        new BadRequest(
          `The server could not be asked: ${why}`,
          `Le serveur n’a pas pu être interrogé : ${why}`,
          502,
        ),
      );
    };
    socket.once('error', ({ message }) => fail(message));
    // A socket that is closed has forgotten it.
    socket.once('connect', () => {
      port = socket.localPort;
    });
    socket.once('data', () => timers.push(setTimeout(() => resolve(port), LONG_ANSWER).unref()));
    socket.once('close', () => {
      for (const timer of timers) clearTimeout(timer);
      resolve(port);
    });
    socket.resume();
    socket.write(bytes);
  });
}

function socketTo(server: Server): Socket {
  const where = server.listening ? (server.address() as AddressInfo | string | null) : null;
  if (where === null) {
    throw new BadRequest('The server does not listen now.', 'Le serveur n’écoute pas en ce moment.', 409);
  }
  if (typeof where === 'string') return connect(where);
  const { port, address } = where;
  const host = { '::': '::1', '0.0.0.0': '127.0.0.1' }[address] ?? address;
  if (!('setSecureContext' in server)) return connect(port, host);
  // It is asked what it answers, not who it is: nobody else is at its own address.
  return connectTls({ port, host, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
}
