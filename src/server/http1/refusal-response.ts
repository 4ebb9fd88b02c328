/**
 * The answer to a request that was refused before any handler saw it.
 *
 * In: the error. Out: a whole response that closes the connection, or its facts for whoever observes. `explained` has Date and a sentence for whoever
 * reads it; `bare` is to the byte what `node:http` sends, for programs that replace it unseen.
 */
import { STATUS_CODES } from 'node:http';
import { WireError } from '../../http1/wire-error.js';
import { dateLine } from '../date-field.js';
import type { RefusalStyle } from '../http-server.js';
import type { Refusal } from '../server-observer.js';

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

interface RefusalAnswer {
  readonly status: number;
  /** Empty where the answer is a bare one. */
  readonly body: string;
}

function answerTo(error: RefusedError, style: RefusalStyle): RefusalAnswer {
  const bareStatus = BARE_STATUS[error.code ?? ''] ?? 400;
  if (style === 'bare') return { status: bareStatus, body: '' };
  const status = error.status ?? bareStatus;
  const rule = error.rfc === undefined ? '' : ` (${error.rfc.replace(' §', ', section ')})`;
  const detail = error.reason === undefined ? '' : `: ${error.reason}${rule}`;
  return { status, body: `${status} ${STATUS_CODES[status]}${detail}\n` };
}

export function refusalResponse(error: RefusedError, style: RefusalStyle): string {
  const { status, body } = answerTo(error, style);
  const reason = STATUS_CODES[status];
  if (style === 'bare') return `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\n\r\n`;
  return (
    `HTTP/1.1 ${status} ${reason}\r\n${dateLine()}Connection: close\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

/**
 * What an error tells whoever observes; null where it is none of what was sent, but of the socket.
 * @param claimed - whether the program answers
 */
export function refusalFacts(error: RefusedError, style: RefusalStyle, claimed: boolean): Refusal | null {
  const code = error.code ?? '';
  if (!(error instanceof WireError) && code !== 'ERR_HTTP_REQUEST_TIMEOUT') return null;
  const { status, body } = answerTo(error, style);
  const { reason = error.message, rfc = '' } = error;
  const isWire = error instanceof WireError;
  return {
    code,
    status,
    reason,
    rfc,
    answerBytes: claimed ? 0 : body.length,
    bytes: (isWire && error.rawPacket) || null,
    position: isWire ? error.bytesParsed - error.bytesOfLine : 0,
    claimed,
    streamId: 0,
  };
}
