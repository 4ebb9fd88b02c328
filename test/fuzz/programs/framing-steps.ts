// Steps that give a response fields that frame its body in a way that isn't true, or a body that isn't what was announced.
// In: a step, the response. Out: the first cell of the row of docs/compatibility.md that says what becomes of that.
import type { ServerResponse } from 'node:http';
import type { ObjectStep, Value } from './program.js';
import { type ResponseUse, sizeOfChunk } from './response-use.js';
import { refused } from './step-values.js';

interface Circumstances {
  object: object;
  /** The response of the same exchange. */
  res: ServerResponse | undefined;
  use: ResponseUse;
}

type Call = Extract<ObjectStep, { call: string }>;

export const framingRows = {
  lengths: 'several Content-Length lines; one that is no number',
  codings: '`chunked` that is not the last coding, or said twice',
  delimited:
    'a body that the end of the connection delimits: Transfer-Encoding removed, or set without `chunked`; to HTTP/1.0',
  trailers: 'fields that frame a body, among the trailers',
  beyond: 'a body beyond its Content-Length',
  shorter: 'a body shorter than its Content-Length',
  connection: '`close` within another word in Connection',
  old: 'Transfer-Encoding to HTTP/1.0',
};

type Fields = readonly (readonly [name: Value, value: Value])[];

/** The fields that a call sets, in whatever form it takes them. */
function fieldsOf({ call, with: values }: Call): Fields {
  if (call === 'setHeader' || call === 'appendHeader') return [[values[0] ?? null, values[1] ?? null]];
  if (call === 'setHeaders' || call === 'addTrailers') return entriesOf(values[0]);
  return call === 'writeHead' ? values.slice(1).flatMap(entriesOf) : [];
}

function entriesOf(value: Value | undefined): Fields {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    if (value.every((item) => Array.isArray(item))) return value as unknown as Fields;
    return value.flatMap((name, at) => (at % 2 === 0 ? [[name, value[at + 1] ?? null] as const] : []));
  }
  if ('object' in value) return Object.entries(value.object);
  if ('map' in value) return value.map;
  return 'headers' in value ? value.headers : [];
}

const isNamed = (name: Value, wanted: string) => typeof name === 'string' && name.toLowerCase() === wanted;

function isRefused(value: Value): boolean {
  if (typeof value === 'string') return refused.test(value);
  return typeof value === 'object' && value !== null && 'undefined' in value;
}

function isLength(value: Value): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

/** The row of what a step says of the framing, if it isn't plain. */
export function framingRow(step: Call, { object, use }: Circumstances): string | undefined {
  if (step.on !== 'res') return undefined;
  const res = object as ServerResponse;
  const { useChunkedEncodingByDefault: isChunkable } = res;
  if (step.call === 'removeHeader') {
    const [name = null] = step.with;
    const isEnding = !isChunkable && isNamed(name, 'connection');
    return isEnding || isNamed(name, 'transfer-encoding') ? framingRows.delimited : undefined;
  }
  const isTrailers = step.call === 'addTrailers';
  const fields = fieldsOf(step).filter(([, value]) => isTrailers || !isRefused(value));
  if (!isChunkable && fields.some(([name]) => isNamed(name, 'connection'))) return framingRows.delimited;
  if (fields.some(([name, value]) => isNamed(name, 'connection') && value === 'x-close')) {
    return framingRows.connection;
  }
  const lengths = fields.filter(([name]) => isNamed(name, 'content-length'));
  const codings = fields.filter(([name]) => isNamed(name, 'transfer-encoding'));
  if (isTrailers) return lengths.length + codings.length > 0 ? framingRows.trailers : undefined;
  if (lengths.length > 0 && use.isPiped(res)) return framingRows.beyond;
  const isAdded = step.call === 'appendHeader';
  if (lengths.length > 1 || (isAdded && lengths.length === 1 && res.hasHeader('content-length'))) {
    return framingRows.lengths;
  }
  if (lengths.some(([, value]) => !isLength(value))) return framingRows.lengths;
  if (codings.length > 1 || (isAdded && codings.length === 1 && res.hasHeader('transfer-encoding'))) {
    return framingRows.codings;
  }
  if (codings.length > 0 && !isChunkable) return framingRows.old;
  const isChunked = ([, value]: Fields[number]) => isNamed(value, 'chunked');
  return codings.every(isChunked) ? undefined : framingRows.delimited;
}

/** What a response announces as the length of its body, if that counts. */
function announced(res: ServerResponse): number | undefined {
  const head = (res as { _header?: string | null })._header;
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(head ?? '') ?? [];
  // With a head that is composed, what breaks the strictness is refused before anything of it is sent.
  if (!(res as { _hasBody?: boolean })._hasBody || (res.strictContentLength && res.headersSent))
    return undefined;
  if (['204', '304'].includes(status ?? `${res.statusCode}`)) return undefined;
  if (typeof head === 'string') {
    const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
    return /\r\ntransfer-encoding:/i.test(head) || length === undefined ? undefined : Number(length);
  }
  const length = res.getHeader('content-length');
  return length === undefined || res.hasHeader('transfer-encoding') ? undefined : Number(length);
}

/** The row of a body that isn't as long as it is said to be. */
export function lengthRow(step: Call, { object, res, use }: Circumstances): string | undefined {
  if (step.on === 'req' && step.call === 'pipe') {
    return res !== undefined && !use.mayHaveEnded(res) && announced(res) !== undefined
      ? framingRows.beyond
      : undefined;
  }
  if (step.on !== 'res' || (step.call !== 'write' && step.call !== 'end')) return undefined;
  const own = object as ServerResponse;
  const length =
    own.writableEnded || (use.mayHaveEnded(own) && !use.isPiped(own)) ? undefined : announced(own);
  if (length === undefined) return undefined;
  const size = use.sizeOf(own) + sizeOfChunk(step.with);
  if (size > length || use.isPiped(own)) return framingRows.beyond;
  return step.call === 'end' && size < length ? framingRows.shorter : undefined;
}
