/**
 * Runs what a program gave in a context of its own, so that what it throws reaches the domain it was thrown in.
 *
 * When the scope of an AsyncResource ends, `node:domain` leaves the domains that were entered in it: an exception that
 * passes the end of a scope is told to the domain outside of it. In: a resource and a function. Out: what that returns;
 * what it throws told to the domain that it was in, where there is one that listens, else thrown on. Costs one look at
 * whether `node:domain` has been loaded, which `EventEmitter` knows: its `usingDomains` is false until then.
 */
import type { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import process from 'node:process';

type Domain = EventEmitter & { exit(): void };
type WithDomain = { domain?: Domain | null };

/** Whether `node:domain` is loaded; where that can't be told, it is taken to be. */
export function domainsMayBeLoaded(): boolean {
  return (EventEmitter as { usingDomains?: boolean }).usingDomains !== false;
}

export function runInScope<T, A extends unknown[], R>(
  resource: AsyncResource,
  fn: (this: T, ...args: A) => R,
  self: T,
  ...args: A
): R | undefined {
  if (!domainsMayBeLoaded()) return resource.runInAsyncScope(fn, self, ...args);
  return resource.runInAsyncScope(() => {
    try {
      return Reflect.apply(fn, self, args);
    } catch (error) {
      tellDomain(error);
      return undefined;
    }
  });
}

/** @throws error, where no domain listens */
function tellDomain(error: unknown): void {
  const { domain } = process as WithDomain;
  if (!domain || domain.listenerCount('error') === 0) throw error;
  if (typeof error === 'object' && error !== null) {
    Object.defineProperty(error, 'domain', { value: domain, writable: true, configurable: true });
    Object.assign(error, { domainThrown: true });
  }
  // As Node does it: a listener that throws in turn is the outer domain's.
  domain.exit();
  domain.emit('error', error);
}

/** The domain that an emitter belongs to; null where it belongs to none. */
export function domainOf(emitter: object): Domain | null {
  return Object.hasOwn(emitter, 'domain') ? ((emitter as WithDomain).domain ?? null) : null;
}

/** An emitter was constructed once more, which put it into whatever domain is entered: it is given back to its own. */
export function giveBackDomain(emitter: object, domain: Domain | null): void {
  if (Object.hasOwn(emitter, 'domain')) (emitter as WithDomain).domain = domain;
}
