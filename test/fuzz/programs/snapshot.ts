// The properties that a look at an object notes, and those among them that depend on when what was written leaves.
import type { Target } from './program.js';
import type { Trace } from './trace.js';

const properties: Record<Target, readonly string[]> = {
  res: [
    'statusCode',
    'statusMessage',
    'headersSent',
    'writable',
    'writableEnded',
    'writableObjectMode',
    'writableHighWaterMark',
    'writableCorked',
    'finished',
    'destroyed',
    'errored',
    'sendDate',
    'strictContentLength',
    'shouldKeepAlive',
    'chunkedEncoding',
    'useChunkedEncodingByDefault',
    'maxRequestsOnConnectionReached',
    '_header',
    '_hasBody',
    'writableLength',
    'writableNeedDrain',
    'writableFinished',
    'closed',
    'socket',
    'connection',
    'req',
  ],
  req: [
    'method',
    'url',
    'httpVersion',
    'httpVersionMajor',
    'httpVersionMinor',
    'client',
    'rawHeaders',
    'headers',
    'headersDistinct',
    'upgrade',
    'statusCode',
    'statusMessage',
    'socket',
    'destroyed',
    'errored',
    'aborted',
    'readableFlowing',
    'readableEncoding',
    'readableHighWaterMark',
    'readableObjectMode',
    'complete',
    'rawTrailers',
    'trailers',
    'trailersDistinct',
    'readable',
    'readableAborted',
    'readableDidRead',
    'readableEnded',
    'readableLength',
    'closed',
  ],
  socket: [
    'destroyed',
    'connecting',
    'pending',
    'remoteAddress',
    'remoteFamily',
    'localAddress',
    'localFamily',
    'allowHalfOpen',
    'timeout',
    'server',
    'errored',
    'readableEncoding',
    'writableEnded',
    'writableHighWaterMark',
    'bytesRead',
    'readable',
    'writable',
    'readyState',
    'closed',
    'writableFinished',
    'writableLength',
    'writableNeedDrain',
    'readableEnded',
    'readableLength',
    'bytesWritten',
    'parser',
    '_httpMessage',
  ],
  server: [
    'listening',
    'keepAliveTimeout',
    'maxRequestsPerSocket',
    'timeout',
    'headersTimeout',
    'requestTimeout',
    'maxHeadersCount',
  ],
};

/** What changes when bytes leave, come, or are passed on: seen only while everything is at rest. */
const moving = new Set([
  'res.writableCorked',
  'res.writableLength',
  'res.writableNeedDrain',
  'res.writableFinished',
  'res.closed',
  'res.socket',
  'res.connection',
  'res.writable',
  'req.complete',
  'req.rawTrailers',
  'req.trailers',
  'req.trailersDistinct',
  'req.readable',
  'req.readableAborted',
  'req.readableDidRead',
  'req.readableEnded',
  'req.readableLength',
  'req.closed',
  'req.signal',
  'socket.remoteAddress',
  'socket.remoteFamily',
  'socket.localAddress',
  'socket.localFamily',
  'socket.timeout',
  'socket.bytesRead',
  'socket.readable',
  'socket.writable',
  'socket.readyState',
  'socket.closed',
  'socket.writableFinished',
  'socket.writableLength',
  'socket.writableNeedDrain',
  'socket.readableEnded',
  'socket.readableLength',
  'socket.bytesWritten',
  'socket.parser',
  'socket._httpMessage',
]);

/** What of an object is shown by a word, since it can't be equal. */
const shownAs: Record<string, (value: unknown) => unknown> = {
  'socket.parser': (value) => value !== null && value !== undefined,
  'socket._httpMessage': (value) => value ?? null,
  'req.signal': (value) => (value as AbortSignal).aborted,
};

export function isMoving(target: Target, property: string): boolean {
  return moving.has(`${target}.${property}`);
}

/** Each property with its value. `atRest`: also those that move. */
export function snapshot(trace: Trace, target: Target, object: object, atRest: boolean): string {
  const shown: string[] = [];
  for (const property of properties[target]) {
    if (!atRest && isMoving(target, property)) continue;
    shown.push(`${property}=${read(trace, target, object, property)}`);
  }
  if (target === 'res')
    shown.push(`fields=${trace.show((object as { getHeaders(): unknown }).getHeaders())}`);
  return shown.join(' ');
}

/** A property as text, or what reading it throws. */
export function read(trace: Trace, target: Target, object: object, property: string): string {
  try {
    const value = Reflect.get(object, property);
    const change = shownAs[`${target}.${property}`];
    return trace.show(change === undefined ? value : change(value));
  } catch (error) {
    return `threw ${trace.show(error)}`;
  }
}
