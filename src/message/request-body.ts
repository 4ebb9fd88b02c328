/**
 * How the body of a request ends for its reader.
 *
 * In: a request. Out: its end in the right moment; what the program didn't want of it dropped once it is answered.
 */
import type { AsyncResource } from 'node:async_hooks';
import { runInScope } from '../node/domains.js';
import { nextTick } from '../node/timers.js';
import type { IncomingMessage } from './incoming-message.js';

/**
 * The request has come to its end.
 * @param hasCome - whether its client has sent anything of a body
 */
export function completeBody(request: IncomingMessage, hasCome: boolean): void {
  if (request._dumped && request.destroyed) return;
  // A reader that pauses on the last of what has come hears of the end when it resumes. What the program pushed itself,
  // where nothing has come, it reads together with the end, as on node:http.
  if (hasCome && request.readableFlowing && request.readableLength > 0 && !request.destroyed)
    nextTick(pushEnd, request);
  else pushEnd(request);
}

function pushEnd(request: IncomingMessage): void {
  request.push(null);
}

/**
 * Its response has left: what nobody reads of the body is dropped.
 * @param context - where who listens is told of the end: that of the call that ended the response; null: right here
 */
export function dropUnread(request: IncomingMessage, context: AsyncResource | null): void {
  if (request._state !== null) {
    if (isRead(request)) return;
    if (context === null) request._dump();
    else runInScope(context, request._dump, request);
    return;
  }
  request._dumped = true;
  if (!request.complete) nextTick(readOn, request);
}

/** What still comes is read and dropped, be it that the program has stopped the socket: as on node:http. */
function readOn(request: IncomingMessage): void {
  if (!request.complete) request._source.more(request);
}

/** Whether the program reads the body, or began to. */
function isRead({ _consuming, _readableState }: IncomingMessage): boolean {
  return _consuming || _readableState.resumeScheduled;
}
