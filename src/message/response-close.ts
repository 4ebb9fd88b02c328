/**
 * The very end of a response. In: a response that is over, or lost. Out: 'close', once, in the async context of the call that
 * ended it; nothing where nobody would hear it.
 */
import type { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { runInScope } from '../node/domains.js';
import { emitsAsUsual, listenersOf } from '../node/listener-table.js';

interface Closing {
  destroyed: boolean;
  _closed: boolean;
}

type ClosingResponse = EventEmitter & Closing & { readonly _context: AsyncResource | null };

/** Emits 'close', once. */
export function emitClose(response: ClosingResponse): void {
  if (response._closed) return;
  closeUnwatched(response);
  const { close } = listenersOf(response);
  if (close !== undefined && response._context !== null)
    runInScope(response._context, response.emit, response, 'close');
  else if (close !== undefined || !emitsAsUsual(response)) response.emit('close');
}

/** Closes a response without a word: nobody would hear it. */
export function closeUnwatched(response: Closing): void {
  response.destroyed = true;
  response._closed = true;
}
