/**
 * The answer to a request of HTTP/2 that no handler answers.
 *
 * In: the error. Out: a whole response on its stream. `explained` has Date and a sentence for whoever reads it; `bare`
 * the status alone, for programs that replace `node:http` unseen.
 */
import { STATUS_CODES } from 'node:http';
import { NewFieldList } from '../../http/field-list.js';
import type { Stream } from '../../http2/stream.js';
import { dateLine } from '../date-field.js';
import type { RefusalStyle } from '../http-server.js';

interface RefusedError extends Error {
  code?: string;
  status?: number;
  reason?: string;
  rfc?: string;
}

export function refuse(stream: Stream, error: RefusedError, style: RefusalStyle): void {
  const status = error.status ?? (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);
  const fields = new NewFieldList();
  const rule = error.rfc === undefined ? '' : ` (${error.rfc.replace(' §', ', section ')})`;
  const detail = error.reason === undefined ? '' : `: ${error.reason}${rule}`;
  const body = style === 'bare' ? '' : `${status} ${STATUS_CODES[status]}${detail}\n`;
  if (style === 'explained') {
    fields.add('date', 'Date', dateLine().slice(6, -2));
    fields.add('content-type', 'Content-Type', 'text/plain; charset=utf-8');
  }
  fields.add('content-length', 'Content-Length', String(body.length));
  stream.head(status, fields);
  if (body !== '' && stream.request.method !== 'HEAD') stream.body(body, 'latin1', body.length, null);
  stream.drop();
  stream.end(new NewFieldList(), null);
}
