/**
 * How a request's body begins and ends for its reader.
 *
 * In: a request. Out: whether anybody reads it, and its end in the right moment.
 */
import type { IncomingMessage } from '../../message/incoming-message.js';

/** Whether the program reads the body, or began to; what it does not want is dropped. */
export function isRead({ _consuming, _readableState, readableDidRead }: IncomingMessage): boolean {
  return _consuming || readableDidRead || _readableState.resumeScheduled;
}

/** Ends a body behind its data: a reader that pauses on the last of it hears of the end when it resumes. */
export function endBody(request: IncomingMessage): void {
  if (request.readableFlowing && request.readableLength > 0) process.nextTick(pushEnd, request);
  else pushEnd(request);
}
function pushEnd(request: IncomingMessage): void {
  request.push(null);
}
