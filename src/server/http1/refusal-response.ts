/**
 * The answer to a request that was refused before any handler saw it.
 *
 * In: the error. Out: a whole response that closes the connection. `explained` has Date and a sentence for whoever
 * reads it; `bare` is to the byte what `node:http` sends, for programs that replace it unseen.
 */
import { STATUS_CODES } from 'node:http';
import { dateLine } from '../date-field.js';
import type { RefusalStyle } from '../http-server.js';

/** The statuses `node:http` gives, by error code; 400 for all others. */
const BARE_STATUS: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

interface RefusedError extends Error {
  code?: string;
  status?: number;
  reason?: string;
  rfc?: string;
}

export function refusalResponse(error: RefusedError, style: RefusalStyle): string {
  const bareStatus = BARE_STATUS[error.code ?? ''] ?? 400;
  if (style === 'bare')
    return `HTTP/1.1 ${bareStatus} ${STATUS_CODES[bareStatus]}\r\nConnection: close\r\n\r\n`;
  const status = error.status ?? bareStatus;
  const reason = STATUS_CODES[status];
  const rule = error.rfc === undefined ? '' : ` (${error.rfc.replace(' §', ', section ')})`;
  const detail = error.reason === undefined ? '' : `: ${error.reason}${rule}`;
  const body = `${status} ${reason}${detail}\n`;
  return (
    `HTTP/1.1 ${status} ${reason}\r\n${dateLine()}Connection: close\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}
