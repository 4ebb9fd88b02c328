/**
 * An HTTP Archive as exchanges. In: the text of a file. Out: what it has, whoever wrote it; all of it of an archive of ours.
 * Every part is looked at, and what is not as it should be counts as absent; a file that is no archive is refused.
 */
import type {
  ExchangeDetail,
  FieldView,
  HeadView,
  RequestView,
  ResponseView,
  Times,
} from './exchange-view.js';

/** Entries of a file that are read. */
const MAX_ENTRIES = 10_000;

/** Why a file is not taken, as a code that the page has a sentence for. */
export type HarTrouble = 'noJson' | 'noHar' | 'tooMany' | 'badEntry';

export class HarError extends Error {
  readonly trouble: HarTrouble;
  /** The first entry that is none, from 0; -1 where it is the whole. */
  readonly entry: number;

  constructor(trouble: HarTrouble, entry = -1) {
    super(trouble);
    this.trouble = trouble;
    this.entry = entry;
  }
}

/** @throws {HarError} the text is no HTTP Archive */
export function exchangesFrom(text: string): ExchangeDetail[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HarError('noJson');
  }
  const entries = property(property(value, 'log'), 'entries');
  if (!Array.isArray(entries)) throw new HarError('noHar');
  if (entries.length > MAX_ENTRIES) throw new HarError('tooMany');
  return entries.map(exchangeOf);
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown, fallback = 0): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : fallback;

/** Longer than any exchange: ms of thirty years. */
const MAX_SPAN = 1e12;

/** A time in ms. */
function span(value: unknown, fallback = 0): number {
  const time = number(value, fallback);
  return time >= 0 && time <= MAX_SPAN ? time : fallback;
}

/** 0 where there is none, as browsers write it. */
function statusFrom(value: unknown): number {
  const status = number(value);
  return Number.isInteger(status) && status >= 100 && status <= 999 ? status : 0;
}

function exchangeOf(entry: unknown, index: number): ExchangeDetail {
  const [request, response] = [property(entry, 'request'), property(entry, 'response')];
  const [method, url] = [text(property(request, 'method')), text(property(request, 'url'))];
  if (method === '' || url === '') throw new HarError('badEntry', index);
  const own = property(entry, '_premier');
  const status = statusFrom(property(response, 'status'));
  const answer = status > 0 ? responseFrom(response, status, property(own, 'response')) : null;
  const asked = requestFrom(request, method, url, property(own, 'request'));
  const total = span(property(entry, 'time'), -1);
  return {
    id: index + 1,
    revision: 1,
    connection: number(property(own, 'connection') ?? Number(text(property(entry, 'connection')))),
    stream: number(property(own, 'stream')),
    method,
    target: text(property(own, 'target')) || targetOf(url),
    status,
    type: answer === null ? '' : (contentTypeOf(answer).split(';')[0] ?? '').trim(),
    bytesIn: asked.body.total,
    bytesOut: answer?.body.total ?? 0,
    startedAt: number(Date.parse(text(property(entry, 'startedDateTime')))),
    duration: total < 0 ? null : total,
    outcome: outcomeFrom(property(own, 'outcome')),
    code: text(property(own, 'code')),
    version: /\/(\d(\.\d)?)$/.exec(text(property(request, 'httpVersion')))?.[1] ?? '1.1',
    scheme: url.startsWith('https:') ? 'https' : 'http',
    remote: text(property(own, 'remote')),
    local: text(property(own, 'local')) || text(property(entry, 'serverIPAddress')),
    request: asked,
    interims: headsFrom(property(own, 'interims')),
    response: answer,
    refusal: refusalFrom(property(own, 'refusal')),
    times: timesFrom(property(own, 'times'), property(entry, 'timings')),
  };
}

const contentTypeOf = ({ fields }: HeadView): string =>
  fields.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';

function targetOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/#.*$/, '') || '/';
}

const outcomeFrom = (value: unknown): ExchangeDetail['outcome'] =>
  (['complete', 'aborted', 'refused', 'upgraded'] as const).find((known) => known === value) ?? 'complete';

function requestFrom(value: unknown, method: string, url: string, own: unknown): RequestView {
  const version = text(property(value, 'httpVersion')) || 'HTTP/1.1';
  const data = property(value, 'postData');
  const wire = property(own, 'wire');
  return {
    startLine: text(property(own, 'startLine')) || `${method} ${targetOf(url)} ${version}`,
    ...latin1Mark(own),
    fields: fieldsFrom(property(value, 'headers'), property(own, 'fields')),
    body: bodyFrom(data, number(property(value, 'bodySize')), property(own, 'body')),
    wire: wire === undefined || wire === null ? null : ownBody(wire),
    trailers: fieldsFrom([], property(own, 'trailers')),
  };
}

function responseFrom(value: unknown, status: number, own: unknown): ResponseView {
  const content = property(value, 'content');
  const version = text(property(value, 'httpVersion')) || 'HTTP/1.1';
  const sizes = property(own, 'chunks');
  const chunks = Array.isArray(sizes) ? sizes.map((size) => number(size)) : [];
  return {
    startLine:
      text(property(own, 'startLine')) || `${version} ${status} ${text(property(value, 'statusText'))}`,
    fields: fieldsFrom(property(value, 'headers'), property(own, 'fields')),
    body: bodyFrom(content, number(property(content, 'size')), property(own, 'body')),
    chunked: property(own, 'chunked') === true,
    chunks,
    chunkCount: number(property(own, 'chunkCount'), chunks.length),
    trailers: fieldsFrom([], property(own, 'trailers')),
  };
}

const latin1Mark = (own: unknown): { isLatin1?: true } =>
  property(own, 'isLatin1') === true ? { isLatin1: true } : {};

/** Our own fields where they are there, else those of HAR. */
function fieldsFrom(headers: unknown, own: unknown): FieldView[] {
  const list = Array.isArray(own) ? own : Array.isArray(headers) ? headers : [];
  return list.map((field) => {
    const [name, value] = [text(property(field, 'name')), text(property(field, 'value'))];
    return {
      line: text(property(field, 'line')) || `${name}: ${value}`,
      name,
      value,
      added: property(field, 'added') === true,
      masked: property(field, 'masked') === true,
      ...latin1Mark(field),
    };
  });
}

function headsFrom(value: unknown): HeadView[] {
  if (!Array.isArray(value)) return [];
  return value.map((head) => ({
    startLine: text(property(head, 'startLine')),
    fields: fieldsFrom([], property(head, 'fields')),
  }));
}

function ownBody(value: unknown): { total: number; base64: string } {
  const base64 = text(property(value, 'base64'));
  return { total: number(property(value, 'total')), base64: isBase64(base64) ? base64 : '' };
}

function bodyFrom(content: unknown, size: number, own: unknown): { total: number; base64: string } {
  if (own !== undefined) return ownBody(own);
  const body = text(property(content, 'text')) || formOf(content);
  const written = [property(content, 'encoding'), property(content, '_encoding')].includes('base64')
    ? body
    : encoded(body);
  const base64 = isBase64(written) ? written : '';
  // -1, where whoever wrote it did not know.
  return { total: size > 0 ? size : atob(base64).length, base64 };
}

/** A form that has its parts in place of its text. */
function formOf(content: unknown): string {
  const params = property(content, 'params');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(text(property(content, 'mimeType')));
  if (!isForm || !Array.isArray(params)) return '';
  return new URLSearchParams(
    params.map((param) => [text(property(param, 'name')), text(property(param, 'value'))]),
  ).toString();
}

function isBase64(value: string): boolean {
  try {
    atob(value);
    return true;
  } catch {
    return false;
  }
}

function encoded(value: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function refusalFrom(value: unknown): ExchangeDetail['refusal'] {
  if (typeof value !== 'object' || value === null) return null;
  const part = (name: string) => text(property(value, name));
  return {
    code: part('code'),
    status: number(property(value, 'status')),
    reason: part('reason'),
    rfc: part('rfc'),
    claimed: property(value, 'claimed') === true,
    before: part('before'),
    offending: part('offending'),
    after: part('after'),
    isCut: property(value, 'isCut') === true,
  };
}

function timesFrom(own: unknown, timings: unknown): Times {
  const moment = (name: keyof Times) => {
    const value = property(own, name);
    return typeof value === 'number' ? value : null;
  };
  if (own !== undefined) {
    return {
      head: moment('head'),
      requestEnded: moment('requestEnded'),
      handlerReturned: moment('handlerReturned'),
      responseHead: moment('responseHead'),
      responseEnded: moment('responseEnded'),
      turn: moment('turn'),
      closed: moment('closed'),
    };
  }
  const of = (name: string) => span(property(timings, name));
  const head = of('send');
  const responseHead = head + of('wait');
  const closed = responseHead + of('receive');
  const unknown = { requestEnded: null, handlerReturned: null, turn: null };
  return { ...unknown, head, responseHead, responseEnded: closed, closed };
}
