/**
 * The answer to a request of HTTP/2 that no handler answers.
 *
 * In: the error. Out: a whole response on its stream. `explained` has Date and a sentence for whoever reads it; `bare`
 * the status alone, for programs that replace `node:http` unseen.
 */
import { STATUS_CODES } from 'node:http';
import { NewFieldList } from '../../http/field-list.js';
import { Http2Error } from '../../http2/errors.js';
import type { Stream } from '../../http2/stream.js';
import { dateValue } from '../date-field.js';
import type { RefusalStyle } from '../http-server.js';
import type { Refusal } from '../server-observer.js';

interface RefusedError extends Error {
  code?: string;
  status?: number;
  reason?: string;
  rfc?: string;
}

/** What an error tells whoever observes. */
export interface RefusalTold {
  /** Whether the program was told, and may have acted ('clientError'). */
  readonly claimed: boolean;
  /** The stream that was refused; 0 where the connection was at fault. */
  readonly streamId: number;
  /** Of the answer that was given, if any. */
  readonly status: number;
  readonly answerBytes: number;
}

export function refusalFacts(error: RefusedError, told: RefusalTold): Refusal {
  const { reason = error.message, rfc = '' } = error;
  return { code: codeOf(error), reason, rfc, bytes: null, position: 0, ...told };
}

/** Whether it is for what was sent, and no error of the socket. */
export function isRefusal(error: RefusedError): boolean {
  return error instanceof Http2Error || error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
}

/** What a request is refused for by a response has no code of HTTP/2: its row of the table stands for it. */
function codeOf(error: RefusedError): string {
  if (error instanceof Http2Error && error.scope === 'request')
    return `HTTP2_${error.fault.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
  return error.code ?? 'HTTP2_REFUSED_STREAM';
}

/**
 * Answers, and returns what it answered.
 * @param method - of the request
 */
export function refuse(
  stream: Stream,
  method: string | undefined,
  error: RefusedError,
  style: RefusalStyle,
): Refusal {
  const status = error.status ?? (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);
  const fields = new NewFieldList();
  const rule = error.rfc === undefined ? '' : ` (${error.rfc.replace(' §', ', section ')})`;
  const detail = error.reason === undefined ? '' : `: ${error.reason}${rule}`;
  const body = style === 'bare' ? '' : `${status} ${STATUS_CODES[status]}${detail}\n`;
  if (style === 'explained') {
    fields.add('date', 'Date', dateValue());
    fields.add('content-type', 'Content-Type', 'text/plain; charset=utf-8');
  }
  fields.add('content-length', 'Content-Length', String(body.length));
  stream.head(status, fields);
  if (body !== '' && method !== 'HEAD') stream.body(body, 'latin1', body.length, null);
  stream.drop();
  stream.end(new NewFieldList(), null);
  return refusalFacts(error, {
    claimed: false,
    streamId: stream.id,
    status,
    answerBytes: method === 'HEAD' ? 0 : body.length,
  });
}
