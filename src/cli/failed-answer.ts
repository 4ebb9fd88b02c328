// What a client gets when its answer has failed. In: a response in whatever state the failure left it, and the error.
// Out: status 500 without a field of the answer that it stands for, or a cut where that answer has begun.
import { type ServerResponse, STATUS_CODES } from 'node:http';

/** What a library throws to have a certain status answered, as http-errors makes it. */
interface HttpError {
  status?: unknown;
  statusCode?: unknown;
  headers?: unknown;
}

/** Answers for a handler that has failed; what can't be answered any more is cut. */
export function answerFailure(res: ServerResponse, status = 500, fields: object = {}): void {
  if (res.writableEnded || res.destroyed) return;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const body = `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd().concat('\n');
  // Said while the server stops.
  const last = String(res.getHeader('connection')).toLowerCase() === 'close';
  try {
    for (const name of res.getHeaderNames()) res.removeHeader(name);
    // Else the answer would not say what becomes of the connection.
    if ('_removedConnection' in res) res._removedConnection = false;
    res.sendDate = true;
    // HTTP/2 has none, and warns when one is set.
    if (!('stream' in res)) res.statusMessage = STATUS_CODES[status] ?? '';
    res.writeHead(status, {
      ...fields,
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
      ...(last && { Connection: 'close' }),
    });
    res.end(body);
  } catch {
    res.destroy();
  }
}

/**
 * Answers what an app of Express or Connect has passed on: 404 without an error, else the status that the error asks
 * for. Where it asks for none, or for one of the server's, the program has failed: the error is thrown, out of the way of
 * the app.
 */
export function answerInStead(res: ServerResponse, error: unknown): void {
  // `next('router')` and `next('route')` leave the app as next() does.
  if (!error || error === 'route' || error === 'router') {
    answerFailure(res, 404);
    return;
  }
  const { status, statusCode, headers } = Object(error) as HttpError;
  const wanted = [status, statusCode].find(isErrorStatus);
  if (wanted !== undefined) answerFailure(res, wanted, typeof headers === 'object' ? (headers ?? {}) : {});
  if (wanted !== undefined && wanted < 500) return;
  process.nextTick(() => {
    throw error;
  });
}

const isErrorStatus = (status: unknown): status is number =>
  Number.isInteger(status) && (status as number) >= 400 && (status as number) <= 599;
