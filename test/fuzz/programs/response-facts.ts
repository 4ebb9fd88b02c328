// What a response tells of itself, where a row of docs/compatibility.md hangs on it.
// In: a response of either server. Out: what is so on both.
import type { ServerResponse } from 'node:http';
import { isBadReason } from './step-values.js';

export type SentResponse = ServerResponse & { _headerSent?: boolean; _hasBody?: boolean };

/** Whether a response says that the connection ends, or is about to. */
export function ends(res: ServerResponse & { _expect_continue?: boolean; _sent100?: boolean }): boolean {
  if (res._expect_continue && !res._sent100) return true;
  return !res.shouldKeepAlive || /close/i.test(`${res.getHeader('connection')}`);
}

export function hasFields(object: object): boolean {
  return (object as ServerResponse).getHeaderNames().length > 0;
}

export function hasLeft(object: object): boolean {
  const { writableFinished, destroyed } = object as ServerResponse;
  return writableFinished || destroyed;
}

export function hasBadReason({ statusMessage, statusCode }: ServerResponse): boolean {
  return isBadReason(statusMessage) || !(statusCode >= 100 && statusCode <= 999);
}
