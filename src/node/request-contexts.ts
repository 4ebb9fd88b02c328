/**
 * Keeps what a request puts into an AsyncLocalStorage away from all others.
 *
 * Where stores live in immutable frames (AsyncContextFrame, Node 24 on by default), every callback from the kernel
 * begins in the frame of its connection: so the first request in it needs no scope of its own, and later ones are run
 * in the connection's. Where stores are kept on resources (Node 20 and 22), each request needs a resource of its own.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const RESOURCE_TYPE = 'HTTPINCOMINGMESSAGE';

/** Whether `enterWith()` is undone when the scope of an AsyncResource ends. */
function probe(): boolean {
  const storage = new AsyncLocalStorage<boolean>();
  const resource = new AsyncResource('premier.probe');
  resource.runInAsyncScope(() => storage.enterWith(true));
  const seenAgain = resource.runInAsyncScope(() => storage.getStore());
  storage.disable();
  return seenAgain !== true;
}

const storesLiveInFrames = probe();

/** A context that is the present one at the time of the call. */
export const presentContext = (): AsyncResource => new AsyncResource(RESOURCE_TYPE);

/** Where the requests of one connection run. */
export class RequestContexts {
  /** Set where the present callback from the kernel has served no request yet. */
  fresh = false;
  readonly #shared = storesLiveInFrames ? presentContext() : null;

  /** Where the next request runs; null: right here, which no other request of the connection will ever see. */
  next(): AsyncResource | null {
    if (!storesLiveInFrames) return presentContext();
    if (!this.fresh) return this.#shared;
    this.fresh = false;
    return null;
  }

  /** Where the body of a request is read that runs in `context`, asked there: apart from whatever else runs in it. */
  forBody(context: AsyncResource | null): AsyncResource | null {
    return context !== null && context === this.#shared ? presentContext() : context;
  }
}
