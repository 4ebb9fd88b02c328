/**
 * Calls what belongs to programs from within the engine.
 *
 * What a program throws must not tear the connection of all other streams down: it is thrown again in a tick of its own,
 * where it meets 'uncaughtException' as it does over HTTP/1.1.
 */
import type { AsyncResource } from 'node:async_hooks';
import { nextTick } from '../../node/timers.js';

/** @param context - where it runs; null: right here */
export function callProgram(context: AsyncResource | null, call: () => void): void {
  try {
    if (context === null) call();
    else context.runInAsyncScope(call);
  } catch (error) {
    nextTick(rethrow, error);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
