/**
 * Exchanges as an HTTP Archive (HAR 1.2). In: exchanges as the page has them. Out: an archive, whose fields that HAR does not
 * have begin with `_`, as it asks: `_premier` is the exchange as it was, so that what is imported shows the same again.
 */

import { urlOf } from './copies.js';
import type { ExchangeDetail, FieldView, HeadView, RequestView } from './exchange-view.js';

interface Pair {
  name: string;
  value: string;
}

interface HarEntry {
  startedDateTime: string;
  time: number;
  request: {
    method: string;
    url: string;
    httpVersion: string;
    cookies: Pair[];
    headers: Pair[];
    queryString: Pair[];
    postData?: { mimeType: string; text: string; _encoding?: string };
    headersSize: number;
    bodySize: number;
  };
  response: {
    status: number;
    statusText: string;
    httpVersion: string;
    cookies: Pair[];
    headers: Pair[];
    content: { size: number; compression?: number; mimeType: string; text?: string; encoding?: string };
    redirectURL: string;
    headersSize: number;
    bodySize: number;
  };
  cache: Record<string, never>;
  timings: Record<'blocked' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive', number>;
  connection?: string;
  serverIPAddress?: string;
  _premier?: ExchangeDetail;
}

export interface Har {
  log: { version: '1.2'; creator: { name: string; version: string }; pages: []; entries: HarEntry[] };
}

/**
 * What was refused before it was a request has no entry: HAR has no place for it.
 * @param decoded - the body of a response without its coding, where that is known
 */
export function harOf(
  exchanges: readonly ExchangeDetail[],
  decoded: (exchange: ExchangeDetail) => Uint8Array | undefined = () => undefined,
): Har {
  const entries = exchanges.flatMap((exchange) =>
    exchange.request === null ? [] : [entryOf(exchange, exchange.request, decoded(exchange))],
  );
  return { log: { version: '1.2', creator: { name: 'premier', version: '1' }, pages: [], entries } };
}

function entryOf(exchange: ExchangeDetail, request: RequestView, decoded: Uint8Array | undefined): HarEntry {
  const { response, times } = exchange;
  const url = urlOf(exchange);
  const contentType = fieldOf(request, 'content-type');
  const total = times.closed ?? times.responseEnded ?? times.head ?? 0;
  const [send, wait] = [times.head ?? 0, (times.responseHead ?? total) - (times.head ?? 0)];
  return {
    startedDateTime: new Date(exchange.startedAt).toISOString(),
    time: total,
    request: {
      method: exchange.method,
      url,
      httpVersion: versionOf(exchange),
      cookies: [],
      headers: pairs(request.fields),
      queryString: queryOf(url),
      ...(request.body.total > 0 && {
        postData: postDataOf(request.body.base64, contentType),
      }),
      headersSize: -1,
      bodySize: request.body.total,
    },
    response: {
      status: exchange.status,
      statusText: /^\S+ \d+ (.*)$/.exec(response?.startLine ?? '')?.[1] ?? '',
      httpVersion: versionOf(exchange),
      cookies: [],
      headers: pairs(response?.fields ?? []),
      content: {
        ...sizeOf(response?.body.total ?? 0, decoded),
        mimeType: response === null ? 'x-unknown' : fieldOf(response, 'content-type') || 'x-unknown',
        ...textOf(decoded ?? bytesFrom(response?.body.base64 ?? '')),
      },
      redirectURL: response === null ? '' : fieldOf(response, 'location'),
      headersSize: -1,
      bodySize: response?.body.total ?? -1,
    },
    cache: {},
    timings: {
      blocked: -1,
      dns: -1,
      connect: -1,
      ssl: -1,
      send,
      wait,
      receive: Math.max(0, total - send - wait),
    },
    ...connectionOf(exchange),
    _premier: exchange,
  };
}

const versionOf = ({ version }: ExchangeDetail) =>
  version === '2.0' ? 'HTTP/2' : `HTTP/${version || '1.1'}`;
const pairs = (fields: readonly FieldView[]): Pair[] => fields.map(({ name, value }) => ({ name, value }));
const fieldOf = ({ fields }: HeadView, name: string) =>
  fields.find((field) => field.name.toLowerCase() === name)?.value ?? '';

function queryOf(url: string): Pair[] {
  try {
    return [...new URL(url).searchParams].map(([name, value]) => ({ name, value }));
  } catch {
    return [];
  }
}

/** HAR has no word for how the text of a request's body is encoded. */
function postDataOf(
  base64: string,
  mimeType: string,
): { mimeType: string; text: string; _encoding?: string } {
  const { text, encoding } = textOf(bytesFrom(base64));
  return { mimeType, text, ...(encoding !== undefined && { _encoding: encoding }) };
}

/** What the coding of a body saved, as HAR counts it. */
function sizeOf(total: number, decoded: Uint8Array | undefined): { size: number; compression?: number } {
  if (decoded === undefined) return { size: total };
  return { size: decoded.length, compression: decoded.length - total };
}

/** "Unique ID of the parent TCP/IP connection, can be the client or server port number." */
function connectionOf({ connection, remote, local }: ExchangeDetail): {
  connection: string;
  serverIPAddress?: string;
} {
  const port = /:(\d+)$/.exec(remote)?.[1];
  return { connection: port ?? String(connection), ...(local !== '' && { serverIPAddress: local }) };
}

const bytesFrom = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Text where the bytes are UTF-8, else base64. */
function textOf(bytes: Uint8Array): { text: string; encoding?: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { text: btoa(binary), encoding: 'base64' };
  }
}
