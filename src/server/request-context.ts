/**
 * Keeps what a request puts into an AsyncLocalStorage away from all others.
 *
 * Where stores live in immutable frames (AsyncContextFrame, Node 24 on by default), every callback from the kernel
 * begins in the frame of its connection: so the first request in it needs no scope of its own, and later ones are run
 * in the connection's. Where stores are kept on resources (Node 20 and 22), each request needs a resource of its own.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

export const RESOURCE_TYPE = 'HTTPINCOMINGMESSAGE';

/** Whether `enterWith()` is undone when the scope of an AsyncResource ends. */
function probe(): boolean {
  const storage = new AsyncLocalStorage<boolean>();
  const resource = new AsyncResource('premier.probe');
  resource.runInAsyncScope(() => storage.enterWith(true));
  const seenAgain = resource.runInAsyncScope(() => storage.getStore());
  storage.disable();
  return seenAgain !== true;
}

export const storesLiveInFrames = probe();
