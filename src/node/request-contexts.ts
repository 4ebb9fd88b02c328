/**
 * Lets a request see what its server or connection was given in an AsyncLocalStorage, and keeps what it puts there
 * itself away from all others.
 *
 * Where stores live in immutable frames (AsyncContextFrame, Node 24 on by default), every callback from the kernel
 * begins in the frame of its connection: so the first request in it needs no scope of its own, and later ones are run
 * in the connection's. Where stores are kept on resources (Node 20 and 22), each request needs a resource of its own.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { types } from 'node:util';
import { isInDomain } from './domains.js';

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

const BARE_KEYS = Object.getOwnPropertySymbols(presentContext());

/** Whether anything is stored in a context: Node keeps it on the resource, under a key for each store or for all. */
function holdsStores(context: AsyncResource): boolean {
  const values = context as unknown as Record<symbol, unknown>;
  for (const key of BARE_KEYS) if (holdsAny(values[key])) return true;
  // In frames all stores are under one key.
  return !storesLiveInFrames && holdsMore(values);
}

function holdsMore(values: Record<symbol, unknown>): boolean {
  return Object.getOwnPropertySymbols(values).some(
    (key) => !BARE_KEYS.includes(key) && values[key] !== undefined,
  );
}

/** A frame that was entered and left again stays, and says of its stores that they are undefined. */
function holdsAny(frame: unknown): boolean {
  if (typeof frame !== 'object') return false;
  if (!types.isMap(frame)) return true;
  // Node's own kind of Map has none of the public methods.
  for (const store of Map.prototype.values.call(frame)) if (store !== undefined) return true;
  return false;
}

/** Where that can't be told, each connection is taken to have been given something. */
function probeStores(): boolean {
  const storage = new AsyncLocalStorage<number>();
  const withStore = storage.run(1, () => holdsStores(presentContext()));
  storage.disable();
  return withStore && !holdsStores(presentContext());
}

// In a context of its own, which keeps the frame that it leaves.
const tellsStores = presentContext().runInAsyncScope(probeStores);

/** Where the requests of one connection run. */
export class RequestContexts {
  /** Set where the present callback from the kernel has served no request yet. */
  fresh = false;
  /** The context in which the connection came. */
  readonly #connection = presentContext();
  /** Whether what comes from the kernel lacks what the connection was given, stores or a domain. */
  readonly #wasGiven = !tellsStores || holdsStores(this.#connection) || isInDomain();

  /**
   * Where a segment is read; null: right here.
   * @param fresh - called from the event loop
   */
  scopeOf(fresh: boolean): AsyncResource | null {
    return fresh && !this.#wasGiven ? null : this.#connection;
  }

  /** Where the next request runs; null: right here, which no other request of the connection will ever see. */
  next(): AsyncResource | null {
    if (!storesLiveInFrames) return presentContext();
    if (!this.fresh) return this.#connection;
    this.fresh = false;
    return null;
  }

  /** Where the body of a request is read that runs in `context`, asked there: apart from whatever else runs in it. */
  forBody(context: AsyncResource | null): AsyncResource | null {
    return context !== null && context === this.#connection ? presentContext() : context;
  }
}
