// What a response and its request tell of themselves, where a row of docs/compatibility.md hangs on it.
// In: one of either server. Out: what is so on both.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBadReason } from './step-values.js';

export type SentResponse = ServerResponse & { _headerSent?: boolean; _hasBody?: boolean };

type EndingResponse = ServerResponse & {
  _expect_continue?: boolean;
  _sent100?: boolean;
  _last?: boolean;
  _header?: string | null;
};

/** Whether a response says that the connection ends, or is about to. */
export function ends(res: EndingResponse): boolean {
  if (res._last || (res._expect_continue && !res._sent100)) return true;
  // Where that was said to have chunks, node:http takes it for the last in one place and not in another.
  if (/^HTTP\/1\.1 (?:204|304) /.test(`${res._header}`)) return true;
  return !res.shouldKeepAlive || /close/i.test(`${res.getHeader('connection')}`);
}

export function hasFields(object: object): boolean {
  return (object as ServerResponse).getHeaderNames().length > 0;
}

export function hasLeft(object: object): boolean {
  const { writableFinished, destroyed } = object as ServerResponse;
  return writableFinished || destroyed;
}

/** Whether what composes the head may throw: a reason, a status, or trailers where no chunks can be sent. */
export function mayBeRefused(res: ServerResponse): boolean {
  const { statusMessage, statusCode } = res;
  if (!res.headersSent && res.hasHeader('trailer')) return true;
  return isBadReason(statusMessage) || !(statusCode >= 100 && statusCode <= 999);
}

/** Whether a request says that a body comes. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return 'transfer-encoding' in headers || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether the program listens for the body of a request. */
export function isRead(req: IncomingMessage): boolean {
  return req.listenerCount('data') + req.listenerCount('readable') > 0;
}

/** Whether a response ends the connection, or its body may last until that ends. */
export function mayEnd(res: ServerResponse): boolean {
  return ends(res) || !res.useChunkedEncodingByDefault;
}
