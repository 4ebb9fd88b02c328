/**
 * Records as the page is shown them. In: a record, and which fields are masked. Out: JSON that says the same: the start
 * lines and fields as they were on the wire, in their order and case, with what the server added marked.
 */
import { Buffer } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { TLSSocket } from 'node:tls';
import type { BodyRecord } from './body-record.js';
import type { ConnectionRecord, ExchangeRecord, RefusalRecord } from './exchange-record.js';
import type {
  BodyView,
  ConnectionView,
  ExchangeDetail,
  ExchangeSummary,
  FieldView,
  HeadView,
  RefusalView,
  ResponseView,
  Times,
} from './exchange-view.js';
import { FOLD, linesOf } from './head-lines.js';
import { offendingIn } from './offending.js';
import { MASK, maskBytes, maskedLine, maskTrailers } from './redaction.js';

type Names = ReadonlySet<string>;

const NOBODY: Names = new Set();

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What was read as latin1 as it was meant: as UTF-8, where it is. */
export const readable = (text: string): string => asUtf8(text) ?? text;

/** @returns null where it is no UTF-8 */
function asUtf8(latin1: string): string | null {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return null;
  }
}

/** Word that a text is shown as latin1, for it is no UTF-8: nobody could tell by the text. */
const latin1Mark = (text: string): { isLatin1?: true } => (asUtf8(text) === null ? { isLatin1: true } : {});

export function summaryOf(record: ExchangeRecord): ExchangeSummary {
  const { at, refusal, responseHead } = record;
  return {
    id: record.id,
    revision: record.revision,
    connection: record.connection.observed.id,
    stream: record.streamId,
    method: record.method,
    target: readable(record.target),
    status: record.status,
    type: /^content-type:[ \t]*([^;\r\n]*)/im.exec(responseHead ?? '')?.[1]?.trim() ?? '',
    bytesIn: record.requestBody.total,
    bytesOut: record.responseBody.total,
    startedAt: performance.timeOrigin + record.startedAt,
    duration: at.closed < 0 ? null : at.closed / 1000,
    outcome: record.outcome,
    code: refusal?.code ?? '',
  };
}

/** @param masked - names of fields in lower case; null to mask none */
export function detailOf(record: ExchangeRecord, masked: Names | null): ExchangeDetail {
  const names = masked ?? NOBODY;
  const isHttp2 = record.connection.observed.protocol === 'h2';
  return {
    ...summaryOf(record),
    version: record.version,
    scheme: isEncrypted(record.connection) ? 'https' : 'http',
    remote: remoteOf(record.connection),
    local: record.connection.local,
    request: record.method === '' ? null : requestOf(record, names),
    interims: (record.interims ?? []).map(({ status, entries }) => ({
      startLine: `HTTP/${isHttp2 ? '2' : '1.1'} ${status} ${STATUS_CODES[status] ?? ''}`,
      fields: fieldsOf(entries, isHttp2, names),
    })),
    response: responseOf(record, names),
    refusal: record.refusal && refusalOf(record.refusal, names),
    times: timesOf(record),
  };
}

function requestOf(record: ExchangeRecord, names: Names): ExchangeDetail['request'] {
  const { requestHead, method, target, rawHeaders, requestWire } = record;
  const head =
    requestHead === null
      ? {
          startLine: readable(`${method} ${target} HTTP/2`),
          ...latin1Mark(target),
          fields: sentOverHttp2(rawHeaders).map(([name, value]) => field(`${name}: ${value}`, names)),
        }
      : headOf(requestHead, names);
  return {
    ...head,
    body: bodyOf(record.requestBody),
    wire: requestWire && wireOf(requestWire, names),
    trailers: pairs(record.requestTrailers).map(([name, value]) => field(`${name}: ${value}`, names)),
  };
}

/** What came over HTTP/2, of what a program is given: it finds the name in Host, and that a body comes. */
const sentOverHttp2 = (rawHeaders: readonly string[]) =>
  pairs(rawHeaders)
    .filter(([name]) => name !== 'transfer-encoding')
    .map(([name, value], index) => [index === 0 && name === 'host' ? ':authority' : name, value] as const);

function responseOf(record: ExchangeRecord, names: Names): ResponseView | null {
  const { responseHead, setNames, chunks, chunkCount, isChunked } = record;
  if (responseHead === null) return null;
  const isHttp2 = record.version === '2.0';
  return {
    // All of what a program answers on a connection that has left HTTP is its own.
    ...headOf(
      isHttp2 ? sentOver2(responseHead) : responseHead,
      names,
      (name) => record.outcome !== 'upgraded' && !setNames.includes(name),
    ),
    body: bodyOf(record.responseBody),
    chunked: isChunked && !isHttp2,
    chunks: chunks ?? [],
    chunkCount,
    trailers: fieldsOf(record.responseTrailers, isHttp2, names),
  };
}

/** Fields as they leave: over HTTP/2 their names are in lower case (RFC 9113 §8.2). */
const fieldsOf = (entries: readonly string[], isHttp2: boolean, names: Names): FieldView[] =>
  triples(entries).map(([name, value]) => field(`${isHttp2 ? name.toLowerCase() : name}: ${value}`, names));

const sentOver2 = (head: string): string => head.replace(/\r\n[^:\r\n]+:/g, (name) => name.toLowerCase());

/** A head of the wire: its first line, and its fields to the empty line. */
function headOf(text: string, names: Names, isAdded: (name: string) => boolean = () => false): HeadView {
  const [startLine, ...lines] = linesOf(text);
  const fields = lines.map((line) => field(line, names, isAdded));
  return { startLine: readable(startLine), ...latin1Mark(startLine), fields };
}

function field(raw: string, names: Names, isAdded: (name: string) => boolean = () => false): FieldView {
  const colon = raw.indexOf(':', 1);
  const name = raw.slice(0, colon);
  const key = name.toLowerCase();
  const masked = names.has(key);
  return {
    line: masked ? maskedLine(raw) : readable(raw),
    name,
    value: masked
      ? MASK
      : readable(
          raw
            .slice(colon + 1)
            .trim()
            .replace(FOLD, ' '),
        ),
    added: isAdded(key),
    masked,
    ...(masked ? {} : latin1Mark(raw)),
  };
}

function refusalOf(refusal: RefusalRecord, names: Names): RefusalView {
  const { code, status, reason, rfc, claimed, isCut, isInBody } = refusal;
  const [at, end] = offendingIn(refusal);
  // What stands before a line that was refused is of a line that nobody has seen the beginning of.
  const bytes = maskBytes(refusal.bytes, names, isCut || (isInBody && at > 0));
  return {
    code,
    status: claimed ? 0 : status,
    reason,
    rfc,
    claimed,
    before: bytes.slice(0, at),
    offending: bytes.slice(at, end),
    after: bytes.slice(end),
    isCut,
  };
}

function wireOf(wire: BodyRecord, names: Names): BodyView {
  if (names.size === 0) return bodyOf(wire);
  const masked = maskTrailers(wire.kept.toString('latin1'), names);
  return { total: wire.total, base64: Buffer.from(masked, 'latin1').toString('base64') };
}

const bodyOf = ({ total, kept }: BodyRecord): BodyView => ({ total, base64: kept.toString('base64') });

function timesOf({ at }: ExchangeRecord): Times {
  const since = (moment: number) => (moment < 0 ? null : moment / 1000);
  return {
    head: since(at.head),
    requestEnded: since(at.requestEnded),
    handlerReturned: since(at.handlerReturned),
    responseHead: since(at.responseHead),
    responseEnded: since(at.responseEnded),
    turn: since(at.turn),
    closed: since(at.closed),
  };
}

const isEncrypted = ({ observed }: ConnectionRecord) =>
  (observed.socket as Partial<TLSSocket>).encrypted === true;

function remoteOf({ observed: { remoteAddress = '', remotePort } }: ConnectionRecord): string {
  if (remotePort === undefined) return remoteAddress;
  return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}

export function connectionView(connection: ConnectionRecord): ConnectionView {
  const { observed, requests, active, isUpgraded } = connection;
  const { socket } = observed;
  return {
    id: observed.id,
    remote: remoteOf(connection),
    protocol: observed.protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1',
    tls: isEncrypted(connection) ? tlsOf(socket as unknown as TLSSocket) : '',
    requests,
    active,
    isUpgraded,
    bytesIn: socket.bytesRead ?? 0,
    bytesOut: socket.bytesWritten ?? 0,
    age: performance.now() - observed.openedAt,
  };
}

/** A program may have handed in a socket of its own that knows less. */
function tlsOf(socket: Partial<TLSSocket>): string {
  return [socket.getProtocol?.(), socket.getCipher?.()?.name].filter(Boolean).join(', ');
}

/** Names and values of fields that are given as both in turn. */
function pairs(texts: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 1 < texts.length; i += 2) found.push([texts[i] as string, texts[i + 1] as string]);
  return found;
}

/** Those of fields that are given as name in lower case, name and value. */
function triples(texts: readonly string[]): [name: string, value: string][] {
  const found: [string, string][] = [];
  for (let i = 0; i + 2 < texts.length; i += 3) found.push([texts[i + 1] as string, texts[i + 2] as string]);
  return found;
}
